import RetryCore
import RetryTesting
import Testing

@Suite("The registry of breakers", .timeLimit(.minutes(20)))
struct BreakerRegistryTests {
    @Test("gives the same breaker for the same name")
    func names() throws {
        let registry = CircuitBreakerRegistry(policy: .stable)
        let payments = registry.breaker("payments")
        #expect(registry.breaker("payments") === payments)
        #expect(payments.policy == .stable && payments.name == "payments")
        #expect(registry.breaker("payments", key: "eu") !== payments)
        #expect(registry.breaker("payments", key: "eu").name == "payments[eu]")
        #expect(try registry.breaker("users", policy: .unstable) === registry.breaker("users"))
        #expect(registry.count == 3)
        let name = "a name of the shared registry"
        #expect(CircuitBreaker.named(name) === CircuitBreakerRegistry.shared.breaker(name))
        #expect(try CircuitBreaker.named(name, policy: .default) === CircuitBreaker.named(name))
    }

    @Test("keeps keys apart that only look alike")
    func keys() {
        let registry = CircuitBreakerRegistry()
        #expect(registry.breaker("a", key: "b:c") !== registry.breaker("a:b", key: "c"))
        #expect(registry.breaker("a[b]") !== registry.breaker("a", key: "b"))
        #expect(registry.breaker("a") !== registry.breaker("a", key: ""))
        #expect(registry.breaker("caf\u{E9}") !== registry.breaker("cafe\u{301}"))
        #expect(registry.count == 8)
    }

