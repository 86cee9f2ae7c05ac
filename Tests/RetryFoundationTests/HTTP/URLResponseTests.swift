import Foundation
import RetryFoundation
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

@Suite("Responses of URL loading", .timeLimit(.minutes(20)))
struct URLResponseTests {
    static let url = URL(fileURLWithPath: "/users")

    @Test(
        arguments: [
            (200, nil), (204, nil), (301, nil), (304, nil), (402, .permanent), (410, .permanent), (501, .permanent),
            (400, .permanent), (401, .auth),
            (403, .permission), (404, .permanent), (408, .transient), (409, .concurrency), (422, .permanent),
            (425, .transient), (429, .rateLimit), (500, .serverError), (503, .serverError), (599, .serverError),
        ] as [(Int, ErrorClass?)])
    func aStatusHasTheClassOfTheTable(status: Int, expected: ErrorClass?) throws {
        #expect(try response(status).retryClassification == expected.map { ErrorClassification($0) })
    }

    @Test func aResponseThatIsNotHTTPIsAccepted() {
        let response = URLResponse(url: Self.url, mimeType: nil, expectedContentLength: 0, textEncodingName: nil)
        #expect(response.retryClassification == nil)
        #expect(failedHTTPStatus((Data(), response)) == nil)
    }

    @Test(arguments: ["Retry-After", "retry-after", "RETRY-AFTER", "rEtRy-AfTeR"])
    func theHintIsFoundInAnyCase(name: String) throws {
        let response = try response(503, [name: "120"])
        #expect(response.retryHint == .after(.seconds(120)))
        #expect(response.retryClassification == ErrorClassification(.serverError, hint: .after(.seconds(120))))
    }

    @Test(arguments: ["retry-after-ms", "Retry-After-Ms"])
    func millisecondsComeFirst(name: String) throws {
        #expect(try response(429, [name: "1500", "Retry-After": "2"]).retryHint == .after(.milliseconds(1_500)))
        #expect(try response(429, [name: "soon", "Retry-After": "2"]).retryHint == .after(.seconds(2)))
    }

    @Test(arguments: ["RateLimit-Reset", "X-RateLimit-Reset-After", "x-rate-limit-reset", "X-Ratelimit-Reset-Tokens"])
    func everyHeaderIsRead(name: String) throws {
        #expect(try response(429, [name: "30"]).retryHint == .after(.seconds(30)))
        #expect(try response(503, ["RateLimit": "\"default\";r=0;t=30"]).retryHint == .after(.seconds(30)))
        #expect(try response(503, ["X-Should-Retry": "false", "Retry-After": "1"]).retryHint == .never)
    }

    @Test func a403ByALimitIsARateLimit() throws {
        let used = ["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "30"]
        #expect(try response(403, used).retryClassification == .rateLimit(after: .seconds(30)))
        #expect(try response(403, ["X-RateLimit-Remaining": "0"]).retryClassification == .rateLimit)
        #expect(try response(403, ["Retry-After": "60"]).retryClassification == .rateLimit(after: .seconds(60)))
        let left = ["X-RateLimit-Remaining": "4999", "X-RateLimit-Reset": "30"]
        #expect(try response(403, left).retryClassification == .permission)
    }

    @Test func aFailureOfTheServerIsNotHeldUpByALimitThatIsNotUsedUp() throws {
        let headers = ["X-RateLimit-Remaining": "4999", "X-RateLimit-Reset": "3600"]
        #expect(try response(500, headers).retryHint == nil)
        #expect(try response(429, headers).retryHint == .after(.seconds(3_600)))
    }

    @Test(arguments: ["", " ", "soon", "-1", "1e3", "NaN", "5, 6", "Sun, 06 Nov 1994 08:49:37"])
    func aHintThatMakesNoSenseIsNone(value: String) throws {
        let response = try response(503, ["Retry-After": value])
        #expect(response.retryHint == nil)
        #expect(response.retryClassification == .serverError)
    }

    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ])
    func aDateIsCountedFromTheServersClock(date: String) throws {
        let headers = ["date": date, "Retry-After": "Sun, 06 Nov 1994 08:51:37 GMT"]
        #expect(try response(503, headers).retryHint == .after(.seconds(120)))
    }

    @Test(arguments: ["", "12", "yesterday", "Sunday, 06-Nov-94 08:49:37 GMT"])
    func withoutAServersClockADateIsCountedFromHere(date: String) throws {
        // Long ago by the clock of this machine.
        let headers = ["Date": date, "Retry-After": "Sun, 06 Nov 1994 08:51:37 GMT"]
        #expect(try response(503, headers).retryHint == .after(.zero))
    }

    @Test func aSuccessHasNoClassificationButMayHaveAHint() throws {
        let response = try response(202, ["Retry-After": "5"])
        #expect(response.retryClassification == nil)
        #expect(response.retryHint == .after(.seconds(5)))
    }

    @Test func aCallRetriesAResponse() throws {
        let sleeps = try sleeps {
            try retryBlocking(RetryPipeline().sleeper($0), rejecting: failedHTTPStatus, operation: $1)
        }
        #expect(sleeps.count == 1 && (Duration.seconds(3)...Duration.milliseconds(3_300)).contains(sleeps[0]))
    }

    @Test func aClosureDoesAsWell() throws {
        let sleeps = try sleeps {
            try retryBlocking(RetryPipeline().sleeper($0), rejecting: { $0.1.retryClassification }, operation: $1)
        }
        #expect(sleeps.count == 1 && (Duration.seconds(3)...Duration.milliseconds(3_300)).contains(sleeps[0]))
    }

    @Test func theLastResponseIsReturned() throws {
        let failed = try response(404)
        let (_, answer) = try retryBlocking(rejecting: failedHTTPStatus) { (Data(), failed as URLResponse) }
        #expect(answer === failed)
    }

    /// The waits of a call whose first response is a 503, and whose second one is a 200.
    private func sleeps(
        _ call: (RetrySleeper, () throws -> (Data, URLResponse)) throws -> (Data, URLResponse)
    ) throws -> [Duration] {
        let accepted = try response(200)
        var responses = [try response(503, ["retry-after": "3"])]
        let notes = Notes()
        let sleeper = RetrySleeper { duration, _ in notes.sleeps.append(duration) }
        let (_, last) = try call(sleeper) { (Data(), responses.popLast() ?? accepted) }
        #expect(last === accepted)
        return notes.sleeps
    }

    private func response(_ status: Int, _ headers: [String: String] = [:]) throws -> HTTPURLResponse {
        try #require(
            HTTPURLResponse(url: Self.url, statusCode: status, httpVersion: "HTTP/1.1", headerFields: headers))
    }
}

/// Only touched by the thread that runs the test.
private final class Notes: @unchecked Sendable {
    var sleeps: [Duration] = []
}
