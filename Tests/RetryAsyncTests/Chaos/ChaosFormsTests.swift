import RetryAsync
import RetryCore
import RetryTesting
import Testing

@Suite("Chaos in every form of a call", .timeLimit(.minutes(20)))
struct ChaosFormsTests {
    /// A form of a call, which makes its operation once.
    enum Form: CaseIterable, Sendable {
        case retry, withAttempt, rejecting, execute, outcome, observed, timed, deadline, blocking, blockingExecutor
        case sequence, gate, blockingGate, hedge, loop
    }

    private let clock = ManualClock(autoAdvance: true)
    private let recorder = RecordingChaosObserver()

    private func pipeline(_ policy: ChaosPolicy, _ retries: RetryPolicy = .once) -> RetryPipeline {
        RetryPipeline("users", policy: retries).chaos(policy, observer: recorder.observer)
            .sleeper(ManualSleeper(clock: clock).sleeper).clock(clock.retryClock)
    }

    /// Makes a call; the number of times that its operation ran is in the log.
    private func run(_ form: Form, _ pipeline: RetryPipeline, _ starts: Log<Duration>) async throws {
        let clock = clock
        let operation: @Sendable () throws -> Int = {
            starts.add(clock.elapsed)
            return starts.count
        }
        switch form {
        case .retry: _ = try await RetryAsync.retry(pipeline) { try operation() }
        case .withAttempt: _ = try await RetryAsync.retry(pipeline) { (_: RetryAttempt) in try operation() }
        case .rejecting: _ = try await RetryAsync.retry(pipeline, onRetry: { _ in }, operation: { try operation() })
        case .execute: _ = try await pipeline.execute { try operation() }
        case .outcome: _ = try await pipeline.outcome { try operation() }.get()
        case .observed: _ = try await pipeline.observer(RetryObserver { _ in }).execute { try operation() }
        case .timed:
            _ = try await pipeline.policy(pipeline.policy.attemptTimeout(.seconds(86_400))).execute { try operation() }
        case .deadline:
            _ = try await pipeline.policy(pipeline.policy.deadline(.seconds(86_400))).execute { try operation() }
        case .blocking: _ = try retryBlocking(pipeline) { try operation() }
        case .blockingExecutor: _ = try BlockingExecutor(pipeline).execute { try operation() }
        case .sequence:
            let source = RetryingSequence(pipeline) { Source.numbers([try operation()]) }
            for try await _ in source {}
        case .gate:
            let pipeline = pipeline.clock(ManualClock().retryClock)
            _ = try await EffectGate(pipeline, store: InMemoryEffectStore(), receiver: .deduplicates)
                .once("key") { _ in "\(try operation())" }
        case .blockingGate:
            _ = try BlockingEffectGate(pipeline, store: InMemoryEffectStore(), receiver: .deduplicates)
                .once("key") { _ in "\(try operation())" }
        case .hedge:
            _ = try await RetryAsync.hedge(Hedger(HedgePolicy(.fixed(.seconds(86_400)))), through: pipeline) { _ in
                try operation()
            }
        case .loop:
            try loop(pipeline, operation)
        }
    }

    private func loop(_ pipeline: RetryPipeline, _ operation: () throws -> Int) throws {
        let context = try RetryContext(pipeline)
        let chaos = ChaosInjector(ChaosPolicy(enabled: true).fault(rate: 1, .serverError), observer: recorder.observer)
        while true {
            try context.next()
            do {
                _ = context.succeeded(try chaos.callBlocking("users") { try operation() })
                return
            } catch { context.failed(error) }
        }
    }

    @Test("a fault is thrown in place of the operation", arguments: Form.allCases)
    func fault(_ form: Form) async {
        let starts = Log<Duration>()
        let chaos = ChaosPolicy(enabled: true).operations("users").fault(rate: 1, .serverError)
        await #expect(throws: (any Error).self) { try await run(form, pipeline(chaos), starts) }
        #expect(starts.count == 0)
        // The fault of a primary starts its hedge.
        #expect(recorder.codes == Array(repeating: "chaos_fault", count: form == .hedge ? 2 : 1))
        #expect(recorder.events.first?.operation == "users")
    }