    @Test("refuses other settings for a name, and says which differ")
    func conflict() {
        let registry = CircuitBreakerRegistry()
        _ = registry.breaker("payments")
        let error = #expect(throws: CircuitBreakerConflictError.self) {
            try registry.breaker("payments", policy: .unstable.breakDuration(.seconds(30)).hintOpens())
        }
        #expect(
            error?.differences == [
                "consecutive_failures is 5, not 3",
                "break_duration is constant 1m × 1.0 + 0s up to 1m, jitter none 0.0 0s, not constant 30s × 1.0 + 0s up to "
                    + "30s, jitter none 0.0 0s",
                "hint_opens is off, not 5m",
            ])
        #expect(error?.description.contains("\"payments\"") == true)
        #expect(throws: Never.self) { try registry.breaker("payments", policy: .default) }
    }

    @Test("stays within its bound, and forgets none that is open or in use")
    func bound() throws {
        let registry = CircuitBreakerRegistry(
            capacity: 1_000,
            policy: .default.slowCallRatio(1, slowerThan: .seconds(9), within: .seconds(9), minimumCalls: 99),
            clock: RetryClock(ManualClock()))
        let open = (0..<100).map { "open \($0)" }
        for key in open { registry.breaker("http", key: key).trip() }
        let tickets = (0..<100).compactMap { registry.breaker("busy", key: "\($0)").ticket() }
        let held = registry.breaker("held")
        for number in 0..<100_000 { _ = registry.breaker("http", key: "\(number)") }
        #expect(registry.count <= 1_000)
        #expect(registry.unkept == 0)
        for key in open { #expect(registry.breaker("http", key: key).state == .open) }
        for number in 0..<100 { #expect(registry.breaker("busy", key: "\(number)").snapshot.inFlight == 1) }
        #expect(registry.breaker("held") === held)
        withExtendedLifetime(tickets) {}
    }

    @Test("stays within its bound, and useful, for a million keys of which half are dead")
    func dead() {
        let clock = ManualClock()
        let registry = CircuitBreakerRegistry(capacity: 10_000, policy: .unstable, clock: RetryClock(clock))
        // 100 calls a second, each to a host of its own. The dead ones count a failure, or open their circuit.
        for number in 0..<1_000_000 {
            let breaker = registry.breaker("http", key: "\(number)")
            if number % 2 == 1 { breaker.tryAcquire()?.fail(.transient) }
            if number % 16 == 1 { breaker.trip() }
            if number % 100 == 0 { clock.advance(by: .seconds(1)) }
        }
        #expect(registry.count == 10_000)
        // 50 a second for a minute, and a few of them for two, are fewer than the capacity.
        #expect(registry.unkept == 0)
    }

    @Test("forgets circuits whose break is long over, so that a new host is guarded again a year later")
    func longOver() {
        let clock = ManualClock()
        let registry = CircuitBreakerRegistry(capacity: 100, clock: RetryClock(clock))
        for number in 0..<100 { registry.breaker("old", key: "\(number)").trip() }
        for number in 0..<100 { _ = registry.breaker("new", key: "\(number)") }
        #expect(registry.unkept == 100, "breaks that still last are kept")
        clock.advance(by: .seconds(60))
        for number in 0..<100 { _ = registry.breaker("new", key: "\(number)") }
        #expect(registry.unkept == 200, "a break that has just ended is kept: its length and the next probe go by it")
        clock.advance(by: .seconds(365 * 86_400))
        for number in 0..<200 {
            for _ in 0..<5 { registry.breaker("new", key: "\(number % 50)").tryAcquire()?.fail(.transient) }
        }
        #expect(registry.unkept == 200)
        #expect((0..<50).allSatisfy { registry.breaker("new", key: "\($0)").state == .open })
    }

    @Test("keeps a breaker that counts: failures in a row open it under any pressure", arguments: [1, 2, 10, 64])
    func counting(capacity: Int) {
        let clock = ManualClock()
        let registry = CircuitBreakerRegistry(capacity: capacity, clock: RetryClock(clock))
        for call in 1...5 {
            registry.breaker("failing").tryAcquire()?.fail(.transient)
            #expect(registry.breaker("failing").snapshot.consecutiveFailures == call)
            for number in 0..<1_000 { registry.breaker("other", key: "\(call) \(number)").tryAcquire()?.succeed() }
            clock.advance(by: .seconds(11))
        }
        #expect(registry.breaker("failing").state == .open)
        for number in 0..<1_000 { _ = registry.breaker("other", key: "\(number)") }
        #expect(registry.breaker("failing").state == .open)
        #expect(registry.count == capacity)
    }

    @Test("forgets a count when its last failure is older than a break, or than the longest window")
    func staleCounts() {
        let rules: [(CircuitBreakerPolicy, Duration)] = [
            (.default, .seconds(60)), (.default.breakDuration(.seconds(10)), .seconds(10)),
            (.default.failureRatio(0.5, within: .seconds(90), minimumCalls: 9), .seconds(90)),
            (
                .default.slowCallRatio(0.5, slowerThan: .seconds(1), within: .seconds(75), minimumCalls: 9),
                .seconds(75)
            ),
            (.default.failureRatio(0.5, ofLast: 9, minimumCalls: 9), .seconds(60)),
        ]
        for (policy, memory) in rules {
            let clock = ManualClock()
            let registry = CircuitBreakerRegistry(capacity: 1, policy: policy, clock: RetryClock(clock))
            clock.advance(by: .seconds(1_000))
            registry.breaker("a").tryAcquire()?.fail(.transient)
            registry.breaker("a").tryAcquire()?.succeed()
            registry.breaker("a").tryAcquire()?.fail(.transient)
            clock.advance(by: memory - .nanoseconds(1))
            for _ in 0..<3 { _ = registry.breaker("b") }
            #expect(registry.unkept == 3)
            clock.advance(by: .nanoseconds(1))
            _ = registry.breaker("b")
            #expect(registry.unkept == 3)
            #expect(registry.breakers.map(\.name) == ["b"])
        }
    }

    @Test("forgets a half-open circuit when its probe is lost and old, and nothing that was set manually")
    func otherStates() {
        let clock = ManualClock()
        let registry = CircuitBreakerRegistry(
            capacity: 1, policy: .default.halfOpen(lease: .seconds(90)), clock: RetryClock(clock))
        registry.breaker("a").trip()
        clock.advance(by: .seconds(60))
        registry.breaker("a").tryAcquire()?.succeed()
        #expect(registry.breaker("a").state == .halfOpen)
        clock.advance(by: .seconds(89))
        for _ in 0..<3 { _ = registry.breaker("b") }
        #expect(registry.breakers.map(\.name) == ["a"])
        clock.advance(by: .seconds(1))
        _ = registry.breaker("b")
        #expect(registry.breakers.map(\.name) == ["b"])
        for set in [{ $0.forceOpen() }, { $0.forceClosed() }, { $0.disable() }] as [(CircuitBreaker) -> Void] {
            set(registry.breaker("b"))
            clock.advance(by: .seconds(1_000_000))
            for _ in 0..<3 { _ = registry.breaker("c") }
            #expect(registry.breakers.map(\.name) == ["b"])
        }
    }

    @Test("pays for its evictions a few steps at a time")
    func huge() {
        let registry = CircuitBreakerRegistry(capacity: .max, clock: RetryClock(ManualClock()))
        for number in 0..<100 { _ = registry.breaker("\(number)") }
        #expect(registry.count == 100)
    }

    @Test("hands out a breaker that it does not keep, if there is no place")
    func full() {
        let registry = CircuitBreakerRegistry(capacity: 3)
        let held = (0..<3).map { registry.breaker("\($0)") }
        let fourth = registry.breaker("3")
        #expect(registry.count == 3 && registry.unkept == 1)
        #expect(!fourth.turnsAway)
        #expect(held.indices.allSatisfy { registry.breaker("\($0)") === held[$0] })
    }

    @Test("resets all, and shows all")
    func all() {
        let registry = CircuitBreakerRegistry()
        for name in ["b", "a", "c"] { registry.breaker(name).trip() }
        #expect(registry.snapshots.map(\.name) == ["a", "b", "c"])
        #expect(registry.snapshots.allSatisfy { $0.state == .open })
        registry.resetAll()
        #expect(registry.breakers.allSatisfy { $0.state == .closed })
    }

    @Test("gives one breaker to threads that ask at once")
    func threads() {
        let registry = CircuitBreakerRegistry(capacity: 500)
        let threads = (0..<8).map { _ in
            TestThread { (0..<300).map { ObjectIdentifier(registry.breaker("\($0)")) } }
        }
        let seen = threads.compactMap { $0.join() }
        #expect(seen.count == 8 && Set(seen).count == 1)
    }
}
