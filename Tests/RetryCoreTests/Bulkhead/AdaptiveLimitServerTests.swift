import RetryCore
import Testing

/// The servers on which adaptive limits fail, in virtual time.
@Suite("An adaptive limit and its servers", .timeLimit(.minutes(20)))
struct AdaptiveLimitServerTests {
    /// A service of 50 workers bears 500 calls a second.
    private func limits(_ server: inout LoadedServer, seconds: Double) -> [Int] {
        var limits: [Int] = []
        server.run(seconds: seconds) { limits.append($0) }
        return limits
    }

    @Test("mild overload: it does not climb without end", arguments: [UInt64(1), 2])
    func overload(seed: UInt64) {
        var server = LoadedServer(.gradient(), seed: seed)
        server.run(seconds: 60)
        let limits = limits(&server, seconds: 600)
        #expect(limits.allSatisfy { (40...75).contains($0) }, "\(limits.min() ?? 0) to \(limits.max() ?? 0)")
        let share = Double(server.answered) / (500 * 660)
        #expect(share > 0.95, "\(share) of the capacity")
    }

    @Test("ten minutes of overload: the latency of the overload does not become the normal one")
    func drift() {
        var server = LoadedServer(.gradient(), seed: 3)
        server.rate = 400
        server.run(seconds: 60)
        let before = server.limit
        server.rate = 1_500
        server.run(seconds: 600)
        #expect(server.limit <= 75)
        server.rate = 400
        server.run(seconds: 60)
        #expect(Double(server.limit) <= 1.5 * Double(before), "\(before), then \(server.limit)")
    }

    @Test("a stall of five seconds: it heals", arguments: [UInt64(4), 5])
    func stall(seed: UInt64) {
        var server = LoadedServer(.gradient(), seed: seed)
        server.run(seconds: 120)
        let before = server.limit
        server.stalledUntil = server.now + 5_000_000_000
        server.run(seconds: 65)
        #expect(Double(server.limit) >= 0.9 * Double(before), "\(before), then \(server.limit)")
    }

    @Test("a service that is three times as slow from now on: the limit falls, and comes back")
    func slower() {
        var server = LoadedServer(.gradient(), seed: 6)
        server.run(seconds: 120)
        server.mean *= 3
        let limits = limits(&server, seconds: 300)
        #expect(limits.suffix(120).allSatisfy { $0 >= 35 }, "\(limits.suffix(120))")
    }

    @Test("four times the latency: the limit goes down and does not swing")
    func sustainedLatency() {
        var machine = AdaptiveLimitStateMachine(.gradient(start: 100), at: 0)
        var now: Int64 = 0
        var limits: [Int] = []
        for window in 0..<60 {
            let latency: Int64 = window < 20 ? 100_000_000 : 400_000_000
            for _ in 0..<100 {
                now += 10_000_000
                _ = machine.record(
                    .success, latency: latency, inFlight: machine.limit, isHeldBack: window >= 20, at: now)
            }
            limits.append(machine.limit)
        }
        let falling = limits.dropFirst(22).prefix(10)
        #expect(zip(falling, falling.dropFirst()).allSatisfy { $0 >= $1 }, "\(limits)")
        #expect(limits[32] < 95)
    }

    @Test("a service that sheds load: AIMD keeps it busy, and few calls are refused")
    func shedding() {
        var server = LoadedServer(.aimd(), seed: 7)
        server.queue = 10
        server.run(seconds: 60)
        let (answered, refused) = (server.answered, server.refused)
        let limits = limits(&server, seconds: 120)
        #expect(limits.allSatisfy { (45...70).contains($0) }, "\(limits.min() ?? 0) to \(limits.max() ?? 0)")
        let useful = server.answered - answered
        #expect(Double(useful) > 0.93 * 500 * 120)
        #expect(Double(server.refused - refused) < 0.02 * Double(useful))
    }
}
