import RetryCore
import RetryTesting
import Testing

extension Refusal {
    private static func stale(_ setting: String, _ value: String, _ maxAge: Duration, _ capacity: Int = 1) -> Refusal {
        Refusal(setting, value) { () throws(InvalidPolicyError) in
            try StaleValuePolicy(validating: maxAge, capacity: capacity)
        }
    }

    static let staleValues = [
        stale("max_age", "0.0 seconds", .zero), stale("max_age", "-1.0 seconds", .seconds(-1)),
        stale("max_age", "31536001.0 seconds", .seconds(31_536_001)), stale("capacity", "0", .seconds(1), 0),
        stale("capacity", "-1", .seconds(1), -1), stale("capacity", "1000001", .seconds(1), 1_000_001),
        stale("capacity", "\(Int.max)", .seconds(1), .max),
    ]
}

extension Trap {
    static let staleValues = [
        Trap("max_age is 0.0 seconds: it must", StaleValuePolicy(maxAge: .zero)),
        Trap("capacity is 0: it must", StaleValuePolicy(maxAge: .seconds(1), capacity: 0)),
    ]
}

@Suite("The policy of stale values", .timeLimit(.minutes(20)))
struct StaleValuePolicyTests {
    @Test("names a refused setting with its value", arguments: Refusal.staleValues)
    func throwing(_ it: Refusal) {
        it.check()
    }

