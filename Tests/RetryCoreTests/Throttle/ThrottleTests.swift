import RetryCore
import RetryTesting
import Testing

@Suite("An adaptive throttle", .timeLimit(.minutes(20)))
struct ThrottleTests {
    private static let second: Int64 = 1_000_000_000

    @Test("rejects with the probability (n − K · a) / (n + 1), at most the greatest share")
    func formula() {
        var machine = ThrottleStateMachine(ThrottlePolicy(minimumRate: 0))
        #expect(machine.rejection(at: 0) == 0)
        for call in 0..<10 {
            _ = machine.admit(0, at: 0)
            if call < 4 { machine.accepted(at: 0) }
        }
        #expect(machine.rejection(at: 0) == (10.0 - 2 * 4) / 11)
        for _ in 0..<1_000 { _ = machine.admit(0, at: 0) }
        #expect(machine.rejection(at: 0) == 0.9)
        machine.forget(at: 0)
        #expect(machine.calls == 1_009 && machine.accepted == 4)
    }

    @Test("a draw below the probability is rejected, and counts as a call")
    func draws() {
        var machine = ThrottleStateMachine(ThrottlePolicy(minimumRate: 0))
        for _ in 0..<3 { _ = machine.admit(0.99, at: 0) }
        #expect(machine.rejection(at: 0) == 0.75)
        let answers = [machine.admit(0.75, at: 0), machine.admit(0.79, at: 0), machine.admit(0.5, at: 0)]
        #expect(answers == [true, false, false])
        #expect(machine.calls == 6)
    }

    @Test("the window slides: what is older than it does not count")
    func window() {
        var machine = ThrottleStateMachine(ThrottlePolicy(window: .seconds(10), minimumRate: 0))
        for second in 0..<20 {
            _ = machine.admit(1, at: Int64(second) * Self.second)
            #expect(machine.calls == min(10, second + 1))
        }
        #expect(machine.rejection(at: 40 * Self.second) == 0)
        #expect(machine.calls == 0)
        _ = machine.admit(1, at: 40 * Self.second)
        #expect(machine.rejection(at: 0) == 0, "a clock that jumps back empties the window")
        #expect(machine.calls == 0)
        for now in [Int64.min, .max, 0, -1] { _ = machine.admit(1, at: now) }
    }

    @Test("below the least rate nothing is rejected, and a service that fails all still gets a tenth")
    func bounds() {
        let clock = ManualClock()
        let throttle = AdaptiveThrottle(on: clock, random: .seeded(1))
        for _ in 0..<149 {
            #expect(throttle.admit())
            throttle.record(.failure(.rateLimit))
        }
        var admitted = 0
        for _ in 0..<10_000 {
            if throttle.admit() {
                admitted += 1
                throttle.record(.cutOff(after: .seconds(1)))
            }
        }
        #expect((900...1_150).contains(admitted), "\(admitted)")
    }

    @Test("results that say that the service has too much to do count, and no others")
    func results() {
        let policy = ThrottlePolicy(overload: [.rateLimit])
        #expect(policy.accepts(.success) == true)
        #expect(policy.accepts(.failure(.permanent)) == true)
        #expect(policy.accepts(.failure(.serverError)) == true)
        #expect(ThrottlePolicy().accepts(.failure(.serverError)) == false)
        #expect(policy.accepts(.failure(.rateLimit)) == false)
        #expect(policy.accepts(.failure(ErrorClassification(.serverError, hint: .after(.seconds(1))))) == false)
        #expect(policy.accepts(.cutOff(after: .seconds(1))) == false)
        #expect(policy.accepts(.neutral) == nil)
    }

    struct Row: Sendable {
        let multiplier: Double
        /// The calls that reach the service in a second.
        let sent: Double
    }

