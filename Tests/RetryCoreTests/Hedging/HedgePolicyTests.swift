import RetryCore
import Testing

extension Refusal {
    private static func policy(
        _ setting: String, _ value: String, maxAttempts: Int = 2, maxHint: Duration = .seconds(1)
    ) -> Refusal {
        Refusal(setting, value) { () throws(InvalidPolicyError) in
            try HedgePolicy(validating: .zero, maxAttempts: maxAttempts, maxHint: maxHint)
        }
    }

    private static func fixed(_ value: String, _ delay: Duration) -> Refusal {
        Refusal("delay", value) { () throws(InvalidPolicyError) in try HedgeDelay(validatingFixed: delay) }
    }

    private static func quantile(
        _ setting: String, _ value: String, _ quantile: Double = 0.95, minimum: Int = 100,
        floor: Duration = .milliseconds(1), ceiling: Duration = .seconds(2)
    ) -> Refusal {
        Refusal("delay.\(setting)", value) { () throws(InvalidPolicyError) in
            try HedgeDelay(validatingQuantile: quantile, minimum: minimum, floor: floor, ceiling: ceiling)
        }
    }

    static let hedges = [
        policy("max_attempts", "0", maxAttempts: 0), policy("max_attempts", "-1", maxAttempts: -1),
        policy("max_attempts", "6", maxAttempts: 6), policy("max_attempts", "\(Int.max)", maxAttempts: .max),
        policy("max_attempts", "\(Int.min)", maxAttempts: .min),
        policy("max_hint", "-1.0 seconds", maxHint: .seconds(-1)),
        fixed("-1e-09 seconds", .nanoseconds(-1)), fixed("-1.0 seconds", .seconds(-1)),
        fixed("-9223372036.854776 seconds", .seconds(Int64.min)),
        quantile("quantile", "0.0", 0), quantile("quantile", "1.0", 1), quantile("quantile", "-0.1", -0.1),
        quantile("quantile", "95.0", 95), quantile("quantile", "nan", .nan), quantile("quantile", "inf", .infinity),
        quantile("quantile", "-inf", -.infinity), quantile("quantile", "0.0099", 0.0099),
        quantile("quantile", "0.99991", 0.99991), quantile("quantile", "5e-324", .leastNonzeroMagnitude),
        quantile("minimum", "0", minimum: 0), quantile("minimum", "-1", minimum: -1),
        quantile("minimum", "\(Int.max)", minimum: .max), quantile("minimum", "1000001", minimum: 1_000_001),
        quantile("floor", "-1.0 seconds", floor: .seconds(-1)),
        quantile("ceiling", "-1.0 seconds", ceiling: .seconds(-1)),
        quantile("ceiling", "1.0 seconds", floor: .seconds(2), ceiling: .seconds(1)),
    ]
}

extension Trap {
    static let hedges = [
        Trap("max_attempts is 0: it must", HedgePolicy(maxAttempts: 0)),
        Trap("max_attempts is 6: it must", HedgePolicy(.zero, maxAttempts: 6)),
        Trap("max_hint is -1.0 seconds: it must", HedgePolicy(maxHint: .seconds(-1))),
        Trap("delay is -1.0 seconds: it must", HedgeDelay.fixed(.seconds(-1))),
        Trap("delay.quantile is nan: it must", HedgeDelay.quantile(.nan)),
        Trap("delay.minimum is 0: it must", HedgeDelay.quantile(minimum: 0)),
    ]
}

@Suite("Policies of hedged calls", .timeLimit(.minutes(20)))
struct HedgePolicyTests {
    @Test("invalid settings are named with their value", arguments: Refusal.hedges)
    func throwing(_ it: Refusal) {
        it.check()
    }

