import RetryCore
import RetryTesting
import Testing

/// The laws of adaptive limits, step by step, against numbers that were computed by hand.
@Suite("The laws of an adaptive limit", .timeLimit(.minutes(20)))
struct AdaptiveLimitTests {
    struct Step: Sendable {
        let what: AttemptResult
        /// In milliseconds.
        let latency: Int64
        let inFlight: Int
        let limit: Double
    }

    private static let refused = AttemptResult.failure(.rateLimit)

    // L ← L + 1 / L with half of the limit in use; L ← 0.9 · L after a refusal of a call that began since the last one. A call
    // each second, from L = 10.
    static let aimd = [
        Step(what: .success, latency: 100, inFlight: 4, limit: 10),
        Step(what: .success, latency: 100, inFlight: 5, limit: 10.1),
        Step(what: .success, latency: 100, inFlight: 6, limit: 10.199_009_9),
        Step(what: .neutral, latency: 9_000, inFlight: 9, limit: 10.199_009_9),
        Step(what: .success, latency: 5_000, inFlight: 9, limit: 10.297_058_6),
        Step(what: .success, latency: 5_001, inFlight: 9, limit: 9.267_352_8),
        Step(what: refused, latency: 1_000, inFlight: 9, limit: 9.267_352_8),
        Step(what: refused, latency: 2_000, inFlight: 9, limit: 9.267_352_8),
        Step(what: refused, latency: 100, inFlight: 9, limit: 8.340_617_5),
        Step(what: .failure(.serverError), latency: 100, inFlight: 9, limit: 8.340_617_5),
        Step(what: .failure(.permanent), latency: 100, inFlight: 9, limit: 8.340_617_5),
        Step(what: .cutOff(after: .seconds(1)), latency: 100, inFlight: 9, limit: 7.506_555_7),
        Step(
            what: .failure(ErrorClassification(.serverError, hint: .after(.seconds(1)))), latency: 100, inFlight: 9,
            limit: 6.755_900_1),
        Step(what: refused, latency: 100, inFlight: 1, limit: 6.080_310_1),
        Step(what: refused, latency: 100, inFlight: 1, limit: 5.472_279_1),
        Step(what: refused, latency: 100, inFlight: 1, limit: 5),
        Step(what: refused, latency: 100, inFlight: 1, limit: 5),
        Step(what: .success, latency: 100, inFlight: 2, limit: 5),
        Step(what: .success, latency: 100, inFlight: 3, limit: 5.2),
        Step(what: .success, latency: 100, inFlight: 3, limit: 5.392_307_7),
    ]

    @Test func additiveIncreaseMultiplicativeDecrease() {
        var machine = AdaptiveLimitStateMachine(.aimd(start: 10, within: 5...100), at: 0)
        for (number, step) in Self.aimd.enumerated() {
            _ = machine.record(
                step.what, latency: step.latency * 1_000_000, inFlight: step.inFlight, isHeldBack: true,
                at: Int64(number + 1) * 1_000_000_000)
            #expect(abs(machine.value - step.limit) < 1e-6, "step \(number + 1): \(machine.value)")
            #expect(machine.limit == Int(step.limit))
        }
    }

    struct Window: Sendable {
        /// In milliseconds: the latency of all calls of the window.
        let latency: Int64
        let isHeldBack: Bool
        /// The calls in a hundred that the service refuses.
        var refused = 0
        let limit: Double
    }

