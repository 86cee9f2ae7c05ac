import RetryAsync
import RetryTesting
import Synchronization
import Testing

@Suite("A guard of the user's own", .timeLimit(.minutes(20)))
struct OwnGuardTests {
    /// A guard that takes a second to admit an attempt.
    private final class SlowGuard: AttemptGuard {
        let place = GuardPlace.gate
        private let clock: ManualClock

        init(_ clock: ManualClock) { self.clock = clock }

        func admit(_ request: GuardRequest) -> GuardAnswer {
            clock.advance(by: .seconds(1))
            return .admitted()
        }

        func finish(_ ticket: GuardTicket, _ result: AttemptResult) {}
        func rejection() -> any AttemptRejectedError { CircuitOpenError(name: "slow", retryAfter: nil, state: .open) }
    }

    @Test("takes its time from the call's, before the first attempt too")
    func time() async throws {
        let (clock, recorder) = (ManualClock(), RecordingRetryObserver())
        let pipeline = RetryPipeline(policy: .once.deadline(.seconds(9)))
            .guarded(by: SlowGuard(clock)).observer(recorder.observer).clock(RetryClock(clock))
        try await retry(pipeline) { clock.advance(by: .seconds(2)) }
        #expect(recorder.events.map(\.elapsed) == [.seconds(1), .seconds(3)])
    }

    private let clock = ManualClock(autoAdvance: true)

    private func call(_ policy: RetryPolicy, _ guards: ScriptedGuard...) -> Call {
        Call(policy: policy, guards: guards, clock: clock)
    }