    @Test("trap where they are constants, and the message names them", arguments: Trap.hedges.indices)
    func traps(index: Int) async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) { [index] in
            Trap.hedges[index].run()
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains(Trap.hedges[index].message))
    }

    @Test func theEndsOfTheRangesPass() throws {
        for maxAttempts in 1...5 {
            #expect(try HedgePolicy(validating: .never, maxAttempts: maxAttempts).maxAttempts == maxAttempts)
        }
        #expect(try HedgeDelay(validatingFixed: .zero) == .zero)
        #expect(try HedgeDelay(validatingFixed: .seconds(Int64.max)) == .fixed(.nanoseconds(Int64.max)))
        for quantile in [0.01, 0.9999] {
            let delay = try HedgeDelay(
                validatingQuantile: quantile, minimum: 1_000_000, floor: .zero, ceiling: .seconds(Int64.max))
            #expect(try HedgePolicy(validating: delay, maxHint: .seconds(Int64.max)).delay == delay)
        }
        #expect(try HedgeDelay(validatingQuantile: 0.5, floor: .seconds(1), ceiling: .seconds(1)) != .zero)
    }

    // MARK: JSON

    static let own = ErrorClass("own_to_hedging")

    static let documents: [(String, HedgePolicy)] = [
        ("{}", HedgePolicy()),
        (#"{"delay": "quantile"}"#, HedgePolicy()), (#"{"delay": "zero"}"#, HedgePolicy(.zero)),
        (#"{"delay": {"law": "zero"}, "max_attempts": 3}"#, HedgePolicy(.zero, maxAttempts: 3)),
        (#"{"delay": "never"}"#, HedgePolicy(.never)), (#"{"delay": {"law": "never"}}"#, HedgePolicy(.never)),
        (#"{"delay": {"law": "fixed", "delay": "50ms"}}"#, HedgePolicy(.fixed(.milliseconds(50)))),
        (#"{"delay": {"law": "fixed", "delay_ms": 50}}"#, HedgePolicy(.fixed(.milliseconds(50)))),
        (
            #"{"delay": {"law": "quantile", "quantile": 0.99, "minimum": 5, "floor": "2ms", "ceiling": 3}}"#,
            HedgePolicy(.quantile(0.99, minimum: 5, floor: .milliseconds(2), ceiling: .seconds(3)))
        ),
        (
            #"{"fatal_classes": ["permanent", "own_to_hedging"], "max_hint": "1s", "budget": "throttle"}"#,
            HedgePolicy(fatalClasses: [.permanent, own], maxHint: .seconds(1), budget: .throttle())
        ),
        (#"{"fatal_classes": []}"#, HedgePolicy(fatalClasses: [])),
        (#"{"budget": "unlimited", "max_attempts": 1}"#, HedgePolicy(maxAttempts: 1, budget: .unlimited)),
    ]

    @Test("takes every setting", arguments: documents.indices)
    func reads(index: Int) throws {
        let (json, policy) = Self.documents[index]
        #expect(try JSON.decode(json) == policy)
    }

    @Test("what was written is read again", arguments: documents.indices)
    func roundTrip(index: Int) throws {
        let policy = Self.documents[index].1
        #expect(try JSON.decode(try JSON.encode(policy)) == policy)
    }

    @Test func writesPlainNames() throws {
        #expect(
            try JSON.encode(HedgePolicy())
                == #"{"budget":{"floor":0,"law":"ratio","ratio":0.05,"ttl":"10s"},"#
                + #""delay":{"ceiling":"2s","floor":"1ms","law":"quantile","minimum":100,"quantile":0.95},"#
                + #""fatal_classes":["auth","permanent","permission"],"max_attempts":2,"max_hint":"5m"}"#)
        #expect(try JSON.encode(HedgeDelay.zero) == #"{"delay":"0s","law":"fixed"}"#)
        #expect(try JSON.encode(HedgeDelay.never) == #"{"law":"never"}"#)
    }

    @Test(
        "refuses with the path and the value",
        arguments: [
            WrongJSON(#"{"max_attempts": 0}"#, "max_attempts", "0"),
            WrongJSON(#"{"max_attempts": 6}"#, "max_attempts", "6"),
            WrongJSON(#"{"max_attempts": 1.5}"#, "max_attempts"),
            WrongJSON(#"{"max_attempts": 9223372036854775807}"#, "max_attempts"),
            WrongJSON(#"{"max_hint": -1}"#, "max_hint", "-1"),
            WrongJSON(#"{"fatal_classes": ["nonsense_of_hedging"]}"#, "fatal_classes.Index 0", "nonsense_of_hedging"),
            WrongJSON(#"{"fatal_classes": "auth"}"#, "fatal_classes"),
            WrongJSON(#"{"hedges": 2}"#, "hedges", "hedges", "max_attempts"),
            WrongJSON(#"{"delay": "soon"}"#, "delay", "soon", "quantile, fixed, zero, never"),
            WrongJSON(#"{"delay": "fixed"}"#, "delay", "50ms"), WrongJSON(#"{"delay": {}}"#, "delay.law", "missing"),
            WrongJSON(#"{"delay": {"law": "fixed"}}"#, "delay.delay", "missing"),
            WrongJSON(#"{"delay": {"law": "fixed", "delay": -1}}"#, "delay.delay", "-1"),
            WrongJSON(#"{"delay": {"law": "fixed", "delay": "1e3s"}}"#, "delay.delay", "1e3s"),
            WrongJSON(#"{"delay": {"law": "zero", "quantile": 0.5}}"#, "delay.quantile", "quantile"),
            WrongJSON(#"{"delay": {"law": "quantile", "quantile": 1}}"#, "delay.quantile", "1.0"),
            WrongJSON(#"{"delay": {"law": "quantile", "quantile": 95}}"#, "delay.quantile", "95"),
            WrongJSON(#"{"delay": {"law": "quantile", "quantile": -0.5}}"#, "delay.quantile", "-0.5"),
            WrongJSON(#"{"delay": {"law": "quantile", "minimum": 0}}"#, "delay.minimum", "0"),
            WrongJSON(#"{"delay": {"law": "quantile", "ceiling": 0}}"#, "delay.ceiling", "floor"),
            WrongJSON(#"{"budget": {"law": "ratio", "ratio": 2}}"#, "budget.ratio", "2.0"),
        ])
    func refuses(_ it: WrongJSON) {
        it.check { try JSON.decode(String(decoding: $0, as: UTF8.self), as: HedgePolicy.self) }
    }

    // MARK: Texts

    @Test func descriptions() {
        #expect(
            "\(HedgePolicy())"
                == "up to 2 attempts, the next one after the 95 % quantile of the latency, from 1ms to 2s, from 100 calls on"
        )
        #expect(
            "\(HedgePolicy(.fixed(.milliseconds(50)), maxAttempts: 3))" == "up to 3 attempts, the next one after 50ms")
        #expect("\(HedgePolicy(.zero))" == "up to 2 attempts, the next one at once")
        #expect("\(HedgePolicy(.never))" == "up to 2 attempts, the next one after a failure")
        #expect("\(HedgePolicy(maxAttempts: 1))" == "no hedges")
        #expect(
            "\(HedgePolicy(.zero, fatalClasses: [.auth, .unknown], maxHint: .seconds(1), budget: .throttle()))"
                == "up to 2 attempts, the next one at once; fatal are auth, unknown; hints up to 1s; "
                + "budget: throttle of 10 tokens, 0.1 for each success")
        #expect(
            "\(HedgePolicy(.zero, fatalClasses: []))" == "up to 2 attempts, the next one at once; no class is fatal")
        #expect(String(reflecting: HedgePolicy()).hasPrefix("HedgePolicy(delay: HedgeDelay(kind: "))
        #expect(String(reflecting: HedgeDelay.never) == "HedgeDelay(kind: RetryCore.HedgeDelay.Kind.never)")
    }

    @Test func descriptionsOfTheState() {
        let hedger = Hedger(
            HedgePolicy(.fixed(.milliseconds(50)), budget: .limit(0, per: .seconds(1))), named: "search")
        #expect("\(hedger)" == "hedger search: after 50ms, 0 % extra load, 0 of 0 calls won by a hedge")
        var call = HedgeCall(hedger)
        _ = call.begins(at: 0)
        _ = call.started(at: 0)
        _ = call.timerFired(at: 50_000_000)
        #expect(
            "\(hedger.snapshot())"
                == "search: after 50ms, 0 % extra load, 0 of 1 call won by a hedge, 1 hedge suppressed")
        #expect("\(Hedger())" == "hedger no hedges of slow attempts, 0 % extra load, 0 of 0 calls won by a hedge")
        #expect("\(Hedger(HedgePolicy(.zero)))".hasPrefix("hedger at once, "))
        #expect(String(reflecting: hedger).hasPrefix("Snapshot(name: Optional(\"search\"), policy: "))
    }
}
