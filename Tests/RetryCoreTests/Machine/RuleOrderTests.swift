import RetryCore
import Testing

/// If two rules both say stop, the earlier one gives the reason; each pair of neighbours has a case here.
@Suite("The order of the rules", .timeLimit(.minutes(20)))
struct RuleOrderTests {
    /// A call in which two rules apply to the last of its failures, which follow one another without a wait.
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let policy: RetryPolicy
        let failures: [ErrorClassification]
        var elapsed = Duration.zero
        let reason: RetryStopReason
    }

    static let unhurried = RetryPolicy(maxAttempts: 10, backoff: .exponential(initial: .seconds(1)))

    static let cases = [
        Case(
            testDescription: "failing at once comes before the class",
            policy: unhurried.failsImmediately(), failures: [.permanent], reason: .immediateFailure),
        Case(
            testDescription: "failing at once comes before a hint that says never",
            policy: unhurried.failsImmediately(), failures: [.transient.hint(.never)], reason: .immediateFailure),
        Case(
            testDescription: "failing at once comes before the attempts",
            policy: unhurried.failsImmediately().maxAttempts(1), failures: [.transient], reason: .immediateFailure),
        Case(
            testDescription: "a hint that says never comes before the limit of the class",
            policy: unhurried.retries(0, for: .transient), failures: [.transient.hint(.never)], reason: .permanent),
        Case(
            testDescription: "a class never retried comes before the attempts",
            policy: unhurried.maxAttempts(1), failures: [.permanent], reason: .permanent),
        Case(
            testDescription: "a class never retried comes before the deadline",
            policy: unhurried.deadline(.seconds(5)), failures: [.auth], elapsed: .seconds(5), reason: .permanent),
        Case(
            testDescription: "the limit of the class comes before the attempts",
            policy: unhurried.maxAttempts(2).retries(1, for: .transient), failures: [.transient, .transient],
            reason: .classLimit(.transient)),
        Case(
            testDescription: "the limit of the class comes before the deadline",
            policy: unhurried.retries(0, for: .unknown).deadline(.seconds(5)), failures: [.unknown],
            elapsed: .seconds(5), reason: .classLimit(.unknown)),
        Case(
            testDescription: "the attempts come before a deadline that has passed",
            policy: unhurried.maxAttempts(1).deadline(.seconds(5)), failures: [.transient], elapsed: .seconds(5),
            reason: .attemptsExhausted),
        Case(
            testDescription: "the attempts come before a wait that would not fit",
            policy: unhurried.maxAttempts(1).deadline(.seconds(5)), failures: [.transient.hint(.after(.seconds(60)))],
            reason: .attemptsExhausted),
    ]

    @Test("decides, and nothing is drawn", arguments: cases)
    func order(_ example: Case) {
        let machine = SteppedMachine(example.policy)
        for failure in example.failures.dropLast() {
            _ = machine.fail(failure, at: example.elapsed)
            #expect(machine.wait(until: example.elapsed))
        }
        let draws = machine.draws
        let decision = machine.fail(example.failures.last ?? .unknown, at: example.elapsed)
        #expect(decision == .stop(example.reason))
        #expect(machine.draws == draws)
        #expect(machine.stopReason == example.reason)
    }

    @Test("a cancellation comes before everything that a failure could mean")
    func cancelledFirst() {
        for policy in [Self.unhurried, Self.unhurried.failsImmediately(), Self.unhurried.maxAttempts(1)] {
            let machine = SteppedMachine(policy)
            machine.cancel()
            #expect(machine.fail(.permanent) == .stop(.cancelled))
            #expect(machine.draws == 0)
        }
    }

    @Test("a retry takes one draw")
    func oneDraw() {
        let machine = SteppedMachine(Self.unhurried)
        #expect(machine.fail() == .retry(after: .seconds(1)))
        #expect(machine.draws == 1)
    }

    @Test("nothing is drawn once the deadline has passed")
    func noDrawTooLate() {
        let machine = SteppedMachine(Self.unhurried.deadline(.seconds(5), .truncate))
        #expect(machine.fail(at: .seconds(5)) == .stop(.deadlineExceeded))
        #expect(machine.draws == 0)
    }

    @Test("a custom backoff is asked for retries alone")
    func customBackoff() {
        let asked = Locked<[Int]>([])
        let backoff = Backoff.custom("counting", cap: .seconds(1)) { failure in
            asked.withLock { $0.append(failure.attempt) }
            return .zero
        }
        let machine = SteppedMachine(RetryPolicy(maxAttempts: 3, backoff: backoff))
        for _ in 1...2 {
            #expect(machine.fail() == .retry(after: .zero))
            #expect(machine.wait())
        }
        #expect(machine.fail() == .stop(.attemptsExhausted))
        #expect(asked.withLock { $0 } == [1, 2])
    }
}
