import RetryCore
import Testing

@Suite("HTTP status", .timeLimit(.minutes(20)))
struct HTTPStatusTableTests {
    private static let table: [Int: ErrorClass] = [
        401: .auth, 403: .permission, 408: .transient, 425: .transient, 409: .concurrency, 423: .concurrency,
        420: .rateLimit, 429: .rateLimit, 501: .permanent, 505: .permanent, 506: .permanent, 508: .permanent,
        510: .permanent, 511: .permanent, 525: .permanent, 526: .permanent,
    ]

    private func expected(_ status: Int) -> ErrorClass? {
        if let known = Self.table[status] { return known }
        return (400...499).contains(status) ? .permanent : (500...599).contains(status) ? .serverError : nil
    }

    @Test("has the class of the table, from 0 to 999")
    func classes() {
        for status in 0...999 {
            let expected = expected(status)
            if HTTPStatusTable.errorClass(status) != expected { Issue.record("\(status)") }
            if HTTPStatusTable.classification(status) != expected.map({ ErrorClassification($0) }) {
                Issue.record("\(status)")
            }
        }
        for status in [Int.min, -503, -1, 1_000, 5_030, .max] { #expect(HTTPStatusTable.errorClass(status) == nil) }
    }

    @Test("takes the server's word along")
    func hints() {
        #expect(
            HTTPStatusTable.classification(503, retryAfter: "120")
                == ErrorClassification(.serverError, hint: .after(.seconds(120))))
        #expect(HTTPStatusTable.classification(429, retryAfter: "0") == .rateLimit(after: .zero))
        #expect(HTTPStatusTable.classification(404, retryAfter: "3") == .permanent.hint(.after(.seconds(3))))
        #expect(HTTPStatusTable.classification(429, retryAfter: "soon") == .rateLimit)
        #expect(HTTPStatusTable.classification(429, retryAfter: "-1") == .rateLimit)
        #expect(HTTPStatusTable.classification(200, retryAfter: "120") == nil)
        #expect(HTTPStatusTable.classification(418, retryAfter: "120") == .permanent.hint(.after(.seconds(120))))
    }

    @Test("with a time to come back makes a rate limit of a 403, and a passing failure of a 413")
    func timeToComeBack() {
        let hint = RetryHint.after(.seconds(60))
        #expect(HTTPStatusTable.classification(403, hint: hint) == .rateLimit(after: .seconds(60)))
        #expect(HTTPStatusTable.classification(413, hint: hint) == .transient.hint(hint))
        #expect(HTTPStatusTable.classification(403, hint: .never) == .permission.hint(.never))
        #expect(HTTPStatusTable.classification(403, hint: .after(.seconds(-1))) == .permission)
        #expect(HTTPStatusTable.classification(413, hint: nil) == .permanent)
    }

    @Test func classificationsHaveTheClassOfTheirName() {
        let all: [ErrorClassification] = [
            .transient, .rateLimit, .serverError, .concurrency, .permanent, .auth, .permission, .unknown,
        ]
        #expect(all.map(\.errorClass) == ErrorClass.builtIn)
        #expect(all.allSatisfy { $0.hint == nil })
        #expect(
            ErrorClassification.rateLimit(after: .seconds(2))
                == ErrorClassification(.rateLimit, hint: .after(.seconds(2))))
        #expect(ErrorClassification.transient.hint(.never) == ErrorClassification(.transient, hint: .never))
        #expect(ErrorClassification.transient.hint(.never).hint(nil) == .transient)
        #expect(Set(all + all).count == all.count)
    }
}