    @Test(
        "each attempt draws anew, and a fault is retried by its class", arguments: Form.allCases.filter { $0 != .loop })
    func attempts(_ form: Form) async {
        let starts = Log<Duration>()
        let chaos = ChaosPolicy(enabled: true).fault(rate: 1, .serverError)
        await #expect(throws: (any Error).self) { try await run(form, pipeline(chaos, .immediate(3)), starts) }
        #expect(starts.count == 0 && recorder.events.count == (form == .hedge ? 6 : 3))
        recorder.reset()
        let permanent = ChaosPolicy(enabled: true).fault(rate: 1, .permanent)
        await #expect(throws: (any Error).self) { try await run(form, pipeline(permanent, .immediate(3)), starts) }
        #expect(recorder.events.count == 1)
    }

    @Test("a latency passes by the clock of the call", arguments: Form.allCases.filter { $0 != .loop && $0 != .gate })
    func latency(_ form: Form) async throws {
        let starts = Log<Duration>()
        try await run(form, pipeline(ChaosPolicy(enabled: true).latency(rate: 1, .seconds(9))), starts)
        #expect(starts.events == [.seconds(9)])
        #expect(recorder.codes == ["chaos_latency"])
    }

    @Test(
        "what is off, out of scope or without an injection changes nothing",
        arguments: Form.allCases.filter { $0 != .loop })
    func off(_ form: Form) async throws {
        let fault = ChaosPolicy(enabled: true).fault(rate: 1, .transient)
        for policy in [
            ChaosPolicy().fault(rate: 1, .transient), ChaosPolicy { false }.fault(rate: 1, .transient),
            fault.operations("orders"), ChaosPolicy(enabled: true),
            ChaosPolicy(enabled: true).fault(rate: 0, .transient),
        ] {
            let starts = Log<Duration>()
            try await run(form, pipeline(policy), starts)
            #expect(starts.count == 1)
        }
        #expect(recorder.events.isEmpty)
    }

    @Test("a policy that is off leaves the pipeline on the plain path, and so does its removal")
    func plain() {
        let plain = RetryPipeline("users", policy: .api)
        let chaotic = plain.chaos(ChaosPolicy(enabled: true).fault(.transient))
        #expect(chaotic.isGuarded && chaotic.chaos(ChaosPolicy(enabled: true).latency(.seconds(1))).isGuarded)
        for pipeline in [
            plain.chaos(ChaosPolicy().fault(.transient)), plain.chaos(ChaosPolicy(enabled: true)), plain.chaos(nil),
            chaotic.chaos(nil), chaotic.chaos(ChaosPolicy().fault(.transient)),
        ] {
            #expect(!pipeline.isGuarded && !pipeline.isElaborate && pipeline.name == "users")
        }
        #expect("\(chaotic)".hasSuffix("chaos: fault"))
        #expect(!"\(chaotic.chaos(nil))".contains("chaos"))
    }

