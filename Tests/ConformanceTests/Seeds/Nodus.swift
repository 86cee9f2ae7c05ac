import RetryAsync

extension ConformanceRun {
    mutating func nodusMessages() async throws {
        for row in vectors["nodus_is_retryable_error"].array {
            let text = row["error"].string
            var calls: ByDriver<JSON>?
            if let text { calls = try await isRetried(text) }
            compare(
                "nodus_is_retryable_error", "\(row["error"])", recorded: row["retryable"],
                ours: .bool(ErrorMessageTable.nodus.isRetryable(text)), calls: calls)
        }
        // Each of the texts counts wherever it stands, and in any case of its letters.
        for needle in vectors["nodus_non_retryable_substrings"].array {
            let text = try needle.string.unwrapped("a text is none")
            compare(
                "nodus_non_retryable_substrings", text, recorded: false,
                calls: try await isRetried("x" + text.uppercased() + "y"))
        }
    }

    private func isRetried(_ text: String) async throws -> ByDriver<JSON> {
        var call = SeedCall.failing(.default, error: try SeedErrors.make("RuntimeError", SeedErrorFacts(text: text)))
        call.classifier = .messages(.nodus)
        return await call.runs().map { .bool($0.calls > 1) }
    }

    mutating func nodusDelays() async throws {
        for row in vectors["nodus_delay_bounds_retry_number_min_max"].array {
            let name = try row["policy"].string.unwrapped("a row has no policy")
            let policy = RetryPolicy(maxAttempts: row["delays_s"].array.count, backoff: try nodusBackoff(name))
            let shortest = await SeedCall.failing(policy, random: [0]).runs()
            let longest = await SeedCall.failing(policy, random: [1]).runs()
            let calls = shortest.zip(longest) { low, high in
                // A retry 0 is asked about, too: there is none, and no wait before it.
                let none = BackoffSchedule(policy.backoff).delay(afterAttempt: 0)
                let waits = zip([none] + low.delays, [none] + high.delays)
                return JSON.array(
                    waits.enumerated().map { [.number(Double($0)), .seconds($1.0), .seconds($1.1)] })
            }
            compare("nodus_delay_bounds_retry_number_min_max", name, recorded: row["delays_s"], calls: calls)
        }
    }

    /// The waits of a policy: one of the source's, or one that its name describes.
    private func nodusBackoff(_ name: String) throws -> Backoff {
        let policy =
            switch name {
            case "custom_flat_200": ["backoff_ms": 200, "exponential_backoff": false] as JSON
            case "custom_exp_200": ["backoff_ms": 200, "exponential_backoff": true] as JSON
            default: vectors["nodus_named_policies_source"][name]
            }
        let initial = Duration.milliseconds(try policy["backoff_ms"].int.unwrapped("\(name) has no backoff"))
        if initial == .zero { return .none }
        return try Backoff(
            validating: "exponential", initial: initial, factor: policy["exponential_backoff"] == true ? 2 : 1,
            cap: .seconds(10), jitter: .additive(.milliseconds(50)))
    }
}
