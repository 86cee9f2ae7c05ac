import RetryCore
import Testing

extension Refusal {
    private static func latency(
        _ setting: String, _ value: String, _ rate: Double = 0.5, from: Duration = .seconds(1),
        to: Duration = .seconds(1)
    ) -> Refusal {
        Refusal(setting, value) { () throws(InvalidPolicyError) in
            try ChaosPolicy().latency(validating: ChaosRate(rate), from: from, to: to)
        }
    }

    private static func fault(_ value: String, _ rate: Double) -> Refusal {
        Refusal("rate", value) { () throws(InvalidPolicyError) in
            try ChaosPolicy().fault(validating: ChaosRate(rate), .transient)
        }
    }

    static let chaos = [
        fault("-0.1", -0.1), fault("1.1", 1.1), fault("nan", .nan), fault("inf", .infinity), fault("-inf", -.infinity),
        latency("rate", "2.0", 2), latency("from", "0.0 seconds", from: .zero),
        latency("from", "-1.0 seconds", from: .seconds(-1)),
        latency("from", "86401.0 seconds", from: .seconds(86_401), to: .seconds(86_401)),
        latency("to", "0.5 seconds", to: .milliseconds(500)), latency("to", "86401.0 seconds", to: .seconds(86_401)),
        Refusal("operations", "empty") { () throws(InvalidPolicyError) in
            try ChaosPolicy().operations(validating: [])
        },
        Refusal("operations", "an empty name") { () throws(InvalidPolicyError) in
            try ChaosPolicy().operations(validating: ["users", ""])
        },
        Refusal("injections", "65") { () throws(InvalidPolicyError) in
            let full = (0..<64).reduce(ChaosPolicy()) { policy, _ in policy.fault(.transient) }
            return try full.fault(validating: 0.5, .transient)
        },
    ]
}

extension Trap {
    static let chaos = [
        Trap("rate is 1.5: it must", ChaosPolicy().fault(rate: 1.5, .transient)),
        Trap("rate is nan: it must", ChaosPolicy().behavior(rate: ChaosRate(.nan)) {}),
        Trap("rate is -1.0: it must", ChaosPolicy().outcome(rate: ChaosRate(-1)) { 1 }),
        Trap("from is 0.0 seconds: it must", ChaosPolicy().latency(.zero)),
        Trap("operations is empty: it must", ChaosPolicy().operations()),
    ]
}

@Suite("The policy of chaos", .timeLimit(.minutes(20)))
struct ChaosPolicyTests {
    @Test("names a refused setting with its value", arguments: Refusal.chaos)
    func throwing(_ it: Refusal) {
        it.check()
    }

    @Test("traps where it is a constant, and the message names the setting", arguments: Trap.chaos.indices)
    func traps(index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            Trap.chaos[index].run()
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains(Trap.chaos[index].message))
    }

    static let documents = [
        #"{"enabled":false}"#,
        #"{"enabled":true,"operations":["orders","users"],"seed":7}"#,
        #"{"enabled":true,"faults":[{"class":"server_error","rate":0.05}],"latencies":[{"delay":"2s","rate":0.1},"#
            + #"{"from":"100ms","rate":1,"to":"1s"}]}"#,
    ]

    @Test("is read from JSON, and written as it was", arguments: documents)
    func reads(json: String) throws {
        #expect(try JSON.encode(try JSON.decode(json, as: ChaosPolicy.self)) == json)
    }

    @Test("is off and rare unless JSON says otherwise")
    func defaults() throws {
        let json = try JSON.encode(
            try JSON.decode(#"{"faults": [{"class": "auth"}], "latencies": [{"delay": 1}]}"#, as: ChaosPolicy.self))
        #expect(
            json
                == #"{"enabled":false,"faults":[{"class":"auth","rate":0.001}],"latencies":[{"delay":"1s","rate":0.001}]}"#
        )
    }

    @Test("with a closure it cannot be written, and the error names it")
    func closures() {
        let policies: [(String, ChaosPolicy)] = [
            ("enabled", ChaosPolicy { true }), ("rate", ChaosPolicy().fault(rate: ChaosRate { 0.5 }, .transient)),
            ("fault", ChaosPolicy().fault { TransientError() }), ("outcome", ChaosPolicy().outcome { 1 }),
            ("behavior", ChaosPolicy().behavior {}),
        ]
        for (setting, policy) in policies {
            let error = #expect(throws: EncodingError.self) { try JSON.encode(policy) }
            guard case .invalidValue(_, let context) = error else { continue }
            #expect(context.debugDescription.hasPrefix("\(setting) of the chaos policy"))
        }
    }

    @Test(
        "is refused in JSON with the path and the value",
        arguments: [
            WrongJSON(#"{"enable": true}"#, "enable", "enabled"), WrongJSON(#"{"enabled": 1}"#, "enabled"),
            WrongJSON(#"{"seed": -1}"#, "seed"), WrongJSON(#"{"operations": []}"#, "operations", "empty"),
            WrongJSON(#"{"faults": [{"rate": 2, "class": "auth"}]}"#, "faults.Index 0.rate", "2.0"),
            WrongJSON(#"{"faults": [{"rate": 0.1}]}"#, "faults.Index 0.class", "missing"),
            WrongJSON(#"{"faults": [{"class": "odd"}]}"#, "faults.Index 0.class", "odd"),
            WrongJSON(#"{"latencies": [{"rate": 0.1}]}"#, "latencies.Index 0.delay", "missing"),
            WrongJSON(#"{"latencies": [{"from": 1}]}"#, "latencies.Index 0.delay", "missing"),
            WrongJSON(#"{"latencies": [{"delay": 1, "to": 2}]}"#, "latencies.Index 0.delay", "beside"),
            WrongJSON(#"{"latencies": [{"delay": 0}]}"#, "latencies.Index 0.from", "0.0 seconds"),
            WrongJSON(#"{"latencies": [{"from": 2, "to": 1}]}"#, "latencies.Index 0.to", "1.0 seconds"),
        ])
    func refuses(_ it: WrongJSON) {
        it.check { try JSON.decode(String(decoding: $0, as: UTF8.self), as: ChaosPolicy.self) }
    }

    @Test("is described in one line")
    func description() {
        let policy = ChaosPolicy(enabled: true).operations("users", "orders").fault(.transient).latency(.seconds(1))
        #expect("\(policy)" == "chaos in orders, users: fault, latency")
        #expect("\(ChaosPolicy().fault(.transient))" == "chaos: off")
        #expect("\(ChaosPolicy(enabled: true))" == "chaos: nothing")
    }
}
