import RetryAsync

extension ConformanceRun {
    mutating func binduWaits() async throws {
        for (name, kind) in vectors["bindu_wait_windows_s"].members {
            guard let (key, windows) = kind.members.first(where: { $0.key.hasPrefix("after_attempt_1_to_") }) else {
                throw HarnessError(description: "\(name) has no windows")
            }
            let bounds = try bounds(name, kind)
            let backoff: Backoff
            do throws(InvalidPolicyError) {
                backoff = try Backoff(
                    validating: "exponential", initial: .seconds(1), cap: bounds.longest,
                    jitter: .floor(bounds.shortest))
            } catch {
                let refusal = JSON.string("refused: \(error)")
                compare("bindu_wait_windows_s", "\(name) \(key)", recorded: windows, ours: refusal)
                continue
            }
            let policy = RetryPolicy(maxAttempts: windows.array.count + 1, backoff: backoff)
            let shortest = await SeedCall.failing(policy, random: [0]).runs()
            let longest = await SeedCall.failing(policy, random: [1]).runs()
            let calls = shortest.zip(longest) { low, high in
                JSON.array(zip(low.sleeps, high.sleeps).map { [.seconds($0), .seconds($1)] })
            }
            compare("bindu_wait_windows_s", "\(name) \(key)", recorded: windows, calls: calls)
            compareSpread(name, kind, calls)
        }
    }

    /// Returns whether a driver draws its waits, or takes the longest: the seed's two drivers did not always do the
    /// same.
    private mutating func compareSpread(_ name: String, _ kind: JSON, _ windows: ByDriver<JSON>) {
        func spread(_ windows: JSON) -> JSON {
            windows.array.contains { $0[0] != $0[1] } ? "uniform(lo,hi)" : "deterministic upper bound"
        }
        for (key, driver) in [("async_decorator", Driver.asynchronous), ("sync_and_config_decorator", .blocking)] {
            guard let recorded = kind[key].string else { continue }
            // One kind has no decorator for blocking calls, only a configuration.
            let isDrawn = recorded.hasSuffix("uniform(lo,hi)")
            compare(
                "bindu_wait_windows_s", "\(name) \(key)", recorded: isDrawn ? "uniform(lo,hi)" : .string(recorded),
                ours: spread(windows[driver]))
        }
    }

    /// The shortest and the longest wait of a kind; two rows have them in their names alone.
    private func bounds(_ name: String, _ kind: JSON) throws -> (shortest: Duration, longest: Duration) {
        if !kind["min_wait"].isNull { return (.exactly(kind["min_wait"]), .exactly(kind["max_wait"])) }
        let numbers = name.split(separator: "_").compactMap { Int($0) }
        guard numbers.count == 2 else { throw HarnessError(description: "\(name) does not name two waits") }
        return (.seconds(numbers[0]), .seconds(numbers[1]))
    }
}
