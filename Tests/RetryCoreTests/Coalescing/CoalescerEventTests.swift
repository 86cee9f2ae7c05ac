import RetryCore
import RetryTesting
import Testing

@Suite("Events and snapshots of a coalescer", .timeLimit(.minutes(20)))
struct CoalescerEventTests {
    private typealias Core = CoalescerCore<String, Int, String>

    private let recorder = RecordingCoalescerObserver()

    private func core(maxKeys: Int = 1, observer: CoalescerObserver? = nil) -> Core {
        Core(CoalescerPolicy(maxKeys: maxKeys), named: "users", observer: observer ?? recorder.observer)
    }

    private func enter(_ core: Core, _ key: String) -> Core.Machine.Entry {
        core.enter(key, priority: 0, inside: nil, isInside: { _ in false }, { 0 })
    }

    @Test("the first call without a place is an event, the next ones are counted, and the next run is an event")
    func full() throws {
        let core = core()
        guard case .starts(let run) = enter(core, "a") else { return }
        for _ in 0..<3 { _ = enter(core, "b") }
        #expect(core.snapshot().isFull)
        #expect(core.finish("a", run) == [])
        _ = enter(core, "b")
        _ = enter(core, "b")
        #expect(
            recorder.events.map(\.description) == [
                "coalescer_full coalescer=users alone=1", "coalescer_recovered coalescer=users alone=3",
            ])
        #expect(recorder.events.map(\.number) == [1, 2])
        #expect(recorder.events.map(\.logLevel) == [.warning, .info])
        let seen = core.snapshot()
        #expect(seen.runs == 2 && seen.alone == 3 && seen.joined == 1 && seen.calls == 6 && !seen.isFull)
        #expect(seen.keys == 1 && seen.waiting == 1 && seen.name == "users")
        #expect("\(seen)" == "users: 2 runs for 6 calls, 1 key now")
    }

    @Test("a run that its last caller left is an event, and is counted until it has ended")
    func abandoned() throws {
        let core = core()
        guard case .starts(let run) = enter(core, "a") else { return }
        let caller = try #require(core.wait("a", run, "handle", priority: 0, { 0 })).caller
        #expect(core.leave("a", run, caller) == "handle")
        #expect(core.snapshot().cancelling == 1 && core.snapshot().abandoned == 1)
        #expect(core.finish("a", run) == [])
        #expect(core.snapshot().cancelling == 0)
        #expect(recorder.events.map(\.description) == ["coalescer_abandoned coalescer=users abandoned=1"])
        #expect(recorder.events.map(\.logLevel) == [.debug])
    }

    @Test("metrics: abandoned runs, and the state, by the name of the coalescer")
    func metrics() throws {
        let core = core()
        guard case .starts(let run) = enter(core, "a") else { return }
        _ = enter(core, "b")
        let caller = try #require(core.wait("a", run, "handle", priority: 0, { 0 })).caller
        _ = core.leave("a", run, caller)
        _ = enter(core, "b")
        let values = Locked<[String: [Double]]>([:])
        for event in recorder.events {
            event.measure { measurement in
                values.withLock { $0[measurement.metric.name, default: []].append(measurement.value) }
                #expect(measurement.dimensions == [EventField("coalescer", "users")])
            }
        }
        #expect(values.withLock { $0 } == ["retry.coalescer.full": [1, 0], "retry.coalescer.abandoned": [1]])
    }

    @Test("events arrive in order and one at a time, from eight threads, and an observer may use the coalescer")
    func threads() {
        let events = Locked<[CoalescerEvent]>([])
        let own = Locked<Core?>(nil)
        let core = core(
            observer: CoalescerObserver { event in
                events.withLock { $0.append(event) }
                _ = own.withLock { $0 }?.snapshot()
            })
        own.withLock { $0 = core }
        let threads = (0..<8).map { thread in
            TestThread {
                for _ in 0..<500 {
                    let entry = core.enter("\(thread % 2)", priority: 0, inside: nil, isInside: { _ in false }, { 0 })
                    if case .starts(let run) = entry { _ = core.finish("\(thread % 2)", run) }
                }
            }
        }
        for thread in threads { thread.join() }
        for _ in 0..<40 { _ = core.snapshot() }
        var last = 0
        for event in events.withLock({ $0 }) {
            #expect(event.number == last + event.lost + 1)
            last = event.number
        }
        own.withLock { $0 = nil }
    }
}
