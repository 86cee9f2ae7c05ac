import RetryCore
import RetryTesting
import Testing

@Suite("A breaker under manual control", .timeLimit(.minutes(20)))
struct BreakerControlTests {
    @Test("isolations nest, end once, and end with their handle")
    func isolation() {
        let bench = CircuitBreakerTestBench()
        let first = bench.breaker.isolate()
        do {
            let second = bench.breaker.isolate()
            first.end()
            first.end()
            #expect(bench.breaker.state == .isolated && bench.breaker.turnsAway)
            _ = second
        }
        #expect(bench.breaker.state == .closed && !bench.breaker.turnsAway)
        #expect(bench.states == [.isolated, .closed])
        #expect(bench.events.compactMap { $0.change?.cause } == [.isolated, .released])
    }

    @Test("an isolation leaves the break as it is, and calls from before it count for nothing")
    func isolationOfOpenCircuit() throws {
        let bench = CircuitBreakerTestBench(policy: .unstable)
        let late = try #require(bench.breaker.ticket())
        bench.breaker.isolate().end()
        for _ in 0..<2 { bench.run(.failure(.transient)) }
        late.succeed()
        #expect(bench.breaker.snapshot.consecutiveFailures == 2)
        bench.trip()
        let isolation = bench.breaker.isolate()
        bench.breaker.reset()
        #expect(bench.breaker.state == .isolated, "a reset ends no isolation")
        bench.trip()
        isolation.end()
        #expect(bench.breaker.state == .open)
        #expect(bench.breaker.snapshot.timeLeft == .seconds(60))
    }

    @Test("what is forced stays until it is reset")
    func forced() {
        let bench = CircuitBreakerTestBench(policy: .unstable)
        bench.breaker.forceOpen()
        bench.clock.advance(by: .seconds(100_000))
        #expect(bench.breaker.state == .forcedOpen && bench.breaker.turnsAway)
        bench.breaker.forceClosed()
        for _ in 0..<9 { bench.run(.failure(.transient)) }
        #expect(bench.breaker.state == .forcedClosed && bench.breaker.snapshot.consecutiveFailures == 9)
        bench.breaker.disable()
        for _ in 0..<9 { bench.run(.failure(.transient)) }
        #expect(bench.breaker.state == .disabled && bench.breaker.snapshot.consecutiveFailures == 0)
        bench.breaker.reset()
        bench.breaker.reset()
        #expect(bench.states == [.forcedOpen, .forcedClosed, .disabled, .closed])
    }

    @Test("a state is saved with the time left, and goes on in another process")
    func saved() throws {
        let bench = CircuitBreakerTestBench(
            policy: .default.breakDuration(.exponential(initial: .seconds(10), cap: .seconds(60))))
        bench.trip()
        let left = try #require(bench.breaker.snapshot.timeLeft)
        bench.clock.advance(by: left / 2)
        let text = try JSON.encode(bench.breaker.saved)
        let other = CircuitBreakerTestBench(
            policy: bench.breaker.policy, clock: ManualClock(now: .init(.seconds(9_999))))
        other.breaker.restore(try JSON.decode(text))
        #expect(other.breaker.state == .open)
        #expect(other.breaker.snapshot.timeLeft == bench.breaker.snapshot.timeLeft)
        #expect(other.breaker.snapshot.openings == 1)
        #expect(other.events.first?.change?.cause == .restored)
        other.elapseBreak()
        #expect(other.run(.success, .success) == [.admitted, .admitted])
        for state in CircuitBreaker.State.allCases where state != .isolated {
            let saved: CircuitBreakerCheckpoint = try JSON.decode(
                #"{"state": "\#(state.rawValue)", "time_left": "5s"}"#)
            other.breaker.restore(saved)
            #expect(other.breaker.state == state)
            #expect(other.breaker.saved.state == state)
        }
    }

    @Test("a saved state from outside is read strictly, and cannot keep the circuit open for ever")
    func hostileSavedStates() throws {
        let wrong = [
            WrongJSON(#"{"state": "isolated"}"#, "state", "isolated"), WrongJSON(#"{"state": "ajar"}"#, "state"),
            WrongJSON(#"{"state": "open", "openings": -1}"#, "openings", "-1"),
            WrongJSON(#"{"state": "open", "time_left": "-1s"}"#, "time_left", "-1s"),
            WrongJSON(#"{"state": "open", "until": 5}"#, "until", "There is no setting"),
            WrongJSON("{}", "state", "missing"),
        ]
        for document in wrong {
            document.check { try JSON.decode(String(decoding: $0, as: UTF8.self), as: CircuitBreakerCheckpoint.self) }
        }
        let bench = CircuitBreakerTestBench()
        bench.breaker.restore(
            try JSON.decode(
                #"{"state": "open", "time_left": "2000000h", "openings": \#(Int.max), "consecutive_failures": \#(Int.max)}"#
            ))
        #expect(bench.breaker.snapshot.timeLeft == .seconds(60))
        bench.elapseBreak()
        bench.run(.failure(.transient))
        #expect(bench.breaker.snapshot.openings == .max)
    }
}
