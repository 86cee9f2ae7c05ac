import RetryCore
import RetryTesting
import Testing

@Suite("A breaker on the bench", .timeLimit(.minutes(20)))
struct CircuitBreakerTestBenchTests {
    @Test("trips, waits for its break, and goes through a script")
    func script() {
        let bench = CircuitBreakerTestBench(policy: .default)
        bench.trip()
        #expect(throws: CircuitOpenError.self) { try bench.breaker.call {} }
        #expect(bench.run(.success) == [.rejected])
        bench.elapseBreak()
        bench.elapseBreak()
        #expect(bench.clock.now == ManualClock.Instant(.seconds(60)))
        #expect(bench.run(.success, .success) == [.admitted, .admitted])
        #expect(bench.states == [.open, .halfOpen, .closed])
        #expect(bench.events.map(\.number) == [1, 2, 3])
    }

    @Test("trips by its rules too, and lets calls take their time")
    func rules() {
        let bench = CircuitBreakerTestBench(policy: .unstable)
        bench.run(.failure(.transient), .failure(.serverError), .failure(.unknown), taking: .seconds(2))
        #expect(bench.breaker.state == .open)
        #expect(bench.clock.now == ManualClock.Instant(.seconds(6)))
    }

    @Test("does nothing where there is nothing to trip or to wait for")
    func nothing() {
        let bench = CircuitBreakerTestBench()
        bench.elapseBreak()
        bench.trip()
        bench.trip()
        let isolation = bench.breaker.isolate()
        bench.trip()
        isolation.end()
        #expect(bench.states == [.open, .isolated, .open])
    }

    @Test("a recorder keeps the changes of many breakers, until it is reset")
    func recorder() {
        let recorder = RecordingCircuitBreakerObserver()
        for name in ["a", "b"] { CircuitBreaker(name, observer: recorder.observer).forceOpen() }
        #expect(recorder.events.map(\.breaker) == ["a", "b"])
        #expect(recorder.states == [.forcedOpen, .forcedOpen])
        recorder.reset()
        #expect(recorder.events.isEmpty)
    }
}
