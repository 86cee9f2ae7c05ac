import RetryAsync
import RetryTesting

extension ConformanceRun {
    mutating func awsContexts() async throws {
        for row in vectors["aws/retry_context"].array {
            let recorded = row["trace"].array
            let loops = try await ByDriver { driver in
                let loop = try AWSLoop(try awsPolicy(row["kw"]), condition: try condition(row["kw"]))
                try await loop.run(recorded.map { $0[1] == "fail" }, by: driver)
                return loop.record
            }
            compare(
                "aws/retry_context", "\(row["kw"]) \(recorded.count) rounds", recorded: row.without("kw"), calls: loops)
        }
        let exhausted = try await ByDriver { driver in
            let loop = try AWSLoop(try awsPolicy(["max_attempts": "3"]), condition: nil)
            try await loop.run([true, true, true], by: driver)
            return JSON.number(Double(loop.context.currentAttempt))
        }
        compare(
            "aws/context_exhausted_without_break_current_attempt", "all",
            recorded: vectors["aws/context_exhausted_without_break_current_attempt"],
            calls: exhausted)
        let new = try RetryContext(policy: try awsPolicy([:]))
        compare(
            "aws/context_get_delay_before_iteration", "all",
            recorded: vectors["aws/context_get_delay_before_iteration"], ours: new.delay.map(JSON.seconds) ?? .null)
    }

    /// The policy of a context; its arguments are recorded as text.
    private func awsPolicy(_ arguments: JSON) throws -> RetryPolicy {
        let initial = arguments["initial_delay"].string.flatMap { Double($0) }.map(JSON.number) ?? .null
        let attempts = arguments["max_attempts"].string.flatMap { Int($0) } ?? 3
        return try RetryPolicy(
            validating: attempts, backoff: awsBackoff(["initial_delay": initial], jitter: .proportional(0.5))
        ).retries(nil, for: .unknown)
    }

    private func condition(_ arguments: JSON) throws -> RetryCondition? {
        switch arguments["exceptions"] {
        case .null: nil
        case "(<class 'ValueError'>,)": [ValueError.self]
        default: throw HarnessError(description: "There is no condition for \(arguments)")
        }
    }
}

/// A manual loop, as in the utilities' documentation.
private final class AWSLoop {
    let context: RetryContext
    private let clock = ManualClock(autoAdvance: true)
    private let sleeper: ManualSleeper
    private var trace: [JSON] = []

    init(_ policy: RetryPolicy, condition: RetryCondition?) throws {
        sleeper = ManualSleeper(clock: clock)
        context = try RetryContext(
            RetryPipeline(policy: policy)
                .retryOn(condition)
                .sleeper(sleeper.sleeper)
                .clock(RetryClock(clock))
                .random(RetryRandomSource(ScriptedGenerator(fractions: [0.5]))))
    }

    /// Goes round once for each result, and once more if it is let; true is a failure, of a type that no list has.
    func run(_ failures: [Bool], by driver: Driver) async throws {
        let error = try SeedErrors.make("KeyError")
        while context.stopReason == nil {
            let attempt: Int
            switch driver {
            case .blocking: attempt = try nextBlocking().number
            case .asynchronous: attempt = try await context.next().number
            }
            guard failures.indices.contains(attempt - 1) else {
                throw HarnessError(description: "The loop goes round \(attempt) times")
            }
            guard failures[attempt - 1] else {
                trace.append([.number(Double(attempt)), "ok"])
                context.recordSuccess()
                continue
            }
            context.recordFailure(error)
            trace.append([
                .number(Double(attempt)), "fail", .bool(context.shouldRetry),
                context.delay.map(JSON.seconds) ?? .null,
            ])
        }
    }

    private func nextBlocking() throws -> RetryAttempt { try context.next() }

    /// The loop in the form that was recorded.
    var record: JSON {
        // The clock has seen the asynchronous sleeps, the sleeper the others.
        [
            "trace": .array(trace), "sleeps": .seconds(sleeper.sleeps + clock.sleeps),
            "current_attempt": .number(Double(context.currentAttempt)),
        ]
    }
}
