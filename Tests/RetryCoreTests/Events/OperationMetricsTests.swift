import RetryCore
import RetryTesting
import Testing

@Suite("Metrics of operations", .timeLimit(.minutes(20)))
struct OperationMetricsTests {
    private func succeed(_ pipeline: RetryPipeline) {
        _ = try? retryBlocking(pipeline) { 1 }
    }

    @Test("count each operation by itself, and all together")
    func operations() {
        let metrics = RetryMetrics()
        let users = RetryPipeline("users").observer(metrics.observer)
        for _ in 0..<3 { succeed(users) }
        succeed(RetryPipeline().observer(metrics.observer).named("orders"))
        succeed(users.named("late"))
        succeed(users.named(nil))
        #expect(metrics.operations().mapValues(\.calls) == ["users": 3, "orders": 1, "late": 1])
        #expect(metrics.snapshot().calls == 6)
    }

    @Test("count operations beyond the bound together")
    func bound() {
        let metrics = RetryMetrics(maxOperations: 2)
        for name in ["a", "b", "c", "d", "a"] { succeed(RetryPipeline(name).observer(metrics.observer)) }
        #expect(metrics.operations().mapValues(\.calls) == ["a": 2, "b": 1])
        #expect(metrics.snapshot().calls == 5)
    }

    @Test("count events that another observer hands on, and those of a list")
    func handedOn() {
        let metrics = RetryMetrics()
        let forwarding = RetryObserver { event in metrics.observer.observe(event) }
        succeed(RetryPipeline("users").observer([forwarding, metrics.observer]))
        #expect(metrics.operations()["users"]?.calls == 2)
    }

    @Test("hold the time of each call, and never lose a sum")
    func durations() throws {
        let metrics = RetryMetrics()
        let clock = ManualClock()
        let pipeline = RetryPipeline("slow").observer(metrics.observer).clock(RetryClock(clock))
        try retryBlocking(pipeline) { clock.advance(by: .milliseconds(20)) }
        try retryBlocking(pipeline) { clock.advance(by: .seconds(400)) }
        let durations = metrics.snapshot().durations
        #expect(durations.sum == 400.02 && durations.quantile(0.5) == 0.025 && durations.quantile(1) == .infinity)
        // Together more nanoseconds than a counter holds.
        for _ in 0..<2_000 { try retryBlocking(pipeline) { clock.advance(by: .seconds(4_000_000)) } }
        #expect((metrics.snapshot().durations.sum - 8_000_000_400.02).magnitude < 0.001)
    }

    @Test("are told only of ends and retries, which keep their numbers")
    func numbers() {
        let numbers = Locked<[Int]>([])
        let metrics = RetryMetrics()
        let noting = RetryObserver { event in numbers.withLock { $0.append(event.number) } }
        let script = FaultScript<Int>(.fail(TransientError()), .succeed(1))
        let pipeline = RetryPipeline(policy: .default.backoff(.none)).observer([metrics.observer, noting])
        _ = try? retryBlocking(pipeline) { try script.callBlocking() }
        #expect(numbers.withLock { $0 } == [1, 2, 3, 4])
        #expect(!metrics.observer.interest.contains(.attempts) && pipeline.setup.observer?.includesMessages == false)
    }
}
