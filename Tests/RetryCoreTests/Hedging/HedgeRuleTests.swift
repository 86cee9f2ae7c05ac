import RetryCore
import Testing

/// The rules of a hedged call, one by one.
@Suite("Rules of a hedged call", .timeLimit(.minutes(20)))
struct HedgeRuleTests {
    private static let ms: Int64 = 1_000_000

    private static func policy(_ milliseconds: Int64 = 10, maxAttempts: Int = 3) -> HedgePolicy {
        HedgePolicy(.fixed(.milliseconds(milliseconds)), maxAttempts: maxAttempts)
    }

    private static func starts(_ call: HedgeSimulation.Call) -> [Int64] { call.starts.map { $0 / ms } }

    @Test("attempts start one delay after the other, up to the maximum", arguments: 1...5)
    func timer(maxAttempts: Int) {
        let simulation = HedgeSimulation(Self.policy(maxAttempts: maxAttempts)) { _, _, _ in .success(after: 100) }
        simulation.arrives(at: 0)
        let call = simulation.runCall()
        #expect(Self.starts(call) == (0..<Int64(maxAttempts)).map { $0 * 10 })
        #expect(call.end == .success(of: 1) && call.latency == 100 * Self.ms)
    }

    @Test("the delay counts from the last start, and not from the beginning")
    func delayAfterFailure() {
        let simulation = HedgeSimulation(
            Self.policy(), .failure(after: 5, .retryable()), .success(after: 50), .success(after: 50))
        #expect(Self.starts(simulation.runCall()) == [0, 5, 15])
    }

    @Test("without hedges of slow attempts, a failure still starts the next")
    func never() {
        let policy = HedgePolicy(.never)
        let slow = HedgeSimulation(policy, .success(after: 10_000))
        #expect(Self.starts(slow.runCall()) == [0])
        let failing = HedgeSimulation(policy, .failure(after: 500, .retryable()), .success(after: 1))
        let call = failing.runCall()
        #expect(Self.starts(call) == [0, 500] && call.end == .success(of: 2))
    }

    @Test("a primary that succeeds at once arms no timer")
    func immediate() {
        let hedger = Hedger(Self.policy())
        var call = HedgeCall(hedger)
        #expect(call.begins(at: 7) == .start(1))
        _ = call.started(at: 7)
        #expect(call.succeeded(1, at: 7) == .finish(.success(of: 1)))
    }

    @Test("a fatal failure ends the call with its error, whichever attempt it is of", arguments: [1, 2])
    func fatal(attempt: Int) {
        let answers: [HedgeSimulation.Answer] =
            attempt == 1
            ? [.failure(after: 20, .fatal), .success(after: 50)] : [.success(after: 50), .failure(after: 10, .fatal)]
        let simulation = HedgeSimulation(Self.policy(maxAttempts: 2)) { _, number, _ in answers[number - 1] }
        simulation.arrives(at: 0)
        let call = simulation.runCall()
        #expect(call.end == .fatal(of: attempt) && call.latency == 20 * Self.ms)
        #expect(call.losers == [3 - attempt])
        let counts = simulation.hedger.snapshot().counts
        #expect(counts.primaries.failed + counts.hedges.failed == 1 && counts.addsUp)
    }

    @Test("classes that are never retried are fatal, all others start the next attempt")
    func classes() {
        let policy = HedgePolicy()
        for errorClass in ErrorClass.builtIn {
            let isFatal = [.permanent, .auth, .permission].contains(errorClass)
            let failure = policy.failure(of: ErrorClassification(errorClass, hint: .after(.seconds(1))))
            #expect(failure == (isFatal ? .fatal : .retryable(.after(.seconds(1)))))
        }
        let own = HedgePolicy(fatalClasses: [.serverError])
        #expect(own.failure(of: .serverError) == .fatal && own.failure(of: .permanent) == .retryable())
        #expect(policy.failure(of: ErrorClassification(.transient, hint: .after(.seconds(-1)))) == .retryable())
    }

    // MARK: Hints

