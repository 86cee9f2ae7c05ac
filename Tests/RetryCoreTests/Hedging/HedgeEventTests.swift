import RetryCore
import RetryTesting
import Testing

@Suite("Events of hedges", .timeLimit(.minutes(20)))
struct HedgeEventTests {
    private static let ms: Int64 = 1_000_000

    private let recorder = RecordingHedgeObserver()

    private func call(
        _ policy: HedgePolicy = HedgePolicy(.fixed(.milliseconds(10)), maxAttempts: 3), deadline: Int64 = .max
    ) -> HedgeCall {
        var call = HedgeCall(Hedger(policy, named: "search", on: ManualClock(), observer: recorder.observer))
        _ = call.begins(at: 0, deadline: deadline)
        _ = call.started(at: 0)
        return call
    }

    private func lines(
        _ policy: HedgePolicy = HedgePolicy(.fixed(.milliseconds(10)), maxAttempts: 3),
        _ inputs: (inout HedgeCall) -> Void
    ) -> [String] {
        var call = call(policy)
        inputs(&call)
        return recorder.events.map(\.description)
    }

    @Test("the start and the end of each hedge, and none of a primary")
    func ends() {
        let lines = lines {
            _ = $0.timerFired(at: 10 * Self.ms)
            _ = $0.started(at: 10 * Self.ms)
            _ = $0.timerFired(at: 20 * Self.ms)
            _ = $0.started(at: 20 * Self.ms)
            _ = $0.succeeded(3, at: 25 * Self.ms)
        }
        #expect(
            lines == [
                "hedge_started hedger=search attempt=2 delay=10ms", "hedge_started hedger=search attempt=3 delay=20ms",
                "hedge_won hedger=search attempt=3 elapsed=5ms", "hedge_lost hedger=search attempt=2 elapsed=15ms",
            ])
        #expect(recorder.events.map(\.number) == [1, 2, 3, 4])
        #expect(recorder.events.allSatisfy { $0.logLevel == .debug && $0.isOfOneCall })
    }

    @Test("a failure, and a cancellation")
    func others() {
        let lines = lines {
            _ = $0.timerFired(at: 10 * Self.ms)
            _ = $0.started(at: 10 * Self.ms)
            _ = $0.failed(2, .retryable(), at: 12 * Self.ms)
            _ = $0.started(at: 12 * Self.ms)
            _ = $0.cancelled(at: 13 * Self.ms)
        }
        #expect(
            lines == [
                "hedge_started hedger=search attempt=2 delay=10ms", "hedge_failed hedger=search attempt=2 elapsed=2ms",
                "hedge_started hedger=search attempt=3 delay=12ms",
                "hedge_cancelled hedger=search attempt=3 elapsed=1ms",
            ])
    }

    @Test("a suppression by a guard, a budget and a deadline")
    func suppressions() {
        _ = lines { call in
            _ = call.timerFired(at: 10 * Self.ms)
            _ = call.rejected(at: 10 * Self.ms)
        }
        _ = lines(HedgePolicy(.fixed(.milliseconds(10)), budget: .limit(0, per: .seconds(1)))) {
            _ = $0.timerFired(at: 10 * Self.ms)
        }
        var late = call(deadline: 5 * Self.ms)
        _ = late.failed(1, .retryable(), at: 6 * Self.ms)
        #expect(
            recorder.events.map(\.description) == [
                "hedge_suppressed hedger=search attempt=2 reason=rejected",
                "hedge_suppressed hedger=search attempt=2 reason=budget",
                "hedge_suppressed hedger=search attempt=2 reason=deadline",
            ])
    }

    @Test("metrics: delays, ends and suppressions by the hedger's name")
    func metrics() {
        var call = call(HedgePolicy(.fixed(.milliseconds(10)), maxAttempts: 4))
        for attempt in 2...3 as ClosedRange<Int64> {
            _ = call.timerFired(at: attempt * 10 * Self.ms)
            _ = call.started(at: attempt * 10 * Self.ms)
        }
        _ = call.timerFired(at: 40 * Self.ms)
        _ = call.rejected(at: 40 * Self.ms)
        _ = call.succeeded(2, at: 41 * Self.ms)
        let values = Locked<[String: Double]>([:])
        let metrics = HedgeObserver.metrics(
            counter: { instrument in
                let name = "\(instrument.name) \(instrument.dimensions.map(\.1).joined(separator: " "))"
                return { value in values.withLock { $0[name, default: 0] += Double(value) } }
            },
            histogram: { instrument in
                { value in values.withLock { $0[instrument.name, default: 0] += value } }
            }, gauge: { _ in { _ in } })
        for event in recorder.events { metrics.observe(event) }
        #expect(
            values.withLock { $0 } == [
                "retry.hedge.delay": 0.05, "retry.hedge.ends search hedge_won": 1,
                "retry.hedge.ends search hedge_lost": 1, "retry.hedge.suppressions search rejected": 1,
            ])
    }

    @Test("a log has each event as text and as fields")
    func logs() {
        var call = call()
        _ = call.timerFired(at: 10 * Self.ms)
        _ = call.started(at: 10 * Self.ms)
        let lines = Locked<[String]>([])
        let fields = Locked<[[String: String]]>([])
        let text = HedgeObserver.log { level, line in lines.withLock { $0.append("\(level.rawValue) \(line)") } }
        let structured = HedgeObserver.log { level, message, metadata in
            fields.withLock { $0.append(metadata.merging(["message": message]) { $1 }) }
        }
        for event in recorder.events { EventObserver([text, structured]).observe(event) }
        #expect(lines.withLock { $0 } == ["debug hedge_started hedger=search attempt=2 delay=10ms"])
        let expected = [
            "message": "hedge_started", "retry.hedger": "search", "retry.attempt": "2", "retry.delay": "0.01",
        ]
        #expect(fields.withLock { $0 } == [expected])
    }

    @Test("events arrive in order and one at a time, from eight threads, and an observer may use the hedger")
    func threads() {
        let events = Locked<[HedgeEvent]>([])
        let own = Locked<Hedger?>(nil)
        let hedger = Hedger(
            HedgePolicy(.zero),
            observer: HedgeObserver { event in
                events.withLock { $0.append(event) }
                _ = own.withLock { $0 }?.snapshot()
            })
        own.withLock { $0 = hedger }
        let threads = (0..<8).map { _ in
            TestThread {
                for _ in 0..<500 {
                    var call = HedgeCall(hedger)
                    _ = call.begins(at: 0)
                    _ = call.started(at: 0)
                    _ = call.started(at: 0)
                    _ = call.succeeded(2, at: 1)
                }
            }
        }
        for thread in threads { thread.join() }
        // A turn delivers a share of what waits.
        for _ in 0..<40 {
            var call = HedgeCall(hedger)
            _ = call.begins(at: 0)
            _ = call.started(at: 0)
            _ = call.started(at: 0)
            _ = call.cancelled(at: 1)
        }
        let seen = events.withLock { $0 }
        var last = 0
        for event in seen {
            #expect(event.number == last + event.lost + 1 || event.lost == 0)
            #expect(event.number > last)
            last = event.number
        }
        #expect(seen.map(\.lost).reduce(0, +) + seen.filter { $0.kind != .eventsLost }.count <= 2 * 4_040)
        #expect(seen.count > 1_000)
        own.withLock { $0 = nil }
    }
}