    @Test("admits each attempt, and learns each result", arguments: CallForm.allCases)
    func results(_ form: CallForm) async throws {
        let own = ScriptedGuard()
        let attempts = Log<Void>()
        let value = try await call(.immediate(3), own).run(form) {
            attempts.add(())
            if attempts.count == 1 { throw TransientError() }
            return 7
        }
        #expect(value == 7)
        #expect(
            own.notes == [
                .admitted(attempt: 1), .finished(.failure(.transient)), .admitted(attempt: 2), .finished(.success),
            ])
        #expect(own.isSettled)
    }

    @Test("rejects a call that has not begun, which is no attempt", arguments: CallForm.allCases)
    func rejects(_ form: CallForm) async throws {
        let own = ScriptedGuard(.reject)
        let call = call(.immediate(3), own)
        await #expect(throws: ScriptedGuard.Rejection(retryAfter: .zero)) {
            try await call.run(form) { Issue.record("an attempt was made") }
        }
        #expect(own.notes == [.rejected])
        #expect(call.recorder.codes == form.codes("rejected"))
    }

    @Test("that rejects a retry ends the call with the operation's error", arguments: CallForm.allCases)
    func lastErrorSurfaces(_ form: CallForm) async throws {
        let own = ScriptedGuard(.admit, .reject)
        let call = call(.immediate(3), own)
        await #expect(throws: Fault(1)) { try await call.run(form) { throw Fault(1) } }
        #expect(call.recorder.codes == form.codes("attempt", "retry", "rejected"))
        #expect(own.isSettled)
    }

    @Test("is asked again after a rejection, if the policy waits", arguments: CallForm.allCases)
    func waitsAfterRejection(_ form: CallForm) async throws {
        let own = ScriptedGuard(.reject, .admit, closedFor: .seconds(5))
        let call = call(.immediate(3).whenRejected(.wait), own)
        #expect(try await call.run(form) { 7 } == 7)
        #expect(clock.elapsed == .seconds(5))
        #expect(call.recorder.codes == form.codes("guard_wait", "attempt", "success"))
    }

    @Test("is asked again after the time that its error names", arguments: CallForm.allCases)
    func waitsForTheError(_ form: CallForm) async throws {
        let own = ScriptedGuard(.reject, .admit, retryAfter: .seconds(5))
        #expect(try await call(.immediate(3).whenRejected(.wait), own).run(form) { 7 } == 7)
        #expect(clock.elapsed == .seconds(5))
        let odd = ScriptedGuard(.reject, .admit, closedFor: .seconds(-5), retryAfter: .seconds(-5))
        #expect(try await call(.immediate(3).whenRejected(.wait), odd).run(form) { 7 } == 7)
        #expect(clock.elapsed < .seconds(6))
    }

    @Test("that is closed for longer than the wait allows no retry", arguments: CallForm.allCases)
    func closed(_ form: CallForm) async throws {
        let own = ScriptedGuard(closedFor: .seconds(5))
        let call = call(.every(.seconds(1), 3), own)
        await #expect(throws: Fault(1)) { try await call.run(form) { throw Fault(1) } }
        #expect(call.recorder.codes == form.codes("attempt", "rejected"))
    }

    @Test("delays an attempt, whatever the policy says of rejections", arguments: CallForm.allCases)
    func delays(_ form: CallForm) async throws {
        let own = ScriptedGuard(.delay(.seconds(3)), .delay(.seconds(4)))
        let call = call(.immediate(3), own)
        let attempts = Log<Duration>()
        let value = try await call.run(form) { [clock] in
            attempts.add(clock.elapsed)
            if attempts.count == 1 { throw Fault(1) }
            return 7
        }
        #expect(value == 7)
        #expect(attempts.events == [.seconds(3), .seconds(7)])
        #expect(
            call.recorder.codes
                == form.codes("guard_wait", "attempt", "retry", "guard_wait", "attempt", "success"))
        // It is not asked again for an attempt that it has admitted.
        #expect(own.notes == [.delayed, .finished(.failure(.transient)), .delayed, .finished(.success)])
    }

    @Test("whose delay reaches the deadline ends the call at once", arguments: CallForm.allCases)
    func delayBeyondDeadline(_ form: CallForm) async throws {
        let own = ScriptedGuard(.delay(.seconds(10)))
        let call = call(.immediate(3).deadline(.seconds(10)), own)
        await #expect(throws: DeadlineExceededError(deadline: .seconds(10))) {
            try await call.run(form) { Issue.record("an attempt was made") }
        }
        #expect(clock.elapsed == .zero)
        #expect(own.notes == [.delayed, .givenBack])
        #expect(call.recorder.codes == form.codes("deadline_exceeded"))
    }

    @Test("gets its ticket back where another guard rejects the attempt", arguments: CallForm.allCases)
    func givenBack(_ form: CallForm) async throws {
        let (first, second) = (ScriptedGuard(name: "first"), ScriptedGuard(.reject, name: "second", place: .permit))
        let call = call(.immediate(3), first, second)
        await #expect(throws: ScriptedGuard.Rejection(name: "second", retryAfter: .zero)) {
            try await call.run(form) {}
        }
        #expect(first.notes == [.admitted(attempt: 1), .givenBack])
    }

    @Test("holds nothing while another one delays the attempt, and is asked again", arguments: CallForm.allCases)
    func nothingIsHeld(_ form: CallForm) async throws {
        let (first, second) = (ScriptedGuard(), ScriptedGuard(.delay(.seconds(2)), place: .pace))
        #expect(try await call(.immediate(3), first, second).run(form) { 7 } == 7)
        #expect(
            first.notes == [.admitted(attempt: 1), .givenBack, .admitted(attempt: 1), .finished(.success)])
        #expect(second.notes == [.delayed, .finished(.success)])
    }

    @Test("that rejects after another one's delay costs the reserved place", arguments: CallForm.allCases)
    func rejectsAfterDelay(_ form: CallForm) async throws {
        let (first, second) = (ScriptedGuard(.admit, .reject), ScriptedGuard(.delay(.seconds(2)), place: .pace))
        await #expect(throws: ScriptedGuard.Rejection(retryAfter: .zero)) {
            try await call(.immediate(3), first, second).run(form) {}
        }
        #expect(first.isSettled && second.notes == [.delayed, .givenBack])
    }

    @Test("is asked in the order of the places, and finished in the opposite one", arguments: CallForm.allCases)
    func order(_ form: CallForm) async throws {
        let log = Log<String>()
        let places: [GuardPlace] = [.permit, .pace, .gate, .permit, .pace, .gate, .gate]
        let guards = places.enumerated().map { index, place in
            ScriptedGuard(name: "\(place)\(index)", place: place, log: log)
        }
        let call = Call(policy: .immediate(3), guards: guards + guards, clock: clock)
        #expect(try await call.run(form) { 7 } == 7)
        let order = ["gate2", "gate5", "gate6", "pace1", "pace4", "permit0", "permit3"]
        #expect(log.events == order.map { "admit \($0)" } + order.reversed().map { "finish \($0)" })
    }

    @Test("learns nothing of a cancelled attempt", arguments: CallForm.allCases)
    func cancelled(_ form: CallForm) async throws {
        let own = ScriptedGuard()
        await #expect(throws: CancellationError.self) {
            try await call(.immediate(3), own).run(form) { throw CancellationError() }
        }
        #expect(own.notes == [.admitted(attempt: 1), .finished(.neutral)])
    }

    @Test("gets its ticket back where the call is cancelled while it is delayed", arguments: CallForm.allCases)
    func cancelledWhileDelayed(_ form: CallForm) async throws {
        let own = ScriptedGuard(.delay(.seconds(2)))
        let waiting = ManualClock()
        let call = Call(policy: .immediate(3), guards: [own], clock: waiting)
        let task = Task { try await call.run(form) { Issue.record("an attempt was made") } }
        await waiting.waitForSleepers()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(own.notes == [.delayed, .givenBack])
    }

    @Test("that answers nonsense harms no other", arguments: CallForm.allCases)
    func nonsense(_ form: CallForm) async throws {
        let odd = ScriptedGuard(.delay(.seconds(-1)), .delay(.zero), closedFor: .seconds(-5))
        let other = ScriptedGuard(place: .permit)
        let attempts = Log<Void>()
        let call = call(.immediate(3), odd, other)
        let value = try await call.run(form) {
            attempts.add(())
            if attempts.count == 1 { throw Fault(1) }
            return 7
        }
        #expect(value == 7 && clock.elapsed == .zero)
        #expect(odd.isSettled && other.isSettled)
        // Nothing is waited for.
        #expect(call.recorder.codes == form.codes("attempt", "retry", "attempt", "success"))
    }

    @Test("is refused beside 64 others, by a message that says so")
    func tooMany() async {
        await #expect(processExitsWith: .failure) {
            _ = (0..<65).reduce(RetryPipeline()) { pipeline, _ in pipeline.guarded(by: ScriptedGuard()) }
        }
        let most = (0..<64).reduce(RetryPipeline()) { pipeline, _ in pipeline.guarded(by: ScriptedGuard()) }
        #expect(throws: Never.self) { try retryBlocking(most) {} }
    }
}
