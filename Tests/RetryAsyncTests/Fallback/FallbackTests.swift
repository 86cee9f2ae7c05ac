import RetryAsync
import RetryCore
import RetryTesting
import Testing

@Suite("Fallbacks", .timeLimit(.minutes(20)))
struct FallbackTests {
    private struct Own: Error {}

    private struct Handle: ~Copyable {
        let number: Int
    }

    private let recorder = RecordingFallbackObserver()
    private let pipeline = RetryPipeline("users", policy: .immediate(3))

    @MainActor
    @Test("both closures stay on the caller's actor, and a value need not be copyable")
    func actor() async throws {
        let handle = try await withFallback { () async throws -> Handle in
            MainActor.assertIsolated()
            throw Fault(1)
        } fallback: { error in
            MainActor.assertIsolated()
            await Task.yield()
            return Handle(number: (error as? Fault)?.number ?? 0)
        }
        #expect(handle.number == 1)
    }

    @Test("a retried call falls back after its last attempt; its own events and metrics report the failure")
    func retried() async throws {
        let calls = RecordingRetryObserver()
        let metrics = RetryMetrics()
        let observed = pipeline.observer([calls.observer, metrics.observer])
        let value = try await retry(observed, fallbackObserver: recorder.observer) { () async throws -> Int in
            throw Fault(1, .serverError)
        } fallback: { error in
            #expect(error as? Fault == Fault(1, .serverError))
            return 7
        }
        #expect(value == 7)
        #expect(calls.codes.last == "max_attempts_exceeded" && calls.codes.count { $0 == "attempt" } == 3)
        #expect(metrics.snapshot().successes == 0)
        #expect(recorder.events.map(\.description) == ["fell_back operation=users class=server_error error=Fault"])
    }

    @Test("its own error replaces the first one")
    func ownError() async {
        await #expect(throws: Own.self) {
            try await retry(pipeline, fallbackObserver: recorder.observer) { () async throws in
                throw Fault(1)
            } fallback: { _ in
                throw Own()
            }
        }
        #expect(recorder.codes == ["fallback_failed"] && recorder.events.first?.errorType == "Fault")
    }

    @Test("a failure that the policy leaves out stays, and the fallback does not run")
    func classes() async {
        await #expect(throws: Fault.self) {
            try await retry(pipeline, fallbackOn: .except(.transient)) { () async throws in
                throw Fault(1)
            } fallback: { _ in
                Issue.record("the fallback ran")
            }
        }
    }

    @Test("a cancellation is never swallowed: of the operation, and of the caller whatever the operation throws")
    func cancellation() async {
        for error in [CancellationError(), Fault(1), Own()] as [any Error & Sendable] {
            let task = Task {
                cancelThisTask()
                try await withFallback { () async throws -> Void in
                    throw error
                } fallback: { _ in
                    Issue.record("the fallback ran")
                }
            }
            await #expect(throws: (any Error).self) { try await task.value }
        }
        await #expect(throws: CancellationError.self) {
            try await withFallback { () async throws -> Void in
                throw CancellationError()
            } fallback: { _ in
                Issue.record("the fallback ran")
            }
        }
        let task = Task {
            try await retry(pipeline) { () async throws -> Void in
                cancelThisTask()
                throw Fault(1)
            } fallback: { _ in
                Issue.record("the fallback ran")
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("an open circuit, a rate limit and an empty budget fall back by default")
    func guards() async throws {
        let breaker = CircuitBreaker("users")
        breaker.forceOpen()
        let limiter = CallRateLimiter(.slidingLog(1, per: .seconds(60), maxWait: .zero), on: ManualClock())
        #expect(limiter.tryAcquire())
        let budget = RetryBudget(.tokenBucket(perSuccess: 0, floor: 0, capacity: 1))
        for guarded in [pipeline.breaker(breaker), pipeline.limiter(limiter)] {
            #expect(
                try await retry(guarded) { () async throws in
                    1
                } fallback: { _ in
                    7
                } == 7)
            let isLeftOut = FallbackPolicy.anyFailure.rejections(false)
            let error = await #expect(throws: (any Error).self) {
                _ = try await retry(guarded, fallbackOn: isLeftOut) { () async throws in
                    1
                } fallback: { _ in
                    7
                }
            }
            #expect(error is any AttemptRejectedError)
        }
        #expect(
            try await retry(pipeline.budget(budget)) { () async throws in
                throw Fault(1)
            } fallback: { _ in
                7
            } == 7)
    }

    @Test("the outcome says that it fell back, and has the attempts and the reason of the failure")
    func outcome() async {
        let outcome = await pipeline.outcome(fallbackObserver: recorder.observer) { () async throws -> Int in
            throw Fault(1)
        } fallback: { _ in
            7
        }
        #expect(outcome.fellBack && outcome.value == 7 && outcome.replacedError as? Fault == Fault(1))
        #expect(outcome.stopReason == .attemptsExhausted && outcome.attempts == 3)
        let failed = await pipeline.outcome { () async throws -> Int in
            throw Fault(1)
        } fallback: { _ in
            throw Own()
        }
        #expect(failed.fellBack && failed.error is Own && failed.stopReason == .attemptsExhausted)
        let fine = await pipeline.outcome { () async throws in
            1
        } fallback: { _ in
            7
        }
        #expect(!fine.fellBack && fine.value == 1)
        let left = await pipeline.outcome(fallbackOn: .on(.auth)) { () async throws -> Int in
            throw Fault(1)
        } fallback: { _ in
            7
        }
        #expect(!left.fellBack && left.error is Fault)
    }

    @Test("a value is served in place of a failure, and a cancellation is not replaced")
    func stale() async throws {
        let clock = ManualClock()
        let values = StaleValues<String, Int>(
            StaleValuePolicy(maxAge: .seconds(60)), named: "users", on: clock, observer: recorder.observer)
        #expect(try await values.call("a") { () async throws in 7 }.isStale == false)
        clock.advance(by: .seconds(60))
        let served = try await values.call("a") {
            try await retry(pipeline) { () async throws -> Int in throw Fault(1) }
        }
        #expect(served.value == 7 && served.age == .seconds(60) && served.error as? Fault == Fault(1))
        let task = Task {
            try await values.call("a") { () async throws -> Int in
                cancelThisTask()
                throw Fault(2)
            }
        }
        await #expect(throws: Fault(2)) { try await task.value }
        #expect(recorder.codes == ["served_stale"])
    }
}