    @Test("traps where it is a constant, and the message names the setting", arguments: Trap.staleValues.indices)
    func traps(index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            Trap.staleValues[index].run()
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains(Trap.staleValues[index].message))
    }

    @Test("is read from JSON, written, and read again")
    func reads() throws {
        let policy = StaleValuePolicy(maxAge: .seconds(300), capacity: 7)
        #expect(try JSON.decode(#"{"max_age": "5m", "capacity": 7}"#) == policy)
        #expect(try JSON.decode(#"{"max_age_s": 300}"#) == StaleValuePolicy(maxAge: .seconds(300)))
        #expect(try JSON.decode(try JSON.encode(policy)) == policy)
        #expect("\(policy)" == "at most 5m old, up to 7 values")
    }

    @Test(
        "is refused in JSON with the path and the value",
        arguments: [
            WrongJSON("{}", "max_age", "missing"), WrongJSON(#"{"max_age": 0}"#, "max_age", "0.0 seconds"),
            WrongJSON(#"{"max_age": -1}"#, "max_age", "-1"), WrongJSON(#"{"max_age": "9999h"}"#, "max_age"),
            WrongJSON(#"{"max_age": 1, "capacity": 0}"#, "capacity", "0"),
            WrongJSON(#"{"max_age": 1, "size": 5}"#, "size", "capacity, max_age"),
        ])
    func refuses(_ it: WrongJSON) {
        it.check { try JSON.decode(String(decoding: $0, as: UTF8.self), as: StaleValuePolicy.self) }
    }
}

@Suite("Stale values", .timeLimit(.minutes(20)))
struct StaleValueTests {
    private let clock = ManualClock()
    private let recorder = RecordingFallbackObserver()

    private func values(_ maxAge: Duration = .seconds(300), capacity: Int = 1_000) -> StaleValues<String, Int> {
        StaleValues(
            StaleValuePolicy(maxAge: maxAge, capacity: capacity), named: "users", on: clock, observer: recorder.observer
        )
    }

    private func fail(_ values: StaleValues<String, Int>, _ error: any Error = ServerSideError()) throws -> ServedValue<
        Int
    > {
        try values.callBlocking("a") { throw error }
    }

    @Test("a value is served in place of a failure, up to its bound, with its age and the failure")
    func serves() throws {
        let values = values()
        let fresh = try values.callBlocking("a") { 7 }
        #expect(fresh.value == 7 && fresh.age == .zero && !fresh.isStale && fresh.error == nil)
        clock.advance(by: .seconds(300))
        let stale = try fail(values)
        #expect(stale.value == 7 && stale.age == .seconds(300) && stale.isStale && stale.error is ServerSideError)
        clock.advance(by: .nanoseconds(1))
        #expect(throws: ServerSideError.self) { try fail(values) }
        #expect(
            recorder.events.map(\.description) == [
                "served_stale operation=users class=server_error error=ServerSideError age=5m",
                "stale_missed operation=users class=server_error error=ServerSideError",
            ])
        let seen = values.snapshot()
        #expect(seen.fresh == 1 && seen.served == 1 && seen.missed == 1 && seen.count == 0)
        #expect("\(values)" == "stale values users: 0 values at most 5m old, 1 served")
    }

    @Test("a value is served while the circuit is open, and the operation does not run")
    func openCircuit() throws {
        let values = values()
        let breaker = CircuitBreaker("users")
        let pipeline = RetryPipeline(policy: .once).breaker(breaker)
        _ = try values.callBlocking("a") { try retryBlocking(pipeline) { 7 } }
        breaker.forceOpen()
        let served = try values.callBlocking("a") { try retryBlocking(pipeline) { 8 } }
        #expect(served.value == 7 && served.error is CircuitOpenError)
        #expect(recorder.events.first?.isRejection == true)
    }

    @Test("every call runs its operation: a value that is there saves no request")
    func noCache() throws {
        let values = values()
        for number in 0..<3 { #expect(try values.callBlocking("a") { number }.value == number) }
        #expect(values.snapshot().fresh == 3)
    }

    @Test("a cancellation is not replaced, nor is a failure of another class")
    func stays() throws {
        let values = values()
        values.store(7, for: "a")
        #expect(throws: CancellationError.self) { try fail(values, CancellationError()) }
        #expect(throws: PermanentError.self) {
            try values.callBlocking("a", on: .on(.serverError)) { throw PermanentError("no") }
        }
        #expect(recorder.events.isEmpty && values.snapshot().served == 0 && values.snapshot().missed == 0)
    }

    @Test("the age of a value counts from the start of its request")
    func ageFromStart() throws {
        let values = values()
        _ = try values.callBlocking("a") {
            clock.advance(by: .seconds(100))
            return 7
        }
        clock.advance(by: .seconds(200))
        #expect(try fail(values).age == .seconds(300))
    }

    @Test("a slow call does not replace the value of a call that started later")
    func slowCall() throws {
        let values = values()
        let clock = clock
        _ = try values.callBlocking("a") {
            clock.advance(by: .seconds(1))
            _ = try values.callBlocking("a") { 2 }
            clock.advance(by: .seconds(1))
            return 1
        }
        #expect(try fail(values).value == 2)
    }

    @Test("the values are bounded, and the one stored the longest time ago goes first")
    func bound() {
        let values = values(capacity: 3)
        for (number, key) in ["a", "b", "c", "a", "d"].enumerated() { values.store(number, for: key) }
        #expect(["a", "b", "c", "d"].map { values.value(for: $0)?.value } == [3, nil, 2, 4])
        #expect(values.snapshot().count == 3 && values.snapshot().evictions == 1)
        for key in 0..<100_000 { values.store(key, for: "\(key)") }
        #expect(values.snapshot().count == 3 && values.value(for: "99999")?.value == 99_999)
        values.remove("99999")
        #expect(values.value(for: "99999") == nil && values.snapshot().count == 2)
        values.removeAll()
        #expect(values.snapshot().count == 0)
    }

    @Test("a value from a time that has not come is not served, and is replaced")
    func clockJumpsBack() {
        var state = StaleValueState<String, Int>(StaleValuePolicy(maxAge: .seconds(5)))
        state.store(1, for: "a", from: .max, at: .max)
        #expect(state.value(for: "a", at: 0) == nil)
        state.store(1, for: "a", from: .max, at: .max)
        state.store(2, for: "a", from: 0, at: 1)
        #expect(state.value(for: "a", at: 1)?.value == 2)
        state.store(3, for: "a", from: .min, at: .min)
        #expect(state.value(for: "a", at: .max) == nil)
    }

    @Test("answers as a plain list does, for any mix of inputs", arguments: 0..<30 as Range<UInt64>)
    func model(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let capacity = Int(random.next() % 4) + 1
        var state = StaleValueState<Int, Int>(
            StaleValuePolicy(maxAge: .nanoseconds(20), capacity: capacity))
        var model: [(key: Int, value: Int, time: Int64)] = []
        var now: Int64 = 0
        for number in 0..<3_000 {
            let key = Int(random.next() % 6)
            switch random.next() % 10 {
            case 0...4:
                let start = now - Int64(random.next() % 5)
                state.store(number, for: key, from: start, at: now)
                if let known = model.first(where: { $0.key == key }), known.time > start { break }
                model.removeAll { $0.key == key }
                model.append((key, number, start))
                if model.count > capacity { model.removeFirst() }
            case 5...7:
                let found = state.value(for: key, at: now)
                let known = model.first { $0.key == key }
                let isYoung = known.map { now - $0.time <= 20 } ?? false
                #expect(found?.value == (isYoung ? known?.value : nil))
                if isYoung {
                    #expect(found?.age == known.map { now - $0.time })
                } else {
                    model.removeAll { $0.key == key }
                }
            case 8:
                now += Int64(random.next() % 8)
            default:
                if random.next() % 8 == 0 {
                    state.removeAll()
                    model = []
                } else {
                    state.remove(key)
                    model.removeAll { $0.key == key }
                }
            }
            #expect(state.count == model.count)
        }
    }

    @Test("eight threads store and read: every value is one of its key, and the bound is kept")
    func threads() {
        let values = StaleValues<Int, Int>(StaleValuePolicy(maxAge: .seconds(60), capacity: 5))
        let threads = (0..<8).map { thread in
            TestThread {
                for round in 0..<2_000 {
                    let key = (thread + round) % 10
                    if round.isMultiple(of: 2) {
                        values.store(key * 1_000_000 + round, for: key)
                    } else if let found = try? values.callBlocking(key, { throw ServerSideError() }) {
                        #expect(found.value / 1_000_000 == key)
                    }
                }
            }
        }
        for thread in threads { thread.join() }
        let seen = values.snapshot()
        #expect(seen.count <= 5 && seen.served + seen.missed == 8_000)
    }

    @Test("metrics: the original failure, and the age of what was served")
    func metrics() throws {
        let values = values()
        values.store(7, for: "a")
        clock.advance(by: .seconds(2))
        _ = try fail(values)
        let seen = Locked<[String: Double]>([:])
        for event in recorder.events {
            event.measure { one in seen.withLock { $0[one.metric.name, default: 0] += one.value } }
        }
        #expect(seen.withLock { $0 } == ["retry.fallbacks": 1, "retry.stale.age": 2])
        #expect(recorder.events.map(\.logLevel) == [.warning])
    }
}
