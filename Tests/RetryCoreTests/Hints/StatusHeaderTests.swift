import RetryCore
import Testing

@Suite("A status with its headers", .timeLimit(.minutes(20)))
struct StatusHeaderTests {
    @Test(
        arguments: [
            (403, ["x-ratelimit-remaining": "0"], .rateLimit),
            (403, ["x-ratelimit-remaining": "0", "x-ratelimit-reset": "9"], .rateLimit(after: .seconds(9))),
            (403, ["ratelimit": "\"a\";r=0"], .rateLimit),
            (403, ["retry-after": "60"], .rateLimit(after: .seconds(60))),
            (403, ["x-ratelimit-remaining": "4999", "x-ratelimit-reset": "9"], .permission), (403, [:], .permission),
            (403, ["x-should-retry": "false", "x-ratelimit-remaining": "0"], .permission.hint(.never)),
            (401, ["x-ratelimit-remaining": "0"], .auth),
            (404, ["retry-after": "5"], .permanent.hint(.after(.seconds(5)))),
            (429, ["x-ratelimit-remaining": "5", "x-ratelimit-reset": "9"], .rateLimit(after: .seconds(9))),
            (503, ["x-ratelimit-remaining": "5", "x-ratelimit-reset": "9"], .serverError),
            (200, ["x-ratelimit-remaining": "0"], nil), (302, ["retry-after": "5"], nil),
        ] as [(Int, [String: String], ErrorClassification?)])
    func classification(status: Int, headers: [String: String], expected: ErrorClassification?) {
        #expect(HTTPStatusTable.classification(status, now: 0) { headers[$0] } == expected)
    }
}
