import RetryCore
import Testing

extension Refusal {
    static let coalescers = [0, -1, 1_000_001, Int.max].map { number in
        Refusal("max_keys", "\(number)") { () throws(InvalidPolicyError) in try CoalescerPolicy(validating: number) }
    }
}

extension Trap {
    static let coalescers = [
        Trap("max_keys is 0: it must", CoalescerPolicy(maxKeys: 0)),
        Trap("max_keys is 1000001: it must", CoalescerPolicy(maxKeys: 1_000_001)),
    ]
}

@Suite("The policy of a coalescer", .timeLimit(.minutes(20)))
struct CoalescerPolicyTests {
    @Test("names a refused setting with its value", arguments: Refusal.coalescers)
    func throwing(_ it: Refusal) {
        it.check()
    }

    @Test("traps where it is a constant, and the message names the setting", arguments: Trap.coalescers.indices)
    func traps(index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            Trap.coalescers[index].run()
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains(Trap.coalescers[index].message))
    }

    @Test("is read from JSON, written, and read again")
    func reads() throws {
        #expect(try JSON.decode("{}") == CoalescerPolicy())
        let own = CoalescerPolicy(maxKeys: 5, failures: .ownCall)
        #expect(try JSON.decode(#"{"max_keys": 5, "failures": "own_call"}"#) == own)
        #expect(try JSON.decode(try JSON.encode(own)) == own)
        #expect("\(own)" == "up to 5 keys, own calls after failures")
        #expect("\(CoalescerPolicy())" == "up to 10000 keys, failures shared")
    }

    @Test(
        "is refused in JSON with the path and the value",
        arguments: [
            WrongJSON(#"{"max_keys": 0}"#, "max_keys", "0"), WrongJSON(#"{"max_keys": 1.5}"#, "max_keys"),
            WrongJSON(#"{"failures": "none"}"#, "failures", "none", "shared, own_call"),
            WrongJSON(#"{"max_key": 5}"#, "max_key", "max_keys"),
        ])
    func refuses(_ it: WrongJSON) {
        it.check { try JSON.decode(String(decoding: $0, as: UTF8.self), as: CoalescerPolicy.self) }
    }
}