    @Test("after a hint the next attempt starts then, in place of the delay", arguments: [3.0, 10, 40])
    func hint(milliseconds: Double) {
        let hint = RetryHint.after(.milliseconds(Int(milliseconds)))
        let simulation = HedgeSimulation(
            Self.policy(30, maxAttempts: 2), .failure(after: 5, .retryable(hint)), .success(after: 1))
        let call = simulation.runCall()
        #expect(Self.starts(call) == [0, 5 + Int64(milliseconds)])
        #expect(call.end == .success(of: 2))
    }

    @Test("another failure does not start an attempt before the time of a hint")
    func hintHolds() {
        let simulation = HedgeSimulation(
            Self.policy(), .failure(after: 15, .retryable(.after(.milliseconds(30)))),
            .failure(after: 10, .retryable()), .success(after: 1))
        // The primary fails at 15, the hedge of 10 fails at 20: the third waits until 45.
        let call = simulation.runCall()
        #expect(Self.starts(call) == [0, 10, 45])
        #expect(call.end == .success(of: 3))
    }

    @Test("a shorter hint does not move the time of a longer one forward")
    func longestHint() {
        let simulation = HedgeSimulation(
            Self.policy(), .failure(after: 15, .retryable(.after(.milliseconds(30)))),
            .failure(after: 10, .retryable(.after(.milliseconds(1)))), .success(after: 1))
        #expect(Self.starts(simulation.runCall()) == [0, 10, 45])
    }

    @Test("the call goes on while it waits for a hint with nothing running")
    func waitingAlone() {
        var call = HedgeCall(Hedger(Self.policy()))
        _ = call.begins(at: 0)
        _ = call.started(at: 0)
        let hint = RetryHint.after(.milliseconds(100))
        #expect(call.failed(1, .retryable(hint), at: 5 * Self.ms) == .wait(until: 105 * Self.ms))
        #expect(call.timerFired(at: 10 * Self.ms) == .wait(until: 105 * Self.ms))
        #expect(call.timerFired(at: 105 * Self.ms) == .start(2))
    }

    @Test("after `never` nothing starts, and what runs goes on", arguments: [true, false])
    func neverAgain(othersRun: Bool) {
        let simulation = HedgeSimulation(
            Self.policy(), .failure(after: othersRun ? 15 : 5, .retryable(.never)), .success(after: 30))
        let call = simulation.runCall()
        #expect(Self.starts(call) == (othersRun ? [0, 10] : [0]))
        #expect(call.end == (othersRun ? .success(of: 2) : .allFailed))
    }

    @Test("a hint above the maximum is as `never`, and one of zero starts at once")
    func maxHint() {
        let policy = HedgePolicy(.fixed(.milliseconds(10)), maxHint: .seconds(1))
        func starts(_ hint: Duration) -> [Int64] {
            let failure = HedgeStateMachine.Failure.retryable(.after(hint))
            return Self.starts(HedgeSimulation(policy, .failure(after: 5, failure), .success(after: 1)).runCall())
        }
        #expect(starts(.seconds(1)) == [0, 1005])
        #expect(starts(.seconds(1) + .nanoseconds(1)) == [0])
        #expect(starts(.seconds(Int64.max)) == [0])
        #expect(starts(.zero) == [0, 5])
        #expect(starts(.seconds(-1)) == [0, 5])
    }

    // MARK: Suppressed attempts

    @Test("a suppressed attempt with nothing running ends the call")
    func suppressedAlone() {
        let simulation = HedgeSimulation(Self.policy(maxAttempts: 5), .failure(after: 5, .retryable()))
        simulation.admits = { _, attempt in attempt == 1 }
        let call = simulation.runCall()
        #expect(call.end == .allFailed && call.latency == 5 * Self.ms)
    }

    @Test("a primary that a guard rejects ends the call without an attempt")
    func rejectedPrimary() {
        let simulation = HedgeSimulation(Self.policy(), .success(after: 1))
        simulation.admits = { _, _ in false }
        let call = simulation.runCall()
        #expect(call.end == .allFailed && call.starts.isEmpty)
        #expect(simulation.hedger.snapshot().counts == HedgeCounts())
    }

    // MARK: Deadlines