    @Test("chaos is innermost: within the attempt timeout, and after the guards, which hear of its faults")
    func innermost() async {
        let latency = pipeline(ChaosPolicy(enabled: true).latency(rate: 1, .seconds(60)))
        let clock = ManualClock()
        let timed = latency.policy(.once.attemptTimeout(.seconds(2))).clock(clock.retryClock)
        let task = Task { try await timed { () async throws -> Void in Issue.record("the operation ran") } }
        await clock.waitForSleepers(2)
        clock.advance(by: .seconds(2))
        await #expect(throws: AttemptTimeoutError.self) { try await task.value }
        let breaker = CircuitBreaker("users", policy: .default.consecutiveFailures(2))
        let guarded = pipeline(ChaosPolicy(enabled: true).fault(rate: 1, .serverError), .immediate(5)).breaker(breaker)
        await #expect(throws: ChaosError.self) {
            try await guarded { () async throws -> Void in Issue.record("the operation ran") }
        }
        #expect(breaker.state == .open)
        recorder.reset()
        await #expect(throws: CircuitOpenError.self) { try await guarded { Issue.record("the operation ran") } }
        #expect(recorder.events.isEmpty, "a rejected attempt draws nothing")
    }

    @Test("a latency ends with the task, and the operation does not run")
    func cancellation() async {
        let clock = ManualClock()
        let pipeline = RetryPipeline("users", policy: .immediate(3))
            .chaos(ChaosPolicy(enabled: true).latency(rate: 1, .seconds(60))).clock(clock.retryClock)
        let task = Task { try await pipeline { Issue.record("the operation ran") } }
        await clock.waitForSleepers(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(clock.elapsed == .zero && clock.sleeperCount == 0)
        let injector = ChaosInjector(ChaosPolicy(enabled: true).latency(rate: 1, .seconds(60)))
        let other = Task {
            try await injector.call(clock: clock.retryClock) { Issue.record("the operation ran") }
        }
        await clock.waitForSleepers(1)
        other.cancel()
        await #expect(throws: CancellationError.self) { try await other.value }
    }

    @MainActor
    @Test("an outcome is returned in place of the operation, and the operation stays on the caller's actor")
    func outcome() async throws {
        let pipeline = pipeline(ChaosPolicy(enabled: true).outcome(rate: 1) { 42 })
        #expect(try await pipeline { () async throws -> Int in 1 } == 42)
        let text = try await pipeline { () async throws -> String in
            MainActor.assertIsolated()
            return "own"
        }
        #expect(text == "own")
    }

    @Test("an effect that chaos has kept from running is not executed: the attempt is repeated, and the key stays free")
    func effects() async throws {
        let clock = ManualClock()
        let rate = Locked(1.0)
        let store = InMemoryEffectStore()
        let chaos = ChaosPolicy(enabled: true).fault(rate: ChaosRate { rate.withLock { $0 } }, .serverError)
        let pipeline = pipeline(chaos, .immediate(2)).clock(clock.retryClock)
        let starts = Log<Duration>()
        let effect: @Sendable () -> String = {
            starts.add(clock.elapsed)
            return "done"
        }
        await #expect(throws: ChaosError.self) {
            try await EffectGate(pipeline, store: store).once("key") { _ in effect() }
        }
        #expect(throws: ChaosError.self) {
            try BlockingEffectGate(pipeline, store: store).once("key") { _ in effect() }
        }
        #expect(recorder.events.count == 4 && starts.count == 0)
        rate.withLock { $0 = 0 }
        let result = try await EffectGate(pipeline, store: store).once("key") { _ in effect() }
        #expect(result.value == "done" && !result.isReplay && starts.count == 1)
    }

    @Test("each hedge draws for itself")
    func hedges() async throws {
        let injector = ChaosInjector(ChaosPolicy(enabled: true).fault(rate: 1, .transient), observer: recorder.observer)
        let pipeline = RetryPipeline(policy: .once).chaos(injector).clock(clock.retryClock)
        await #expect(throws: ChaosError.self) {
            try await hedge(Hedger(HedgePolicy(.zero, maxAttempts: 3)), through: pipeline) { _ in 1 }
        }
        #expect(injector.snapshot().attempts == 3 && recorder.events.count == 3)
    }

    @Test("a budget counts a call with chaos once, and its guards get their tickets back")
    func guards() async throws {
        let one = ScriptedGuard(name: "gate")
        let budget = RetryBudget(.tokenBucket(perSuccess: 0.1, capacity: 10))
        let pipeline = pipeline(ChaosPolicy(enabled: true).latency(rate: 1, .seconds(1)), .immediate(3))
            .guarded(by: one).budget(budget)
        #expect(try await pipeline { 7 } == 7)
        #expect(one.notes.first == .admitted(attempt: 1) && one.notes.count == 2)
    }
}
