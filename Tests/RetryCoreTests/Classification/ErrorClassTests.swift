import Foundation
import RetryCore
import Testing

@Suite("Error class", .timeLimit(.minutes(20)))
struct ErrorClassTests {
    private static let ids = [
        "transient", "rate_limit", "server_error", "concurrency", "permanent", "auth", "permission", "unknown",
    ]

    @Test func theLibrarysClassesHaveTheirNames() {
        let classes: [ErrorClass] = [
            .transient, .rateLimit, .serverError, .concurrency, .permanent, .auth, .permission, .unknown,
        ]
        #expect(classes.map(\.id) == Self.ids)
        #expect(classes.map(\.description) == Self.ids)
        #expect(classes == Self.ids.map { ErrorClass($0) })
        #expect(classes == ErrorClass.builtIn)
        #expect(Set(classes).count == classes.count)
        #expect(classes.allSatisfy { $0.isBuiltIn })
    }

    @Test func othersAreKnownByTheirNames() {
        let one = ErrorClass("warming_up")
        #expect(one == ErrorClass("warming_up"))
        #expect(one.hashValue == ErrorClass("warming_up").hashValue)
        #expect(one != ErrorClass("Warming_Up"))
        #expect(one != ErrorClass("warming_up "))
        #expect(one.id == "warming_up" && "\(one)" == "warming_up")
        #expect(!one.isBuiltIn)
        #expect(ErrorClass.builtIn.allSatisfy { $0 != one })
        #expect(ErrorClass("Transient") != .transient)
        #expect(ErrorClass("\u{E9}\u{1F501}\n").id == "\u{E9}\u{1F501}\n")
    }

    @Test("is one for a name, however many tasks ask for it at once")
    func concurrentNames() async {
        let names = (0..<200).map { "at_once_\($0)" }
        let classes = await withTaskGroup(of: [ErrorClass].self) { group in
            for _ in 0..<8 { group.addTask { names.map { ErrorClass($0) } } }
            var all: [[ErrorClass]] = []
            for await classes in group { all.append(classes) }
            return all
        }
        #expect(Set(classes).count == 1)
        #expect(Set(classes[0]).count == names.count)
        #expect(classes[0].map(\.id) == names)
    }

    @Test func isWrittenAsItsName() throws {
        let classes = ErrorClass.builtIn + [ErrorClass("warming_up")]
        let names = (Self.ids + ["warming_up"]).map { "\"\($0)\"" }.joined(separator: ",")
        #expect(try JSON.encode(classes) == "[\(names)]")
        #expect(try JSON.decode("[\(names)]") == classes)
    }

    @Test(
        "is refused without a name, with the path",
        arguments: [
            WrongJSON(#"[["auth", ""]]"#, "Index 0.Index 1", "empty"), WrongJSON("[[5]]", "Index 0.Index 0"),
            WrongJSON("[[null]]", "Index 0.Index 0"), WrongJSON("[[{}]]", "Index 0.Index 0"),
        ])
    func wrong(_ it: WrongJSON) {
        it.check { data in try JSONDecoder().decode([[ErrorClass]].self, from: data) }
    }

    @Test(
        "that is misspelt is an error with the name that is meant",
        arguments: [
            ("ratelimit", "rate_limit"), ("rate-limit", "rate_limit"), ("rateLimit", "rate_limit"),
            ("RATE_LIMIT", "rate_limit"), ("rate_limited", "rate_limit"), ("rate_limits", "rate_limit"),
            ("server-error", "server_error"), ("servererror", "server_error"), ("serverErrors", "server_error"),
            ("TRANSIENT", "transient"), ("transiant", "transient"), ("trnasient", "transient"), ("auht", "auth"),
            ("premission", "permission"), ("permanant", "permanent"), ("un_known", "unknown"), (" auth", "auth"),
            ("concurency", "concurrency"), ("unkown", "unknown"), ("auths", "auth"),
        ])
    func misspelt(name: String, meant: String) throws {
        let error = try #require(refusal(of: name))
        #expect(error.requirement.hasPrefix("must be \(meant), which is probably meant"), "\(error)")
        #expect(error.value == "\"\(name)\"")
    }

    @Test(
        "that is like none is an error with the names that are known",
        arguments: ["throttled", "x", "outh2", "timeout", "authentication", String(repeating: "auth", count: 1 << 18)])
    func likeNone(name: String) throws {
        _ = ErrorClass("y")
        let error = try #require(refusal(of: name))
        #expect(error.requirement.hasPrefix("must be another class that is known: one of transient, rate_limit,"))
        #expect(error.value.count <= 45)
    }

    @Test("of the program's own is known to data once it is made, and no sooner")
    func ownName() throws {
        #expect(refusal(of: "made_later") != nil)
        #expect(refusal(of: "made_later") != nil, "asking has made it")
        let own = ErrorClass("made_later")
        #expect(try JSON.decode(#"["made_later"]"#) == [own])
    }

    private func refusal(of name: String) -> InvalidPolicyError? {
        do {
            _ = try JSON.decode("[\"\(name)\"]", as: [ErrorClass].self)
            return nil
        } catch DecodingError.dataCorrupted(let context) {
            return context.underlyingError as? InvalidPolicyError
        } catch {
            return nil
        }
    }

    /// Documents with more names than a process can have, each in a place that takes names.
    private static let crowded = {
        let names = (0..<66_000).map { "\"crowd\($0)\"" }
        let members = names.map { "\($0): 1" }.joined(separator: ",")
        let backoffs = names.map { "\($0): {}" }.joined(separator: ",")
        return (
            policies: ["{\"retry_limits\": {\(members)}}", "{\"backoffs\": {\(backoffs)}}"],
            law: "{\"law\": \"quota\", \"costs\": {\(members)}}",
            breaker: "{\"failures\": {\"except\": [\(names.joined(separator: ","))]}}"
        )
    }()

    /// In a process of its own, because the names are kept for good.
    @Test("is not made by data that is refused")
    func crowdedDocument() async {
        await #expect(processExitsWith: .success) {
            _ = ErrorClass("warming_up")
            WrongJSON(#"{"retry_limits": {"warming-pu": 1}}"#, "retry_limits.warming-pu", "must be warming_up, which")
                .check()
            for policy in Self.crowded.policies {
                #expect(throws: DecodingError.self) { try JSON.decode(policy, as: RetryPolicy.self) }
            }
            #expect(throws: DecodingError.self) { try JSON.decode(Self.crowded.law, as: RetryBudgetPolicy.self) }
            #expect(throws: DecodingError.self) { try JSON.decode(Self.crowded.breaker, as: CircuitBreakerPolicy.self) }
            for number in 9..<65_536 { _ = ErrorClass("class\(number)") }
        }
    }

    /// In a process of its own, because the names are kept for good.
    @Test("is refused, and nothing traps, when there are too many")
    func tooMany() async {
        await #expect(processExitsWith: .success) {
            for number in 8..<65_536 { _ = ErrorClass("class\(number)") }
            let error = #expect(throws: InvalidPolicyError.self) { try ErrorClass(validating: "one_too_many") }
            #expect(error?.value == "one_too_many")
            WrongJSON(#"{"retry_limits": {"one_too_many": 1}}"#, "retry_limits.one_too_many", "one_too_many").check()
            #expect(ErrorClass("class8").id == "class8" && ErrorClass("class65535").id == "class65535")
            #expect(ErrorClass("auth") == .auth)
        }
    }
}
