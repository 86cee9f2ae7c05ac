import RetryCore
import RetryTesting
import Testing

@Suite("The registry of breakers", .timeLimit(.minutes(5)))
struct BreakerRegistryTests {
    @Test("gives the same breaker to whoever asks for the same name")
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
        let error = #expect(throws: BreakerConflictError.self) {
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

    @Test("stays within its bound for a million keys, and forgets none that is open or in use")
    func million() throws {
        let registry = CircuitBreakerRegistry(
            capacity: 1_000,
            policy: .default.slowCallRatio(1, slowerThan: .seconds(9), within: .seconds(9), minimumCalls: 99),
            clock: RetryClock(ManualClock()))
        let open = (0..<100).map { "open \($0)" }
        for key in open { registry.breaker("http", key: key).trip() }
        let tickets = (0..<100).compactMap { registry.breaker("busy", key: "\($0)").ticket() }
        let held = registry.breaker("held")
        for number in 0..<1_000_000 { _ = registry.breaker("http", key: "\(number)") }
        #expect(registry.count <= 1_000)
        #expect(registry.unkept == 0)
        for key in open { #expect(registry.breaker("http", key: key).state == .open) }
        for number in 0..<100 { #expect(registry.breaker("busy", key: "\(number)").snapshot.inFlight == 1) }
        #expect(registry.breaker("held") === held)
        withExtendedLifetime(tickets) {}
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
