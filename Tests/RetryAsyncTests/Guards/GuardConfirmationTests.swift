import RetryAsync
import RetryTesting
import Testing

/// Two guards of a call: what one gave is given back while the other one lets the attempt wait, or rejects it.
@Suite("Guards that confirm their tickets", .timeLimit(.minutes(20)))
struct GuardConfirmationTests {
    /// A guard whose answers after a wait are scripted, too.
    private final class Turnstile: AttemptGuard {
        struct Closed: AttemptRejectedError, Hashable {
            var retryAfter: Duration? { .seconds(1) }
        }

        let place = GuardPlace.pace
        private let answers: Locked<[GuardAnswer.Script]>
        private let confirmations: Locked<[GuardAnswer.Script]>
        let log: Log<String>

        init(_ answers: [GuardAnswer.Script], _ confirmations: [GuardAnswer.Script], _ log: Log<String>) {
            self.answers = Locked(answers)
            self.confirmations = Locked(confirmations)
            self.log = log
        }

        func admit(_ request: GuardRequest) -> GuardAnswer { answer(answers, "admit") }
        func confirm(_ ticket: GuardTicket) -> GuardAnswer { answer(confirmations, "confirm") }
        func finish(_ ticket: GuardTicket, _ result: AttemptResult) { log.add("finish") }
        func giveBack(_ ticket: GuardTicket) { log.add("give back") }
        func rejection() -> any AttemptRejectedError { Closed() }

        private func answer(_ script: Locked<[GuardAnswer.Script]>, _ verb: String) -> GuardAnswer {
            log.add(verb)
            switch script.withLock({ $0.isEmpty ? .admit : $0.removeFirst() }) {
            case .admit: return .admitted(GuardTicket(1))
            case .delay(let delay): return .admitted(after: delay, GuardTicket(1))
            case .reject: return .rejected
            }
        }
    }

    /// Makes a call through a gate and a turnstile; returns what both have heard, with each second that passed.
    private func run(
        _ answers: [GuardAnswer.Script], confirming confirmations: [GuardAnswer.Script] = []
    ) throws -> [String] {
        let log = Log<String>()
        let clock = ManualClock()
        let gate = ScriptedGuard(name: "gate", log: log)
        let turnstile = Turnstile(answers, confirmations, log)
        let call = RetryPipeline(policy: .immediate(3).whenRejected(.wait)).guarded(by: gate).guarded(by: turnstile)
        try DeterministicExecutor.run(seed: 1, clock: clock) {
            let ticking = Task(executorPreference: DeterministicExecutor.current) {
                while (try? await clock.sleep(for: .milliseconds(500))) != nil { log.add("…") }
            }
            try await retry(call.clock(clock.retryClock)) { log.add("attempt") }
            ticking.cancel()
            await ticking.value
        }
        #expect(gate.isSettled)
        // Time passes in steps; how many of them is of no interest.
        let events: [String] = log.events.reduce(into: []) { if $1 != "…" || $0.last != "…" { $0.append($1) } }
        return events.last == "…" ? events.dropLast() : events
    }

    @Test func nothingIsHeldWhileARejectedAttemptWaits() throws {
        let events = try run([.reject, .admit])
        #expect(
            events == [
                "admit gate", "admit", "give back gate", "…", "admit gate", "admit", "attempt", "finish", "finish gate",
            ])
    }

    @Test func nothingElseIsHeldWhileADelayedAttemptWaits() throws {
        let events = try run([.delay(.seconds(2))])
        #expect(
            events == [
                "admit gate", "admit", "give back gate", "…", "admit gate", "confirm", "attempt", "finish",
                "finish gate",
            ])
    }

    @Test func anAttemptMayWaitAgain() throws {
        let events = try run([.delay(.seconds(2))], confirming: [.delay(.seconds(2)), .admit])
        #expect(
            events == [
                "admit gate", "admit", "give back gate", "…", "admit gate", "confirm", "give back gate", "…",
                "admit gate", "confirm", "attempt", "finish", "finish gate",
            ])
    }

    @Test func anAttemptMayBeRejectedAfterItsWait() throws {
        let events = try run([.delay(.seconds(2)), .admit], confirming: [.reject])
        #expect(
            events == [
                "admit gate", "admit", "give back gate", "…", "admit gate", "confirm", "give back gate", "…",
                "admit gate", "admit", "attempt", "finish", "finish gate",
            ])
    }
}
