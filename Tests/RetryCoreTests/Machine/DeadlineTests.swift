import RetryCore
import RetryTesting
import Testing

@Suite("The deadline in the machine", .timeLimit(.minutes(20)))
struct DeadlineTests {
    static let deadline = Duration.seconds(10)

    private func policy(_ behavior: DeadlineBehavior, delay: Duration) -> RetryPolicy {
        RetryPolicy(maxAttempts: 10, backoff: .constant(delay), deadline: Self.deadline, deadlineBehavior: behavior)
    }

    /// Returns the decision after a failure at `elapsed`, with this wait.
    private func decision(_ behavior: DeadlineBehavior, delay: Duration, at elapsed: Duration) -> RetryDecision {
        SteppedMachine(policy(behavior, delay: delay)).fail(at: elapsed)
    }

    @Test("lets a wait begin that ends before it", arguments: DeadlineBehavior.allCases)
    func fits(_ behavior: DeadlineBehavior) {
        let nearly = Self.deadline - .nanoseconds(1)
        #expect(decision(behavior, delay: nearly, at: .zero) == .retry(after: nearly))
        #expect(decision(behavior, delay: .zero, at: nearly) == .retry(after: .zero))
    }

    @Test("stops at once where the wait would reach it", arguments: [DeadlineBehavior.stop, .interrupt])
    func stops(_ behavior: DeadlineBehavior) {
        #expect(decision(behavior, delay: Self.deadline, at: .zero) == .stop(.deadlineExceeded))
        #expect(decision(behavior, delay: .seconds(4), at: .seconds(6)) == .stop(.deadlineExceeded))
        #expect(decision(behavior, delay: .longest, at: .zero) == .stop(.deadlineExceeded))
    }

    @Test("cuts the wait to what is left where the policy truncates")
    func truncates() {
        #expect(decision(.truncate, delay: Self.deadline, at: .zero) == .retry(after: Self.deadline))
        #expect(decision(.truncate, delay: .seconds(60), at: .seconds(7)) == .retry(after: .seconds(3)))
        #expect(decision(.truncate, delay: .longest, at: .milliseconds(9_999)) == .retry(after: .milliseconds(1)))
    }

    @Test("has passed when it is reached", arguments: DeadlineBehavior.allCases)
    func passed(_ behavior: DeadlineBehavior) {
        for elapsed in [Self.deadline, Self.deadline + .nanoseconds(1), .longest, Duration(attoseconds: .max)] {
            #expect(decision(behavior, delay: .zero, at: elapsed) == .stop(.deadlineExceeded))
        }
    }

    @Test("stops after a wait that took too long", arguments: DeadlineBehavior.allCases)
    func overslept(_ behavior: DeadlineBehavior) {
        let machine = SteppedMachine(policy(behavior, delay: .seconds(1)))
        #expect(machine.fail() == .retry(after: .seconds(1)))
        #expect(!machine.wait(until: Self.deadline))
        #expect(machine.stopReason == .deadlineExceeded)
        #expect(machine.attempt == 1)
    }

    @Test("allows one last attempt after a wait that was cut, however late that ended")
    func lastAttempt() {
        for lateness in [Duration.zero, .nanoseconds(1), .seconds(60)] {
            let machine = SteppedMachine(policy(.truncate, delay: .seconds(60)))
            #expect(machine.fail() == .retry(after: Self.deadline))
            #expect(machine.wait(until: Self.deadline + lateness))
            #expect(machine.attempt == 2)
            let end = machine.fail(at: Self.deadline + lateness)
            #expect(end == .stop(.deadlineExceeded))
        }
    }

    @Test("allows no second last attempt, though the wait that was cut ended early")
    func oneLastAttempt() {
        let machine = SteppedMachine(policy(.truncate, delay: .seconds(60)))
        #expect(machine.fail() == .retry(after: Self.deadline))
        #expect(machine.wait(until: .seconds(9)))
        #expect(machine.fail(at: .seconds(9)) == .stop(.deadlineExceeded))
    }

    @Test("a clock that stands before the start of the call leaves all the time there is")
    func negative() {
        for elapsed in [Duration.nanoseconds(-1), .seconds(-60), Duration(attoseconds: .min)] {
            #expect(decision(.truncate, delay: .seconds(60), at: elapsed) == .retry(after: Self.deadline))
        }
    }

    @Test("is never passed by a wait, whatever the policy and the failures", arguments: 0..<200 as Range<UInt64>)
    func neverPassed(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let deadline = Int.random(in: 1...60_000, using: &random)
        let behavior = DeadlineBehavior.allCases.randomElement(using: &random) ?? .stop
        let policy = RetryPolicy(
            maxAttempts: 50,
            backoff: .exponential(initial: .milliseconds(Int.random(in: 0...1_000, using: &random)), jitter: .full),
            deadline: .milliseconds(deadline), deadlineBehavior: behavior,
            hints: [.obey, .clamp(), .ignore].randomElement(using: &random) ?? .obey)
        var state = RetryStateMachine(policy: policy)
        var elapsed = Duration.zero
        while true {
            elapsed += .milliseconds(Int.random(in: 0...500, using: &random))
            let hint = Bool.random(using: &random) ? RetryHint.after(.milliseconds(random.next() % 20_000)) : nil
            let decision = state.attemptFailed(
                ErrorClassification(.transient, hint: hint), elapsed: elapsed, using: &random)
            guard case .retry(let wait) = decision else { break }
            elapsed += wait
            #expect(wait >= .zero && elapsed <= .milliseconds(deadline))
            #expect(behavior == .truncate || elapsed < .milliseconds(deadline))
            let starts = state.waitEnded(elapsed: elapsed)
            #expect(starts)
        }
        #expect([.deadlineExceeded, .attemptsExhausted].contains(state.stopReason))
    }
}
