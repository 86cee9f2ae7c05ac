import RetryCore
import Testing

extension Refusal {
    private static func permits(
        _ setting: String, _ value: String, _ permits: Int = 1, queue: Int = 0, maxWait: Duration = .seconds(1)
    ) -> Refusal {
        Refusal(setting, value) { () throws(InvalidPolicyError) in
            try BulkheadPolicy(validatingPermits: permits, queue: queue, maxWait: maxWait)
        }
    }

    private static func gradient(_ setting: String, _ value: String, _ start: Int?, _ range: ClosedRange<Int>)
        -> Refusal
    {
        Refusal(setting, value) { () throws(InvalidPolicyError) in
            try AdaptiveLimit(validatingGradient: start, within: range)
        }
    }

    private static func aimd(_ setting: String, _ value: String, timeout: Duration) -> Refusal {
        Refusal(setting, value) { () throws(InvalidPolicyError) in
            try AdaptiveLimit(validatingAIMD: 20, within: 1...200, timeout: timeout)
        }
    }

    static let bulkheads = [
        permits("permits", "0", 0), permits("permits", "-1", -1), permits("permits", "\(Int.max)", .max),
        permits("permits", "\(Int.min)", .min), permits("permits", "1000001", 1_000_001),
        permits("queue", "-1", queue: -1), permits("queue", "\(Int.min)", queue: .min),
        permits("max_wait", "-1.0 seconds", maxWait: .seconds(-1)),
        permits("max_wait", "9223372036.854776 seconds", maxWait: .seconds(Int64.max)),
        gradient("min", "0", nil, 0...10), gradient("min", "-5", nil, -5...10),
        gradient("max", "1000001", nil, 1...1_000_001), gradient("start", "0", 0, 1...10),
        gradient("start", "11", 11, 1...10), aimd("timeout", "0.0 seconds", timeout: .zero),
        aimd("timeout", "-1.0 seconds", timeout: .seconds(-1)),
        aimd("timeout", "86401.0 seconds", timeout: .seconds(86_401)),
    ]
}

extension Trap {
    static let bulkheads = [
        Trap("permits is 0: it must", BulkheadPolicy.permits(0)),
        Trap("queue is -1: it must", BulkheadPolicy.permits(1, queue: -1)),
        Trap("max_wait is -1.0 seconds: it must", BulkheadPolicy.permits(1, queue: 1, maxWait: .seconds(-1))),
        Trap("start is 300: it must", BulkheadPolicy.adaptive(.gradient(start: 300))),
        Trap("timeout is 0.0 seconds: it must", AdaptiveLimit.aimd(timeout: .zero)),
        Trap("permits is 0: it must", Bulkhead(.permits(1)).resize(to: 0)),
    ]
}

@Suite("The policy of a bulkhead", .timeLimit(.minutes(20)))
struct BulkheadPolicyTests {
    @Test("names a refused setting with its value", arguments: Refusal.bulkheads)
    func throwing(_ it: Refusal) {
        it.check()
    }

    @Test("traps where it is a constant, and the message names the setting", arguments: Trap.bulkheads.indices)
    func traps(index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            Trap.bulkheads[index].run()
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains(Trap.bulkheads[index].message))
    }

    static let documents: [(String, BulkheadPolicy)] = [
        (#"{"permits": 20}"#, .permits(20)),
        (#"{"permits": 20, "queue": 50, "max_wait": "250ms"}"#, .permits(20, queue: 50, maxWait: .milliseconds(250))),
        (#"{"permits": 20, "queue": 9223372036854775807, "max_wait_s": 0}"#, .permits(20, queue: .max, maxWait: .zero)),
        (#"{"adaptive": {}}"#, .adaptive()),
        (#"{"adaptive": {"law": "gradient", "max": 10}}"#, .adaptive(.gradient(within: 1...10))),
        (
            #"{"adaptive": {"law": "aimd", "start": 7, "min": 5, "max": 9, "timeout": "2s"}, "queue": 3}"#,
            .adaptive(.aimd(start: 7, within: 5...9, timeout: .seconds(2)), queue: 3)
        ),
    ]

    @Test("is read from JSON, written, and read again", arguments: documents.indices)
    func reads(index: Int) throws {
        let (json, policy) = Self.documents[index]
        #expect(try JSON.decode(json) == policy)
        #expect(try JSON.decode(try JSON.encode(policy)) == policy)
    }

    @Test(
        "is refused in JSON with the path and the value",
        arguments: [
            WrongJSON("{}", "permits", "missing"), WrongJSON(#"{"queue": 5}"#, "permits", "missing"),
            WrongJSON(#"{"permits": 0}"#, "permits", "0"), WrongJSON(#"{"permits": 1.5}"#, "permits"),
            WrongJSON(#"{"permits": "ten"}"#, "permits"), WrongJSON(#"{"permits": 1e300}"#, "permits"),
            WrongJSON(#"{"permits": 5, "queue": -1}"#, "queue", "-1"),
            WrongJSON(#"{"permits": 5, "max_wait": "soon"}"#, "max_wait", "soon"),
            WrongJSON(#"{"permits": 5, "max_wait": -1}"#, "max_wait", "-1"),
            WrongJSON(#"{"permits": 5, "adaptive": {}}"#, "adaptive"),
            WrongJSON(#"{"permits": 5, "que": 1}"#, "que", "queue"),
            WrongJSON(#"{"adaptive": {"law": "vegas"}}"#, "adaptive.law", "vegas", "gradient, aimd"),
            WrongJSON(#"{"adaptive": {"min": 0}}"#, "adaptive.min", "0"),
            WrongJSON(#"{"adaptive": {"min": 9, "max": 5}}"#, "adaptive.max", "5"),
            WrongJSON(#"{"adaptive": {"start": 900}}"#, "adaptive.start", "900"),
            WrongJSON(#"{"adaptive": {"timeout": "1s"}}"#, "adaptive.timeout"),
            WrongJSON(#"{"adaptive": {"law": "aimd", "timeout": 0}}"#, "adaptive.timeout"),
        ])
    func refuses(_ it: WrongJSON) {
        it.check { try JSON.decode(String(decoding: $0, as: UTF8.self), as: BulkheadPolicy.self) }
    }
}
