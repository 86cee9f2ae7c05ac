import Foundation
import RetryCore
import Testing

@Suite("Error class", .timeLimit(.minutes(5)))
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

    /// In a process of its own, because the names are kept for good.
    @Test("is refused, and nothing traps, when there are too many")
    func tooMany() async {
        await #expect(processExitsWith: .success) {
            for number in 8..<65_536 { _ = ErrorClass("class\(number)") }
            let error = #expect(throws: PolicyError.self) { try ErrorClass(validating: "one_too_many") }
            #expect(error?.value == "one_too_many")
            WrongJSON(#"{"retry_limits": {"one_too_many": 1}}"#, "retry_limits.one_too_many", "one_too_many").check()
            #expect(ErrorClass("class8").id == "class8" && ErrorClass("class65535").id == "class65535")
            #expect(ErrorClass("auth") == .auth)
        }
    }
}
