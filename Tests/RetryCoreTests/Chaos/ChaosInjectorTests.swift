import RetryCore
import RetryTesting
import Testing

@Suite("The injections of chaos", .timeLimit(.minutes(20)))
struct ChaosInjectorTests {
    private struct Handle: ~Copyable {
        let number: Int
    }

    private let recorder = RecordingChaosObserver()
    private let clock = ManualClock()

    private func injector(_ policy: ChaosPolicy) -> ChaosInjector { ChaosInjector(policy, observer: recorder.observer) }

    private func call(_ injector: ChaosInjector, _ operation: String? = "users") throws -> Int {
        try injector.callBlocking(operation, sleeper: ManualSleeper(clock: clock).sleeper) { 1 }
    }

    @Test("a fault is thrown in place of the operation, with its class, and is an event of its own")
    func fault() {
        let chaos = injector(ChaosPolicy(enabled: true).fault(rate: 1, .serverError))
        let error = #expect(throws: ChaosError.self) {
            try chaos.callBlocking("users") { Issue.record("the operation ran") }
        }
        #expect(error?.classification == .serverError)
        #expect(error?.description == "Chaos injected this fault (server_error): the operation was not run.")
        #expect(recorder.events.map(\.description) == ["chaos_fault chaos=fault operation=users error=ChaosError"])
        #expect(recorder.events.map(\.logLevel) == [.info] && recorder.events.map(\.isOfOneCall) == [true])
        #expect(chaos.snapshot().faults == 1 && "\(chaos.snapshot())" == "1 attempt, 1 fault, 0 delayed")
        let own = injector(ChaosPolicy(enabled: true).fault(rate: 1) { PermanentError("own") })
        #expect(throws: PermanentError.self) { try call(own) }
    }

    @Test("a latency is a wait before the operation, by the sleeper of the call")
    func latency() throws {
        let chaos = injector(ChaosPolicy(enabled: true).latency(rate: 1, .seconds(2)))
        #expect(try call(chaos) == 1 && clock.now.offset == .seconds(2))
        #expect(recorder.events.map(\.description) == ["chaos_latency chaos=latency operation=users delay=2s"])
        #expect(chaos.snapshot().latencies == 1)
    }

    @Test("a latency ends when the call is cancelled, and the operation does not run")
    func cancelledLatency() {
        let chaos = injector(ChaosPolicy(enabled: true).latency(rate: 1, .seconds(86_400)))
        let token = RetryCancellationToken()
        token.cancel()
        #expect(throws: CancellationError.self) {
            try chaos.callBlocking(cancellation: token) { Issue.record("the operation ran") }
        }
        let later = RetryCancellationToken()
        let sleeper = RetrySleeper { _, token in token?.cancel() }
        #expect(throws: CancellationError.self) {
            try chaos.callBlocking(sleeper: sleeper, cancellation: later) { Issue.record("the operation ran") }
        }
    }

    @Test("an outcome is returned in place of the operation, if the types agree, also of a value that cannot be copied")
    func outcome() throws {
        let chaos = injector(ChaosPolicy(enabled: true).outcome(rate: 1) { 42 })
        #expect(try call(chaos) == 42)
        #expect(try chaos.callBlocking("users") { "own" } == "own")
        let handle = try chaos.callBlocking("users") { Handle(number: 7) }
        #expect(handle.number == 7)
        #expect(chaos.snapshot().outcomes == 1 && chaos.snapshot().mismatches == 2)
        #expect(recorder.codes == ["chaos_outcome"])
        let text = injector(
            ChaosPolicy(enabled: true).outcome(rate: 1) { Optional("a long text, which is on the heap") })
        for _ in 0..<100 {
            #expect(try text.callBlocking { Optional("own") } == "a long text, which is on the heap")
        }
    }

    @Test("a behavior runs before the operation, and an error of it fails the attempt")
    func behavior() throws {
        let log = Locked<[String]>([])
        let chaos = injector(ChaosPolicy(enabled: true).behavior(rate: 1) { log.withLock { $0.append("behavior") } })
        try chaos.callBlocking { log.withLock { $0.append("operation") } }
        #expect(log.withLock { $0 } == ["behavior", "operation"])
        #expect(recorder.codes == ["chaos_behavior"] && chaos.snapshot().behaviors == 1)
        let failing = injector(ChaosPolicy(enabled: true).behavior(rate: 1) { throw TransientError() })
        #expect(throws: TransientError.self) { try call(failing) }
    }

    @Test("the order is fixed: behavior, latency, fault; and a fault leaves no outcome")
    func order() {
        let chaos = injector(
            ChaosPolicy(enabled: true).outcome(rate: 1) { 42 }.fault(rate: 1, .transient).latency(rate: 1, .seconds(1))
                .behavior(rate: 1) {})
        #expect(throws: ChaosError.self) { try call(chaos) }
        #expect(recorder.codes == ["chaos_behavior", "chaos_latency", "chaos_fault"])
    }

    @Test("nothing happens unless chaos is enabled, and a switch is asked at each call")
    func enabled() throws {
        let off = injector(ChaosPolicy().fault(rate: 1, .transient))
        #expect(try call(off) == 1 && off.snapshot().attempts == 0)
        let isOn = Locked(false)
        let chaos = injector(ChaosPolicy { isOn.withLock { $0 } }.fault(rate: 1, .transient))
        #expect(try call(chaos) == 1)
        isOn.withLock { $0 = true }
        #expect(throws: ChaosError.self) { try call(chaos) }
        isOn.withLock { $0 = false }
        #expect(try call(chaos) == 1)
        #expect(chaos.snapshot().attempts == 1)
    }

    @Test("the scope is a list of names, and calls outside of it draw nothing")
    func scope() throws {
        let policy = ChaosPolicy(enabled: true, seed: 7).operations("users", "orders").fault(rate: 0.5, .transient)
        func faults(_ others: Int) -> [Bool] {
            let chaos = injector(policy)
            return (0..<200).map { _ in
                for _ in 0..<others { #expect((try? call(chaos, "health")) == 1 && (try? call(chaos, nil)) == 1) }
                return (try? call(chaos, "users")) == nil
            }
        }
        #expect(faults(0) == faults(3) && faults(0).contains(true) && faults(0).contains(false))
        #expect(recorder.events.allSatisfy { $0.operation == "users" })
    }

    @Test("a rate that is a closure is asked at each call, and a wrong one is held at its bound")
    func dynamicRate() throws {
        let rate = Locked(0.0)
        let chaos = injector(ChaosPolicy(enabled: true).fault(rate: ChaosRate { rate.withLock { $0 } }, .transient))
        for wrong in [0, -1, -.infinity, .nan] as [Double] {
            rate.withLock { $0 = wrong }
            for _ in 0..<100 { #expect(try call(chaos) == 1) }
        }
        for wrong in [1, 7, .infinity] as [Double] {
            rate.withLock { $0 = wrong }
            for _ in 0..<100 { #expect(throws: ChaosError.self) { try call(chaos) } }
        }
    }

    @Test("eight threads: each injection is counted once, and the same seed gives as many")
    func threads() {
        let faults = (0..<2).map { _ in
            let chaos = ChaosInjector(ChaosPolicy(enabled: true, seed: 7).fault(rate: 0.25, .transient))
            let threads = (0..<8).map { _ in
                TestThread { (0..<1_000).count { _ in (try? chaos.callBlocking { 1 }) == nil } }
            }
            let seen = threads.compactMap { $0.join() }.reduce(0, +)
            #expect(chaos.snapshot().faults == seen && chaos.snapshot().attempts == 8_000)
            return seen
        }
        #expect(faults[0] == faults[1] && abs(faults[0] - 2_000) < 120)
    }

    @Test("metrics: the injections, by operation and kind, under a dimension of their own")
    func metrics() {
        let chaos = injector(ChaosPolicy(enabled: true).fault(rate: 1, .transient))
        _ = try? call(chaos)
        for event in recorder.events {
            event.measure { one in
                #expect(one.metric == .chaosInjections && one.value == 1)
                #expect(one.dimensions.map(\.key) == ["retry.operation", "retry.chaos"])
                #expect(one.dimensions.map(\.value.text) == ["users", "fault"])
            }
        }
        let tagged = EventMetric.all.filter { $0.dimensions.contains("retry.chaos") }
        #expect(tagged == [.chaosInjections])
    }
}
