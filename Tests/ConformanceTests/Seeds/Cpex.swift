import RetryAsync

extension ConformanceRun {
    mutating func cpexDelays() async throws {
        for row in vectors["cpex/compute_delay_no_jitter"].array {
            let base = try row["base"].int.unwrapped("a row has no base")
            let cap = try row["max"].int.unwrapped("a row has no max")
            let backoff = try Backoff(
                validating: "exponential", initial: .milliseconds(base), cap: .milliseconds(cap), jitter: .none)
            // The seed counts the retries from 0.
            let retries = row["attempts"].array.compactMap { $0.int.map { $0 + 1 } }
            let schedule = BackoffSchedule(backoff)
            // Calls are made where they end within a lifetime.
            var calls: ByDriver<JSON>?
            if let last = retries.max(), last < 100 {
                let records = await SeedCall.failing(RetryPolicy(maxAttempts: last + 1, backoff: backoff)).runs()
                calls = records.map { record in .milliseconds(retries.map { record.sleeps[$0 - 1] }) }
            }
            compare(
                "cpex/compute_delay_no_jitter", "base \(base) max \(cap) attempts \(row["attempts"])",
                recorded: row["delays"],
                ours: .milliseconds(retries.map { schedule.delay(afterAttempt: $0) }), calls: calls)
        }
    }
}

extension JSON {
    fileprivate static func milliseconds(_ durations: [Duration]) -> JSON {
        .array(durations.map { .number($0 / .milliseconds(1)) })
    }
}