    @Test("no hedge starts at the deadline or after it, and the timer is not armed", arguments: [10, 11, 5])
    func deadline(milliseconds: Int64) {
        let simulation = HedgeSimulation(Self.policy()) { _, _, _ in .success(after: 100) }
        simulation.arrives(at: 0, deadline: milliseconds * Self.ms)
        let call = simulation.runCall()
        #expect(Self.starts(call) == (milliseconds == 11 ? [0, 10] : [0]))
        #expect(call.end == .success(of: 1))
    }

    @Test("a hint beyond the deadline is not waited for with nothing running")
    func hintBeyondDeadline() {
        let hint = RetryHint.after(.milliseconds(100))
        let simulation = HedgeSimulation(Self.policy()) { _, _, _ in .failure(after: 5, .retryable(hint)) }
        simulation.arrives(at: 0, deadline: 50 * Self.ms)
        let call = simulation.runCall()
        #expect(call.end == .allFailed && call.latency == 5 * Self.ms)
        #expect(simulation.hedger.snapshot().counts.suppressedByDeadline == 1)
    }

    @Test("a hedge that cannot end before the deadline is suppressed, and the others go on")
    func noHope() {
        // The quantile is the time that an attempt is expected to take: here 20.
        var machine = HedgeStateMachine(policy: Self.policy(), delay: 20, expectedTime: 20)
        #expect(machine.begins(at: 0, deadline: 40) == .start(1))
        #expect(machine.started(at: 0) == .wait(until: 20))
        #expect(machine.timerFired(at: 20) == .wait(until: nil))
        #expect(machine.deadlineSuppressions == 1)
        #expect(machine.succeeded(1, at: 30) == .finish(.success(of: 1)))

        machine = HedgeStateMachine(policy: Self.policy(), delay: 20, expectedTime: 20)
        _ = machine.begins(at: 0, deadline: 41)
        _ = machine.started(at: 0)
        #expect(machine.timerFired(at: 20) == .start(2))
    }

    // MARK: Clocks

    @Test("clocks that jump, and times at the end of their range")
    func jumps() {
        for times in [[0, Int64.max, Int64.min, 0], [Int64.min, 0, Int64.max, 5], [.max, .max, .max, .max]] {
            for delay in [0, 1, Int64.max] as [Int64?] + [nil] {
                var machine = HedgeStateMachine(
                    policy: Self.policy(maxAttempts: 5), delay: delay, expectedTime: .max)
                var step = machine.begins(at: times[0], deadline: times[3])
                for time in times + times {
                    if case .start = step { step = machine.started(at: time) }
                    step = machine.timerFired(at: time)
                    for attempt in -1...7 { #expect(machine.elapsed(attempt, at: time) >= 0) }
                }
                step = machine.failed(1, .retryable(.after(.nanoseconds(Int64.max))), at: .max)
                for attempt in -1...7 { step = machine.succeeded(attempt, at: .min) }
                #expect(machine.cancelled(at: 0) == .finish(machine.end ?? .cancelled))
            }
        }
    }

    @Test("a delay beyond the end of time is no timer")
    func longestDelay() {
        var machine = HedgeStateMachine(policy: Self.policy(), delay: .max)
        _ = machine.begins(at: 5)
        #expect(machine.started(at: 5) == .wait(until: nil))
    }

    @Test("ends of attempts that do not run are ignored")
    func strangers() {
        var call = HedgeCall(Hedger(Self.policy()))
        _ = call.begins(at: 0)
        #expect(call.succeeded(1, at: 0) == .start(1))
        #expect(call.started(at: 0) == .wait(until: 10 * Self.ms))
        for attempt in [Int.min, -1, 0, 2, 3, 9, Int.max] {
            #expect(call.succeeded(attempt, at: 1) == .wait(until: 10 * Self.ms))
            #expect(call.failed(attempt, .fatal, at: 1) == .wait(until: 10 * Self.ms))
        }
        #expect(call.started(at: 1) == .wait(until: 10 * Self.ms))
        #expect(call.rejected(at: 1) == .wait(until: 10 * Self.ms))
        #expect(call.machine.startCount == 1)
    }
}
