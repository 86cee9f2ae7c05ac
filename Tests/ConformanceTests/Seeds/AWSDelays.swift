import RetryAsync

extension ConformanceRun {
    mutating func awsDelays() async throws {
        for row in vectors["aws/calculate_backoff_delay_no_jitter"].array {
            let backoff = try awsBackoff(row["args"], jitter: .none)
            let attempts = row["attempts"].array.compactMap(\.int)
            let schedule = BackoffSchedule(backoff)
            var calls: ByDriver<JSON>?
            if let first = attempts.first, first >= 1, let last = attempts.last {
                let records = await SeedCall.failing(RetryPolicy(maxAttempts: last + 1, backoff: backoff)).runs()
                calls = records.map { record in .seconds(attempts.map { record.sleeps[$0 - 1] }) }
            }
            compare(
                "aws/calculate_backoff_delay_no_jitter", "\(row["args"]) attempts \(row["attempts"])",
                recorded: row["delays"],
                ours: .seconds(attempts.map { schedule.delay(afterAttempt: $0) }), calls: calls)
        }
        for row in vectors["aws/jittered"].array {
            let backoff = try awsBackoff([:], jitter: .proportional(0.5))
            let random = try row["random"].double.unwrapped("a row has no random number")
            let records = await SeedCall.failing(RetryPolicy(maxAttempts: 9, backoff: backoff), random: [random]).runs()
            compare(
                "aws/jittered", "random \(row["random"])", recorded: row["delays_1_to_8"],
                calls: records.map { .seconds($0.sleeps) })
        }
    }

    /// The backoff that the utilities compute from their arguments, and from their defaults.
    func awsBackoff(_ args: JSON, jitter: Jitter) throws -> Backoff {
        try Backoff(
            validating: "exponential",
            initial: args["initial_delay"].isNull ? .seconds(1) : .exactly(args["initial_delay"]),
            factor: args["exponential_base"].double ?? 2,
            cap: args["max_delay"].isNull ? .seconds(60) : .exactly(args["max_delay"]), jitter: jitter)
    }

    mutating func awsDecorator() async throws {
        for row in vectors["aws/decorator"].array {
            let name = try row["name"].string.unwrapped("a row has no name")
            let recorded = row.without("name")
            do {
                let records = try await awsCall(name).runs().map { record -> JSON in
                    [
                        "calls": .number(Double(record.calls)), "sleeps": .seconds(record.sleeps),
                        "callbacks": .array(record.callbacks), "outcome": record.outcomeWithText,
                    ]
                }
                compare("aws/decorator", name, recorded: recorded, calls: records)
            } catch let error as InvalidPolicyError {
                compare("aws/decorator", name, recorded: recorded, ours: .string("refused: \(error)"))
            }
        }
    }

    /// The calls whose outcomes were recorded; their jitter was in the middle of its range.
    private func awsCall(_ name: String) throws -> SeedCall {
        func failing(
            _ failures: Int, of attempts: Int, initial: JSON = nil, _ type: String = "ValueError"
        ) throws -> SeedCall {
            let backoff = try awsBackoff(["initial_delay": initial], jitter: .proportional(0.5))
            let policy = try RetryPolicy(validating: attempts, backoff: backoff).retries(nil, for: .unknown)
            return SeedCall(policy: policy) { attempt in
                // The text of a KeyError is its argument as Python writes it: in quotes.
                let text = type == "KeyError" ? "'Error \(attempt)'" : "Error \(attempt)"
                if attempt <= failures { throw try SeedErrors.make(type, SeedErrorFacts(text: text)) }
                return "ok"
            }
        }
        switch name {
        case "default_exhaust": return try failing(.max, of: 3)
        case "flaky_2_of_5": return try failing(2, of: 5, initial: 0.1)
        case "only_listed":
            var call = try failing(.max, of: 3, "KeyError")
            call.condition = [ValueError.self]
            return call
        // A callback of this library cannot throw, and so cannot disturb the call either.
        case "callback_raises": return try failing(1, of: 3)
        case "rate_limit_defaults_exhaust":
            var call = try failing(.max, of: 1)
            call.policy = .rateLimited
            return call
        case "max_attempts_0": return try failing(.max, of: 0)
        default: throw HarnessError(description: "There is no call for \(name)")
        }
    }
}
