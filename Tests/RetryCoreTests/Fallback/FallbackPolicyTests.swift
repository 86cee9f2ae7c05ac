import RetryCore
import Testing

extension Refusal {
    static let fallbacks = [
        Refusal("classes", "empty") { () throws(InvalidPolicyError) in try FallbackPolicy(validating: []) },
        Refusal("classes", "empty") { () throws(InvalidPolicyError) in try FallbackPolicy(validatingExcept: []) },
    ]
}

extension Trap {
    static let fallbacks = [
        Trap("classes is empty: it must", FallbackPolicy.on()),
        Trap("classes is empty: it must", FallbackPolicy.except()),
    ]
}

@Suite("The policy of a fallback", .timeLimit(.minutes(20)))
struct FallbackPolicyTests {
    @Test("names a refused setting with its value", arguments: Refusal.fallbacks)
    func throwing(_ it: Refusal) {
        it.check()
    }

    @Test("traps where it is a constant, and the message names the setting", arguments: Trap.fallbacks.indices)
    func traps(index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            Trap.fallbacks[index].run()
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains(Trap.fallbacks[index].message))
    }

    @Test("contains every class, some, or all but some")
    func classes() {
        #expect(ErrorClass.builtIn.allSatisfy { FallbackPolicy.anyFailure.contains($0) })
        let some = FallbackPolicy.on(.transient, .serverError)
        #expect(ErrorClass.builtIn.filter { some.contains($0) } == [.transient, .serverError])
        let most = FallbackPolicy.except(.permanent)
        #expect(ErrorClass.builtIn.filter { !most.contains($0) } == [.permanent])
        #expect(some.includesRejections && !some.rejections(false).includesRejections)
        #expect("\(FallbackPolicy.anyFailure)" == "every failure and rejections")
        #expect("\(some.rejections(false))" == "server_error, transient but no rejection")
        #expect("\(most)" == "every failure but permanent and rejections")
    }

    static let documents: [(String, FallbackPolicy)] = [
        ("{}", .anyFailure), (#"{"rejections": false}"#, .anyFailure.rejections(false)),
        (#"{"on": ["transient", "server_error"]}"#, .on(.serverError, .transient)),
        (#"{"except": ["permanent"], "rejections": false}"#, .except(.permanent).rejections(false)),
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
            WrongJSON(#"{"on": []}"#, "classes", "empty"), WrongJSON(#"{"except": []}"#, "classes", "empty"),
            WrongJSON(#"{"on": ["transient"], "except": ["auth"]}"#, "except", "beside on"),
            WrongJSON(#"{"only": ["transient"]}"#, "only", "on, rejections"),
            WrongJSON(#"{"rejections": 1}"#, "rejections"),
        ])
    func refuses(_ it: WrongJSON) {
        it.check { try JSON.decode(String(decoding: $0, as: UTF8.self), as: FallbackPolicy.self) }
    }
}