    /// Ten callers of 100 calls a second each, on a service that bears 100 a second: the published simulation.
    @Test(arguments: [
        Row(multiplier: 2, sent: 202), Row(multiplier: 1.5, sent: 152), Row(multiplier: 1.1, sent: 110.5),
    ])
    func publishedTable(_ row: Row) {
        var generator = SeededGenerator(seed: 7)
        var machines = (0..<10).map { _ in ThrottleStateMachine(ThrottlePolicy(multiplier: row.multiplier)) }
        var tokens = 0.0
        var sent = 0
        for tick in 0..<(180 * 1_000) {
            let now = Int64(tick) * 1_000_000
            tokens = min(10, tokens + 0.1)
            let caller = Int.random(in: 0..<10, using: &generator)
            guard machines[caller].admit(.random(in: 0..<1, using: &generator), at: now) else { continue }
            if tick >= 60_000 { sent += 1 }
            if tokens >= 1 {
                tokens -= 1
                machines[caller].accepted(at: now)
            }
        }
        let rate = Double(sent) / 120
        #expect(abs(rate - row.sent) <= 0.03 * row.sent, "\(rate)")
    }

    @Test("events: the first rejection, and the recovery")
    func events() {
        let clock = ManualClock()
        let recorder = RecordingThrottleObserver()
        let throttle = AdaptiveThrottle(
            ThrottlePolicy(minimumRate: 0), named: "users", on: clock, random: .seeded(3),
            observer: recorder.observer)
        for _ in 0..<100 where throttle.admit() { throttle.record(.failure(.rateLimit)) }
        #expect(recorder.codes == ["throttle_started"])
        #expect("\(throttle)".hasPrefix("throttle users: 0 of 100 calls accepted, 90 % of the calls rejected"))
        #expect("\(throttle.error())".contains("rejects 90 % of the calls now"))
        clock.advance(by: .seconds(60))
        #expect(throttle.admit())
        throttle.record(.neutral)
        #expect(recorder.codes == ["throttle_started", "throttle_recovered"])
        #expect(throttle.snapshot().calls == 0)
        #expect(recorder.events.first?.fields.first == EventField("throttle", "users"))
        #expect("\(ThrottlePolicy())" == "2.0 calls for each accepted one, over 30s")
    }

    @Test("eight threads: each call counts once")
    func threads() {
        let throttle = AdaptiveThrottle(ThrottlePolicy(window: .seconds(3_600)))
        let counts = (0..<8).map { _ in
            TestThread {
                for _ in 0..<2_000 where throttle.admit() { throttle.record(.success) }
                return true
            }
        }
        .map { $0.join() }
        #expect(counts == Array(repeating: true, count: 8))
        #expect(throttle.snapshot().calls == 16_000 && throttle.snapshot().accepted == 16_000)
    }

    @Test(
        "refuses settings out of range, with their names",
        arguments: [
            Refusal("multiplier", "0.9") { () throws(InvalidPolicyError) in
                try ThrottlePolicy(validatingMultiplier: 0.9)
            },
            Refusal("multiplier", "nan") { () throws(InvalidPolicyError) in
                try ThrottlePolicy(validatingMultiplier: .nan)
            },
            Refusal("multiplier", "inf") { () throws(InvalidPolicyError) in
                try ThrottlePolicy(validatingMultiplier: .infinity)
            },
            Refusal("window", "0.0 seconds") { () throws(InvalidPolicyError) in
                try ThrottlePolicy(validatingMultiplier: 2, window: .zero)
            },
            Refusal("max_rejection", "1.1") { () throws(InvalidPolicyError) in
                try ThrottlePolicy(validatingMultiplier: 2, maxRejection: 1.1)
            },
            Refusal("minimum_rate", "-1.0") { () throws(InvalidPolicyError) in
                try ThrottlePolicy(validatingMultiplier: 2, minimumRate: -1)
            },
        ])
    func refuses(_ it: Refusal) {
        it.check()
    }

    @Test func json() throws {
        let policy = ThrottlePolicy(multiplier: 1.5, window: .seconds(60), overload: [.rateLimit])
        #expect(try JSON.decode(#"{"multiplier": 1.5, "window": "1m", "overload": ["rate_limit"]}"#) == policy)
        #expect(try JSON.decode(try JSON.encode(policy)) == policy)
        #expect(try JSON.decode("{}") == ThrottlePolicy())
        for wrong in [
            WrongJSON(#"{"multiplier": 0}"#, "multiplier", "0"), WrongJSON(#"{"window": "1ms"}"#, "window"),
            WrongJSON(#"{"max_rejection": 2}"#, "max_rejection", "2"), WrongJSON(#"{"mutliplier": 2}"#, "mutliplier"),
        ] {
            wrong.check { try JSON.decode(String(decoding: $0, as: UTF8.self), as: ThrottlePolicy.self) }
        }
    }
}
