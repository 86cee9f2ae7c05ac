import RetryAsync
import RetryTesting
import Testing

/// The waits between attempts: how long, by which clock, drawn by which generator.
@Suite("Waits", .timeLimit(.minutes(20)))
struct WaitTests {
    /// The forms through which a clock that moves by itself leads to no timeout.
    static let forms = CallForm.allCases.filter { $0 != .timed }

    private static let exponential = Backoff.exponential(initial: .seconds(1), cap: .seconds(60))

    /// A generator that notes each draw.
    private struct CountingGenerator: RandomNumberGenerator, Sendable {
        let draws: Log<UInt64>

        func next() -> UInt64 {
            draws.add(0)
            return 0
        }
    }

    // MARK: Zero

    @Test(arguments: CallForm.allCases)
    func aWaitOfZeroDoesNotSleep(form: CallForm) async throws {
        let call = Call(policy: .immediate(5))
        let script = FaultScript<Int>(
            .fail(Fault(1)), .fail(Fault(2, .rateLimit(after: .zero))), .fail(Fault(3)), .succeed(42))
        #expect(try await call.run(form) { try await script() } == 42)
        // Under a time limit the timers sleep, a day each; there is no other sleep.
        #expect(call.clock.sleeps.allSatisfy { form == .timed && $0 == .seconds(86_400) })
        #expect(call.clock.elapsed == .zero)
        #expect(call.recorder.delays == (form.isObserved ? [.zero, .zero, .zero] : []))
    }

    @Test func aDrawOfZeroDoesNotSleepEither() async throws {
        let call = Call(
            policy: RetryPolicy(maxAttempts: 3, backoff: Self.exponential),
            random: RetryRandomSource(ScriptedGenerator(fractions: [0])))
        let script = FaultScript<Int>(.fail(Fault(1)), .fail(Fault(2)), .succeed(42))
        #expect(try await call.run(.function) { try await script() } == 42)
        #expect(call.clock.sleeps == [])
    }

    // MARK: The clock

    @Test(arguments: forms)
    func waitsGoByTheInjectedClock(form: CallForm) async throws {
        let policy = RetryPolicy(maxAttempts: 4, backoff: .list([.seconds(3), .zero, .seconds(3_600)]))
        let call = Call(policy: policy, clock: ManualClock(autoAdvance: true))
        let script = FaultScript<Int>(.fail(Fault(1)), .fail(Fault(2)), .fail(Fault(3)), .succeed(42))
        #expect(try await call.run(form) { try await script() } == 42)
        #expect(call.clock.sleeps == [.seconds(3), .seconds(3_600)])
        #expect(call.recorder.delays == (form.isObserved ? [.seconds(3), .zero, .seconds(3_600)] : []))
    }

    @Test(arguments: CallForm.allCases)
    func noAttemptStartsBeforeTheWaitIsOver(form: CallForm) async throws {
        let call = Call(policy: .every(.seconds(60), 2))
        let script = FaultScript<Int>(.fail(Fault(1)), .succeed(42))
        let task = Task { try await call.run(form) { try await script() } }
        await call.clock.waitForSleepers()
        call.clock.advance(by: .seconds(59))
        #expect(script.calls == 1)
        #expect(call.clock.sleeperCount == 1)
        call.clock.advance(by: .seconds(1))
        #expect(try await task.value == 42)
        #expect(script.calls == 2)
    }

    @Test func theTimeAfterTheWaitIsTheWaitersNotTheClocks() async throws {
        // The clock jumps past the wait and the deadline: the next attempt does not start.
        let call = Call(policy: .every(.seconds(60), 9).deadline(.seconds(100)))
        let script = FaultScript<Int>(.forever(.fail(Fault(1))))
        let task = Task { try await call.run(.observedFunction) { try await script() } }
        await call.clock.waitForSleepers()
        call.clock.advance(by: .seconds(100))
        await #expect(throws: Fault(1)) { try await task.value }
        #expect(script.calls == 1)
        #expect(call.recorder.codes == ["attempt", "retry", "deadline_exceeded"])
    }

    // MARK: Jitter

    @Test(arguments: forms)
    func theSameSeedGivesTheSameWaits(form: CallForm) async {
        func waits(seed: UInt64) async -> [Duration] {
            let call = Call(
                policy: RetryPolicy(maxAttempts: 8, backoff: Self.exponential),
                clock: ManualClock(autoAdvance: true), random: .seeded(seed))
            _ = try? await call.run(form) { () async throws -> Int in throw Fault(1) }
            return call.clock.sleeps
        }
        let first = await waits(seed: 7)
        #expect(first.count == 7)
        #expect(await waits(seed: 7) == first)
        #expect(await waits(seed: 8) != first)
    }

    @Test(arguments: forms)
    func theInjectedGeneratorDecidesTheWait(form: CallForm) async {
        let call = Call(
            policy: RetryPolicy(maxAttempts: 4, backoff: Self.exponential), clock: ManualClock(autoAdvance: true),
            random: RetryRandomSource(ScriptedGenerator(fractions: [1, 0.5, 1])))
        _ = try? await call.run(form) { () async throws -> Int in throw Fault(1) }
        #expect(call.clock.sleeps == [.seconds(1), .seconds(1), .seconds(4)])
    }

    @Test(arguments: CallForm.allCases)
    func nothingIsDrawnWhereNoRetryFollows(form: CallForm) async throws {
        let draws = Log<UInt64>()
        let random = RetryRandomSource(CountingGenerator(draws: draws))
        let policy = RetryPolicy(maxAttempts: 3, backoff: Self.exponential)
        _ = try await Call(policy: policy, random: random).run(form) { 42 }
        for error in [Fault(1, .permanent), CancellationError()] as [any Error] {
            _ = try? await Call(policy: policy, random: random).run(form) { () async throws -> Int in throw error }
        }
        #expect(draws.count == 0)
        _ = try? await Call(policy: policy, random: random).run(form) { () async throws -> Int in throw Fault(1) }
        #expect(draws.count == 2)
    }

    // MARK: Hints

    @Test(arguments: forms)
    func aHintIsTheLeastWait(form: CallForm) async throws {
        let call = Call(policy: .every(.seconds(2), 4), clock: ManualClock(autoAdvance: true))
        let script = FaultScript<Int>(
            .fail(Fault(1, .rateLimit(after: .seconds(30)))), .fail(Fault(2, .rateLimit(after: .seconds(1)))),
            .fail(Fault(3)), .succeed(42))
        #expect(try await call.run(form) { try await script() } == 42)
        #expect(call.clock.sleeps == [.seconds(30), .seconds(2), .seconds(2)])
    }

    @Test(arguments: CallForm.allCases)
    func aHintToStayAwayEndsTheCall(form: CallForm) async {
        let call = Call()
        let script = FaultScript<Int>(.forever(.fail(Fault(1, .transient.hint(.never)))))
        await #expect(throws: Fault.self) { try await call.run(form) { try await script() } }
        #expect(script.calls == 1)
        #expect(call.recorder.stopReasons == (form.isObserved ? [.permanent] : []))
    }
}
