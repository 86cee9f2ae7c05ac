import RetryAsync

extension ConformanceRun {
    mutating func awsRateLimits() async throws {
        let backoff = RetryPolicy.rateLimited.backoff
        compare(
            "aws/rate_limit_defaults", "all", recorded: vectors["aws/rate_limit_defaults"],
            ours: [
                "max_attempts": .number(Double(RetryPolicy.rateLimited.maxAttempts)),
                "initial_delay": .seconds(backoff.initial), "max_delay": .seconds(backoff.cap),
                "exponential_base": .number(backoff.factor), "jitter": .bool(backoff.jitter != .none),
            ])
        try await compareCodes()
        try await compareTexts()
        for row in vectors["aws/rate_limit_predicate"].array {
            let name = try row["error"].string.unwrapped("a row has no error")
            let error = try Self.error(name)
            compare(
                "aws/rate_limit_predicate", "\(name) is one", recorded: row["is_rate_limit_error"],
                ours: .bool(RetryCondition.rateLimits.contains(error)))
            compare(
                "aws/rate_limit_predicate", "\(name) is retried",
                recorded: row["actually_retried_by_upstream_when_botocore_installed"], calls: await isRetried(error))
        }
    }

    private mutating func compareCodes() async throws {
        let codes = vectors["aws/throttle_codes"].array.compactMap(\.string)
        for code in codes {
            compare(
                "aws/throttle_codes", code, recorded: true,
                calls: await isRetried(ClientError(code: code, text: "failed")))
        }
        compare(
            "aws/throttle_codes", "no other", recorded: .array(codes.sorted().map(JSON.string)),
            ours: .array(AWSErrorTable.throttling.sorted().map(JSON.string)))
    }

    private mutating func compareTexts() async throws {
        for needle in vectors["aws/message_needles"].array.compactMap(\.string) {
            let error = try SeedErrors.make("RuntimeError", SeedErrorFacts(text: "x\(needle.uppercased())y"))
            compare("aws/message_needles", needle, recorded: true, calls: await isRetried(error))
        }
    }

    /// Returns whether each driver retries the error under the policy for rate limits, where only these are retried.
    private func isRetried(_ error: any Error) async -> ByDriver<JSON> {
        var call = SeedCall.failing(.rateLimited, error: error)
        call.condition = .rateLimits
        return await call.runs().map { .bool($0.calls > 1) }
    }

    /// The error that a row describes: `ClientError:SlowDown`, with a text perhaps, or `Exception 'HTTP 429'`.
    private static func error(_ description: String) throws -> any Error {
        let quoted = description.split(separator: "'").dropFirst().first.map(String.init)
        if description.hasPrefix("ClientError:") {
            let code = description.dropFirst("ClientError:".count).prefix { $0 != " " }
            return ClientError(code: String(code), text: quoted ?? "failed")
        }
        guard description.hasPrefix("Exception '"), let quoted else {
            throw HarnessError(description: "There is no error for \(description)")
        }
        return try SeedErrors.make("RuntimeError", SeedErrorFacts(text: quoted))
    }
}

/// An error of a service, with its code.
private struct ClientError: ServiceCodeError, CustomStringConvertible {
    let code: String
    let text: String

    var serviceCode: String? { code }
    var description: String { text }
}
