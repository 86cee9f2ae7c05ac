import RetryCore
import Testing

@Suite("HTTP status", .timeLimit(.minutes(20)))
struct HTTPStatusTests {
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
            if HTTPStatus.errorClass(status) != expected { Issue.record("\(status)") }
            if HTTPStatus.classification(status) != expected.map({ Classification($0) }) { Issue.record("\(status)") }
        }
        for status in [Int.min, -503, -1, 1_000, 5_030, .max] { #expect(HTTPStatus.errorClass(status) == nil) }
    }

    @Test("takes the server's word along")
    func hints() {
        #expect(
            HTTPStatus.classification(503, retryAfter: "120")
                == Classification(.serverError, hint: .after(.seconds(120))))
        #expect(HTTPStatus.classification(429, retryAfter: "0") == .rateLimit(after: .zero))
        #expect(HTTPStatus.classification(404, retryAfter: "3") == .permanent.hint(.after(.seconds(3))))
        #expect(HTTPStatus.classification(429, retryAfter: "soon") == .rateLimit)
        #expect(HTTPStatus.classification(429, retryAfter: "-1") == .rateLimit)
        #expect(HTTPStatus.classification(200, retryAfter: "120") == nil)
        #expect(HTTPStatus.classification(418, retryAfter: "120") == .permanent.hint(.after(.seconds(120))))
    }

    @Test("with a time to come back makes a rate limit of a 403, and a passing failure of a 413")
    func timeToComeBack() {
        let hint = RetryHint.after(.seconds(60))
        #expect(HTTPStatus.classification(403, hint: hint) == .rateLimit(after: .seconds(60)))
        #expect(HTTPStatus.classification(413, hint: hint) == .transient.hint(hint))
        #expect(HTTPStatus.classification(403, hint: .never) == .permission.hint(.never))
        #expect(HTTPStatus.classification(403, hint: .after(.seconds(-1))) == .permission)
        #expect(HTTPStatus.classification(413, hint: nil) == .permanent)
    }

    @Test func classificationsHaveTheClassOfTheirName() {
        let all: [Classification] = [
            .transient, .rateLimit, .serverError, .concurrency, .permanent, .auth, .permission, .unknown,
        ]
        #expect(all.map(\.errorClass) == ErrorClass.builtIn)
        #expect(all.allSatisfy { $0.hint == nil })
        #expect(Classification.rateLimit(after: .seconds(2)) == Classification(.rateLimit, hint: .after(.seconds(2))))
        #expect(Classification.transient.hint(.never) == Classification(.transient, hint: .never))
        #expect(Classification.transient.hint(.never).hint(nil) == .transient)
        #expect(Set(all + all).count == all.count)
    }
}
