import Benchmark
import RetryCore

func delayRows() -> [Row] {
    let jitters: [(name: String, jitter: Jitter)] = [
        ("none", .none),
        ("full", .full),
        ("equal", .equal),
        ("decorrelated", .decorrelated),
        ("proportional", .proportional(0.5)),
        ("floor", .floor(.milliseconds(50))),
        ("additive", .additive(.milliseconds(50))),
    ]
    return jitters.map { name, jitter in
        let schedule = BackoffSchedule(.exponential(jitter: jitter))
        return Row("a delay, jitter \(name)", bar: .nanoseconds(60), mallocs: 0) { count in
            var generator = RetryRandomSource.seeded(1)
            var delay = Duration.zero
            for index in 0..<count {
                delay = schedule.delay(afterAttempt: 1 + index & 7, previous: delay, using: &generator)
            }
            blackHole(delay)
        }
    } + [decisionRow()]
}

private func decisionRow() -> Row {
    let start = RetryStateMachine(policy: .api)
    return Row("a decision of the machine", bar: .shown) { count in
        var generator = RetryRandomSource.seeded(1)
        for _ in 0..<count {
            var state = start
            blackHole(state.attemptFailed(.serverError, elapsed: .zero, using: &generator))
        }
    }
}
