import RetryCore
import RetryTesting
import Testing

@Suite("The events of a breaker", .timeLimit(.minutes(20)))
struct BreakerEventTests {
    @Test("are numbered, in order, and carry name, from, to and cause")
    func order() {
        let bench = CircuitBreakerTestBench("payments", policy: .unstable)
        for _ in 0..<3 { bench.run(.failure(.transient)) }
        bench.elapseBreak()
        bench.run(.success, .success)
        #expect(bench.events.map(\.number) == [1, 2, 3])
        #expect(bench.events.map { $0.change?.from } == [.closed, .open, .halfOpen])
        #expect(bench.states == [.open, .halfOpen, .closed])
        #expect(
            bench.events.map { $0.change?.cause.code } == [
                "consecutive_failures", "break_elapsed", "probes_succeeded",
            ])
        #expect(bench.events.allSatisfy { $0.breaker == "payments" })
    }

    @Test("are delivered outside the lock: an observer may call the breaker, and the order holds")
    func reentrance() {
        let seen = Locked<[UInt64]>([])
        let holder = Locked<CircuitBreaker?>(nil)
        let breaker = CircuitBreaker(
            "a", policy: .unstable,
            observer: [
                CircuitBreakerObserver { event in
                    let breaker = holder.withLock { $0 }
                    // Under the lock each of these would wait for ever.
                    if event.change?.to == .open { breaker?.reset() }
                    #expect(breaker?.snapshot != nil && breaker?.state != nil)
                    if event.number < 6, event.change?.to == .closed { breaker?.forceOpen() }
                    if event.change?.to == .forcedOpen { breaker?.reset() }
                },
                CircuitBreakerObserver { event in seen.withLock { $0.append(event.number) } },
            ])
        holder.withLock { $0 = breaker }
        breaker.trip()
        #expect(seen.withLock { $0 } == [1, 2, 3, 4, 5, 6])
        holder.withLock { $0 = nil }
    }

    @Test("that an observer is too slow for are counted in an event of their own")
    func overflow() {
        let events = Locked<[CircuitBreakerEvent]>([])
        let holder = Locked<CircuitBreaker?>(nil)
        let breaker = CircuitBreaker(
            "a",
            observer: CircuitBreakerObserver { event in
                events.withLock { $0.append(event) }
                guard event.number == 1, let breaker = holder.withLock({ $0 }) else { return }
                for _ in 0..<600 {
                    breaker.forceClosed()
                    breaker.forceOpen()
                }
            })
        holder.withLock { $0 = breaker }
        breaker.forceOpen()
        // Each further call delivers a share.
        for _ in 0..<40 { breaker.forceOpen() }
        holder.withLock { $0 = nil }
        let all = events.withLock { $0 }
        #expect(all.count == 1 + 1_000 + 1)
        #expect(all.last?.change == nil && all.last?.lost == 200 && all.last?.number == 1 + 1_200 + 1)
        #expect(all.dropLast().map(\.number) == Array(1...1_001))
    }

    @Test("are delivered a share at a time: the next calls deliver what one has left, whatever the state")
    func shares() {
        let seen = Locked<[UInt64]>([])
        let holder = Locked<CircuitBreaker?>(nil)
        func breaker(_ last: @escaping @Sendable (CircuitBreaker) -> Void) -> CircuitBreaker {
            seen.withLock { $0 = [] }
            let breaker = CircuitBreaker(
                "a",
                observer: CircuitBreakerObserver { event in
                    seen.withLock { $0.append(event.number) }
                    guard event.number == 1, let breaker = holder.withLock({ $0 }) else { return }
                    for _ in 0..<50 {
                        breaker.trip()
                        breaker.reset()
                    }
                    last(breaker)
                })
            holder.withLock { $0 = breaker }
            breaker.trip()
            holder.withLock { $0 = nil }
            return breaker
        }
        // A closed circuit admits without a lock, and an open one rejects without one: with events left, both take it.
        for (isOpen, count) in [(false, 100), (true, 101)] {
            let breaker = breaker { if isOpen { $0.trip() } }
            #expect(seen.withLock { $0 } == Array(1...32))
            for call in 2...4 {
                breaker.tryAcquire()?.succeed()
                #expect(seen.withLock { $0.count } >= min(32 * call, count))
            }
            _ = breaker.snapshot
            #expect(seen.withLock { $0 } == Array(1...UInt64(count)))
        }
    }

    @Test("of many threads come one after the other, in order")
    func threads() {
        let numbers = Locked<[UInt64]>([])
        let inside = Locked(0)
        let breaker = CircuitBreaker(
            "a",
            observer: CircuitBreakerObserver { event in
                #expect(
                    inside.withLock {
                        $0 += 1
                        return $0
                    } == 1, "one at a time")
                numbers.withLock { $0.append(event.number) }
                inside.withLock { $0 -= 1 }
            })
        let threads = (0..<8).map { _ in
            TestThread {
                for _ in 0..<100 {
                    breaker.trip()
                    breaker.reset()
                }
                return true
            }
        }
        #expect(threads.map { $0.join() } == Array(repeating: true, count: 8))
        let seen = numbers.withLock { $0 }
        #expect(seen == seen.sorted() && Set(seen).count == seen.count && !seen.isEmpty)
    }

    @Test("are logged as a line each, in which no name forges another")
    func log() {
        let lines = Locked<[String]>([])
        let bench = CircuitBreakerTestBench(
            "a b\nerror", policy: .unstable,
            observer: .log(from: .info) { level, line in lines.withLock { $0.append("\(level) \(line)") } })
        bench.trip()
        bench.elapseBreak()
        bench.run(.success, .success)
        bench.breaker.disable()
        #expect(
            lines.withLock { $0 } == [
                #"error circuit_open breaker="a b\nerror" from=closed cause=forced failures=0 break=1m"#,
                #"info circuit_half_open breaker="a b\nerror" from=open cause=break_elapsed"#,
                #"info circuit_closed breaker="a b\nerror" from=half_open cause=probes_succeeded"#,
                #"warning circuit_disabled breaker="a b\nerror" from=closed cause=forced"#,
            ])
    }
}
