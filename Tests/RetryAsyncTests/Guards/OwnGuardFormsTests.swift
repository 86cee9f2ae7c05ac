import RetryAsync
import RetryTesting
import Testing

@Suite("A guard of the user's own, in every form of a call", .timeLimit(.minutes(20)))
struct OwnGuardFormsTests {
    /// A form of a call; it fails once, then succeeds, and returns the number of its attempts.
    enum Form: CaseIterable, Sendable {
        case retry, execute, blocking, blockingExecutor, loop, asyncLoop, sequence, gate, blockingGate
    }

    private let clock = ManualClock(autoAdvance: true)

    private func pipeline(_ own: ScriptedGuard) -> RetryPipeline {
        let sleeper = ManualSleeper(clock: clock)
        return RetryPipeline(policy: .immediate(3))
            .guarded(by: own)
            .sleeper(sleeper.sleeper)
            .clock(clock.retryClock)
    }

    private func run(_ form: Form, _ pipeline: RetryPipeline) async throws -> Int {
        let attempts = Log<Void>()
        let operation: @Sendable () throws -> Int = {
            attempts.add(())
            if attempts.count == 1 { throw TransientError() }
            return attempts.count
        }
        switch form {
        case .retry: return try await RetryAsync.retry(pipeline) { try operation() }
        case .execute: return try await pipeline.execute { try operation() }
        case .blocking: return try retryBlocking(pipeline) { try operation() }
        case .blockingExecutor: return try BlockingExecutor(pipeline).execute { try operation() }
        case .loop:
            return try loop(pipeline, operation)
        case .asyncLoop:
            let context = try RetryContext(pipeline)
            while true {
                try await context.next()
                do { return context.succeeded(try operation()) } catch { context.failed(error) }
            }
        case .sequence:
            let source = RetryingSequence(pipeline) { Source.numbers([try operation()]) }
            for try await count in source { #expect(count == 2) }
            return attempts.count
        case .gate:
            // On a clock that stands still: the lease keeper would wake the other one up without end.
            let gate = EffectGate(
                pipeline.clock(ManualClock().retryClock), store: InMemoryEffectStore(), receiver: .deduplicates)
            return Int(try await gate.once("key") { _ in "\(try operation())" }.value) ?? 0
        case .blockingGate:
            let gate = BlockingEffectGate(pipeline, store: InMemoryEffectStore(), receiver: .deduplicates)
            return Int(try gate.once("key") { _ in "\(try operation())" }.value) ?? 0
        }
    }

    private func loop(_ pipeline: RetryPipeline, _ operation: () throws -> Int) throws -> Int {
        let context = try RetryContext(pipeline)
        while true {
            try context.next()
            do { return context.succeeded(try operation()) } catch { context.failed(error) }
        }
    }

    @Test("admits and learns", arguments: Form.allCases)
    func admits(_ form: Form) async throws {
        let own = ScriptedGuard()
        #expect(try await run(form, pipeline(own)) == 2)
        #expect(
            own.notes == [
                .admitted(attempt: 1), .finished(.failure(.transient)), .admitted(attempt: 2), .finished(.success),
            ])
    }

    @Test("delays", arguments: Form.allCases.filter { $0 != .gate })
    func delays(_ form: Form) async throws {
        let own = ScriptedGuard(.delay(.seconds(3)), .delay(.seconds(4)))
        #expect(try await run(form, pipeline(own)) == 2)
        #expect(clock.elapsed == .seconds(7))
        #expect(own.notes == [.delayed, .finished(.failure(.transient)), .delayed, .finished(.success)])
    }

    @Test("delays an effect, whose lease is kept meanwhile")
    func delaysAnEffect() async throws {
        let (own, clock) = (ScriptedGuard(.delay(.seconds(3)), .delay(.seconds(4))), ManualClock())
        let gate = EffectGate(
            pipeline(own).clock(clock.retryClock), store: InMemoryEffectStore(), receiver: .deduplicates)
        let attempts = Log<Duration>()
        let task = Task {
            try await gate.once("key") { _ in
                attempts.add(clock.elapsed)
                if attempts.count == 1 { throw TransientError() }
                return "done"
            }
        }
        for seconds in [3, 4] {
            await clock.waitForSleepers(2)
            clock.advance(by: .seconds(seconds))
        }
        #expect(try await task.value.value == "done")
        #expect(attempts.events == [.seconds(3), .seconds(7)])
        #expect(own.notes == [.delayed, .finished(.failure(.transient)), .delayed, .finished(.success)])
    }

    @Test("rejects", arguments: Form.allCases)
    func rejects(_ form: Form) async throws {
        let own = ScriptedGuard(.reject)
        await #expect(throws: ScriptedGuard.Rejection(retryAfter: .zero)) { _ = try await run(form, pipeline(own)) }
        #expect(own.notes == [.rejected])
    }
}