    // Windows of 100 calls in a second, of one latency each. The latency that counts is the median of the last five, and
    // then a moving average: a ← a + (m − a) / 3. The latency without load b is the mean of the first ten.
    //
    // Windows 1 to 11: the median stays 100, so that the queue is 0. Window 12: m = 100; 13: the median of 100, 100, 300,
    // 300, 300 is 300: a = 166.7, b = 100: queue = 31 · (1 − 0.6) = 12.4, above 6. 14: a = 211.1, queue = 15.8.
    // 15: a = 240.7. 16: m = 300, a = 260.5. 17: m = 300, a = 273.7. 18: m = 100, a = 215.8, queue = 13.4.
    // 19: a = 177.2, queue = 10.9. 20: a = 151.5, queue = 8.2. Then a = 134.3: queue = 5.9, from 3 to 6. A window
    // with a refusal in a hundred cuts to 90 %.
    static let gradient: [Window] = [
        Window(latency: 100, isHeldBack: true, limit: 21), Window(latency: 100, isHeldBack: true, limit: 22),
        Window(latency: 100, isHeldBack: false, limit: 22), Window(latency: 100, isHeldBack: true, limit: 23),
        Window(latency: 100, isHeldBack: true, limit: 24), Window(latency: 100, isHeldBack: true, limit: 25),
        Window(latency: 100, isHeldBack: true, limit: 26), Window(latency: 100, isHeldBack: true, limit: 27),
        Window(latency: 100, isHeldBack: true, limit: 28), Window(latency: 100, isHeldBack: true, limit: 29),
        Window(latency: 300, isHeldBack: true, limit: 30), Window(latency: 300, isHeldBack: true, limit: 31),
        Window(latency: 300, isHeldBack: true, limit: 30), Window(latency: 300, isHeldBack: true, limit: 29),
        Window(latency: 300, isHeldBack: true, limit: 28), Window(latency: 100, isHeldBack: true, limit: 27),
        Window(latency: 100, isHeldBack: true, limit: 26), Window(latency: 100, isHeldBack: true, limit: 25),
        Window(latency: 100, isHeldBack: true, limit: 24), Window(latency: 100, isHeldBack: true, limit: 23),
        Window(latency: 100, isHeldBack: true, limit: 23),
        Window(latency: 100, isHeldBack: true, refused: 1, limit: 20.7),
    ]

    @Test func gradientOfTheLatency() {
        var machine = AdaptiveLimitStateMachine(.gradient(start: 20, within: 5...100), at: 0)
        var now: Int64 = 0
        for (number, window) in Self.gradient.enumerated() {
            for call in 0..<100 {
                now += 10_000_000
                _ = machine.record(
                    call < window.refused ? Self.refused : .success, latency: window.latency * 1_000_000, inFlight: 20,
                    isHeldBack: window.isHeldBack, at: now)
            }
            #expect(abs(machine.value - window.limit) < 1e-6, "window \(number + 1): \(machine.value)")
        }
    }

    @Test("a window of few calls, a neutral result and a clock that jumps back decide nothing")
    func nothingToDecide() {
        var machine = AdaptiveLimitStateMachine(.gradient(), at: 0)
        for now in 1...29 {
            _ = machine.record(.success, latency: 1, inFlight: 20, isHeldBack: true, at: Int64(now) * 1_000_000_000)
        }
        for _ in 0..<1_000 {
            _ = machine.record(.neutral, latency: 1, inFlight: 20, isHeldBack: true, at: 40_000_000_000)
        }
        #expect(machine.value == 20)
        for now in 0..<200 {
            _ = machine.record(.success, latency: -5, inFlight: 20, isHeldBack: true, at: Int64(now) * 100)
        }
        #expect(machine.value == 20)
    }

    @Test("where calls are many, one in a few is measured")
    func measuredShare() {
        var machine = AdaptiveLimitStateMachine(.gradient(), at: 0)
        var now: Int64 = 0
        for _ in 0..<2_000 {
            now += 1_000_000
            _ = machine.record(.success, latency: 1_000, inFlight: 2, isHeldBack: false, at: now)
        }
        #expect(machine.measuredShare == 4)
        for _ in 0..<160 {
            now += 20_000_000
            _ = machine.record(.success, latency: 1_000, inFlight: 2, isHeldBack: false, at: now)
        }
        #expect(machine.measuredShare == 1)
    }

    @Test("a bulkhead changes its permits by the law, and grants new ones to those that wait")
    func bulkhead() {
        let clock = ManualClock()
        let recorder = RecordingBulkheadObserver()
        let bulkhead = Bulkhead(
            .adaptive(.aimd(start: 2, within: 1...10), queue: 5), named: "users", on: clock, observer: recorder.observer
        )
        for _ in 0..<20 {
            let permit = bulkhead.tryAcquire()
            let other = bulkhead.tryAcquire()
            clock.advance(by: .milliseconds(10))
            permit?.release(.success)
            other?.release(.success)
        }
        let permits = bulkhead.snapshot().permits
        #expect(permits > 2 && recorder.codes.allSatisfy { $0 == "bulkhead_resized" })
        let permit = bulkhead.tryAcquire()
        clock.advance(by: .milliseconds(10))
        permit?.release(.failure(.rateLimit))
        #expect(bulkhead.snapshot().permits < permits)
        bulkhead.resize(to: 1_000)
        #expect(bulkhead.snapshot().permits == 10, "the bounds of the law hold")
    }
}
