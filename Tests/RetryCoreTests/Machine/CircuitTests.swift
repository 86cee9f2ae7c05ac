import RetryCore
import RetryTesting
import Testing

@Suite("An open circuit in the machine", .timeLimit(.minutes(20)))
struct CircuitTests {
    private let policy = RetryPolicy(maxAttempts: 3, backoff: .constant(.seconds(2)))

    /// Returns the decision after the first failure, a second into the call.
    private func decision(
        _ policy: RetryPolicy, _ failure: ErrorClassification = .transient, circuitOpen: Duration
    ) -> RetryDecision {
        var state = RetryStateMachine(policy: policy)
        var generator = DrawCounter(value: 0)
        return state.attemptFailed(failure, elapsed: .seconds(1), circuitOpen: circuitOpen, using: &generator)
    }

    @Test("ends the call where it lasts longer than the wait")
    func stops() {
        #expect(decision(policy, circuitOpen: .seconds(2) + .nanoseconds(1)) == .stop(.circuitOpen))
        #expect(decision(policy, circuitOpen: .longest) == .stop(.circuitOpen))
    }

    @Test("changes nothing where it is over before the wait is")
    func shorter() {
        #expect(decision(policy, circuitOpen: .seconds(2)) == .retry(after: .seconds(2)))
        #expect(decision(policy.whenRejected(.wait), circuitOpen: .seconds(1)) == .retry(after: .seconds(2)))
        let asked = ErrorClassification(.rateLimit, hint: .after(.seconds(30)))
        #expect(decision(policy, asked, circuitOpen: .seconds(30)) == .retry(after: .seconds(30)))
    }

    @Test("lengthens the wait where the policy waits for it")
    func waits() {
        #expect(decision(policy.whenRejected(.wait), circuitOpen: .seconds(60)) == .retry(after: .seconds(60)))
    }

    @Test("is not waited for where it has no end in sight")
    func endless() {
        #expect(decision(policy.whenRejected(.wait), circuitOpen: .longest) == .stop(.circuitOpen))
    }

    @Test("is not waited for past the deadline, and the wait is not cut")
    func deadline() {
        let waiting = policy.whenRejected(.wait)
        for behavior in DeadlineBehavior.allCases {
            let limited = waiting.deadline(.seconds(10), behavior)
            #expect(decision(limited, circuitOpen: .seconds(8)) == .retry(after: .seconds(8)))
            #expect(decision(limited, circuitOpen: .seconds(9)) == .stop(.circuitOpen), "\(behavior)")
        }
    }

    @Test("comes after everything that ends the call for good")
    func order() {
        #expect(decision(policy, .permanent, circuitOpen: .longest) == .stop(.permanent))
        #expect(decision(policy.maxAttempts(1), circuitOpen: .longest) == .stop(.attemptsExhausted))
        #expect(decision(policy.failsImmediately(), circuitOpen: .longest) == .stop(.immediateFailure))
        #expect(decision(policy.retries(0, for: .transient), circuitOpen: .longest) == .stop(.classLimit(.transient)))
    }

    @Test("comes before a deadline that the wait would reach")
    func beforeDeadline() {
        #expect(decision(policy.deadline(.seconds(3)), circuitOpen: .seconds(60)) == .stop(.circuitOpen))
    }
}

@Suite("An attempt that the breaker rejected", .timeLimit(.minutes(20)))
struct RejectedAttemptTests {
    private let policy = RetryPolicy(maxAttempts: 3, backoff: .constant(.seconds(2))).whenRejected(.wait)

    private func wait(_ policy: RetryPolicy, openFor time: Int64, elapsed: Int64 = 0) -> (Step, RetryStopReason?) {
        var state = RetryStateMachine(policy: policy)
        var generator = DrawCounter(value: 0)
        let step = state.rejected(.circuitOpen, closedFor: time, elapsed: elapsed, using: &generator)
        return (step, state.stopReason)
    }

    private func nanoseconds(_ step: Step) -> Int64 {
        if case .wait(let wait) = step { wait } else { 0 }
    }

    @Test("ends the call, unless the policy waits")
    func stops() {
        #expect(wait(policy.whenRejected(.stop), openFor: 1) == (.end, .circuitOpen))
        #expect(wait(policy, openFor: .max) == (.end, .circuitOpen))
    }

    @Test("waits for the probe, and at least for the backoff, so that no caller asks in a loop")
    func waits() {
        #expect(wait(policy, openFor: 5_000_000_000) == (.wait(5_000_000_000), nil))
        #expect(wait(policy, openFor: 0) == (.wait(2_000_000_000), nil))
        #expect(wait(policy.backoff(.none), openFor: 0) == (.wait(5_000_000), nil))
    }

    @Test("waits longer with each rejection, up to a second, where the circuit names no time")
    func growing() {
        var state = RetryStateMachine(policy: policy.backoff(.none))
        var most = DrawCounter(value: .max)
        let waits = (0..<9).map { _ in
            nanoseconds(state.rejected(.circuitOpen, closedFor: 0, elapsed: 0, using: &most)) / 1_000_000
        }
        #expect(waits == [10, 20, 40, 80, 160, 320, 640, 1_000, 1_000])
    }

    @Test("waits spread out, where many callers wait for the same probe")
    func spread() {
        var waits: Set<Int64> = []
        for seed in 0..<1_000 {
            var state = RetryStateMachine(policy: policy)
            var generator = SeededGenerator(seed: UInt64(seed))
            let wait = nanoseconds(
                state.rejected(.circuitOpen, closedFor: 60_000_000_000, elapsed: 0, using: &generator))
            #expect(wait >= 60_000_000_000 && wait <= 61_000_000_000)
            waits.insert(wait)
        }
        #expect(waits.count > 990)
    }

    @Test("does not wait up to the deadline")
    func deadline() {
        let limited = policy.deadline(.seconds(10))
        #expect(wait(limited, openFor: 5_000_000_000, elapsed: 4_999_999_999) == (.wait(5_000_000_000), nil))
        #expect(wait(limited, openFor: 5_000_000_000, elapsed: 5_000_000_000) == (.end, .circuitOpen))
    }

    @Test("costs no attempt")
    func attempts() {
        var state = RetryStateMachine(policy: policy)
        var generator = DrawCounter(value: 0)
        for _ in 0..<10 { _ = state.rejected(.circuitOpen, closedFor: 1, elapsed: 0, using: &generator) }
        #expect(state.attempt == 1 && state.stopReason == nil)
    }
}
