import Foundation
import RetryAsync
import RetryFoundation
import RetryTesting
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

@Suite("Calls of URLSession through a pipeline", .timeLimit(.minutes(20)))
struct URLSessionRetryTests {
    let clock = ManualClock(autoAdvance: true)
    var api: RetryPipeline { .api.backoff(.constant(.zero)).clock(RetryClock(clock)) }

    // MARK: Statuses

    @Test func aFailedStatusIsRetriedAndASuccessReturned() async throws {
        let server = StubbedServer(.status(503), .error(.networkConnectionLost), .status(200, body: "Ada"))
        let (data, response) = try await server.session { try await $0.data(from: server.url, retry: api) }
        #expect(String(decoding: data, as: UTF8.self) == "Ada")
        #expect((response as? HTTPURLResponse)?.statusCode == 200)
        #expect(server.requests.count == 3)
    }

    @Test func theServersHintIsObeyed() async throws {
        let server = StubbedServer(.status(429, ["Retry-After": "30"]), .status(204))
        let pipeline = api.random(RetryRandomSource(SeededGenerator(seed: 1)))
        _ = try await server.session { try await $0.data(from: server.url, retry: pipeline) }
        #expect(clock.sleeps.count == 1 && clock.sleeps[0] >= .seconds(30))
    }

    @Test func theLastFailureIsThrownWithItsResponse() async throws {
        let answer = StubbedAnswer.status(503, ["Retry-After": "7", "X-Trace": "a1"], body: "down")
        let server = StubbedServer(answer)
        let error = try await #require(throws: URLResponseError.self) {
            try await server.session { try await $0.data(from: server.url, retry: api) }
        }
        #expect(server.requests.count == 4)
        #expect(error.statusCode == 503 && error.response.statusCode == 503)
        #expect(error.headers["X-Trace"] == "a1")
        #expect(error.body == Data("down".utf8))
        #expect(error.retryHint == .after(.seconds(7)))
        #expect(error.followedRedirect == nil)
        #expect(error.classification == ErrorClassification(.serverError, hint: .after(.seconds(7))))
        #expect("\(error)" == "the response has the status 503")
    }

    @Test(arguments: [200, 204, 301, 304, 399, 600])
    func everyOtherStatusIsReturned(status: Int) async throws {
        let server = StubbedServer(.status(status))
        let (_, response) = try await server.session { try await $0.data(from: server.url, retry: api) }
        #expect((response as? HTTPURLResponse)?.statusCode == status)
        #expect(server.requests.count == 1)
    }

    @Test(arguments: [400, 401, 403, 404, 422, 501])
    func aStatusThatNoRetryHelpsIsThrownAtOnce(status: Int) async throws {
        let server = StubbedServer(.status(status))
        let error = await #expect(throws: URLResponseError.self) {
            try await server.session { try await $0.data(from: server.url, retry: api) }
        }
        #expect(error?.statusCode == status)
        #expect(server.requests.count == 1)
    }

    @Test func a403ByALimitIsARateLimit() async throws {
        let server = StubbedServer(.status(403, ["X-RateLimit-Remaining": "0"]), .status(200))
        _ = try await server.session { try await $0.data(from: server.url, retry: api) }
        #expect(server.requests.count == 2)
    }

    // MARK: Methods

    static let doubtful: [StubbedAnswer] = [
        .status(500), .status(503), .status(408), .status(409), .error(.timedOut), .error(.networkConnectionLost),
    ]
    static let proving: [StubbedAnswer] = [.status(429), .status(425), .error(.cannotConnectToHost)]

    @Test(arguments: ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "get"], doubtful)
    func whatMayBeRepeatedIs(method: String, answer: StubbedAnswer) async throws {
        #expect(try await requests(method, body: nil, answer) == 2)
    }

    @Test(arguments: ["POST", "PATCH", "LOCK"], doubtful)
    func anEffectIsNotRepeated(method: String, answer: StubbedAnswer) async throws {
        #expect(try await requests(method, body: "1", answer, RedirectRefusal()) == 1)
    }

    @Test(arguments: ["POST", "PATCH"], doubtful + proving)
    func anEffectWithAnIdempotencyKeyIs(method: String, answer: StubbedAnswer) async throws {
        #expect(try await requests(method, body: "1", answer, headers: ["idempotency-key": "pay-42"]) == 2)
        #expect(try await requests(method, body: nil, answer, headers: ["Idempotency-Key": "pay-42"]) == 2)
    }

    @Test func anEmptyKeyIsNone() async throws {
        #expect(try await requests("POST", body: "1", .status(503), headers: ["Idempotency-Key": " "]) == 1)
    }

    @Test(arguments: proving)
    func anEffectIsRepeatedIfNothingWasExecuted(answer: StubbedAnswer) async throws {
        #expect(try await requests("POST", body: "1", answer, RedirectRefusal()) == 2)
    }

    // A redirect may have been followed to the same URL, and a request without a body is sent twice on Linux.
    @Test(arguments: proving)
    func nothingIsProvedWithoutARefusalOfRedirectsOrWithoutABody(answer: StubbedAnswer) async throws {
        #expect(try await requests("POST", body: "1", answer) == 1)
        #expect(try await requests("POST", body: nil, answer, RedirectRefusal()) == 1)
        #expect(try await requests("POST", body: "", answer, RedirectRefusal()) == 1)
    }

    @Test func theCallersOwnConditionStillNarrows() async throws {
        let never = api.retryOn(.where { _ in false })
        #expect(try await requests("POST", body: "1", .status(429), RedirectRefusal(), by: never) == 1)
    }

    @Test func aRejectionByAnOpenCircuitIsWaitedForAlsoByAnEffect() async throws {
        let breaker = CircuitBreaker("pay", policy: CircuitBreakerPolicy(consecutiveFailures: 1))
        breaker.forceOpen()
        let server = StubbedServer(.status(200))
        await #expect(throws: CircuitOpenError.self) {
            try await server.session(RedirectRefusal()) {
                _ = try await $0.data(for: server.request("POST", body: "1"), retry: api.breaker(breaker))
            }
        }
        #expect(server.requests.isEmpty)
    }

    // MARK: Redirects

    @Test func aResponseFromAnotherURLFollowedARedirect() async throws {
        let other = try #require(URL(string: "http://elsewhere.invalid/"))
        let server = StubbedServer(.status(429, from: other))
        let error = await #expect(throws: URLResponseError.self) {
            try await server.session { try await $0.data(for: server.request("POST", body: "1"), retry: api) }
        }
        #expect(error?.followedRedirect == true)
        #expect(server.requests.count == 1)
    }

    @Test func aSessionThatRefusesRedirectsFollowedNone() async throws {
        let server = StubbedServer(.status(404))
        for (body, expected) in [("1", false), (nil, nil)] as [(String?, Bool?)] {
            let error = await #expect(throws: URLResponseError.self) {
                try await server.session(RedirectRefusal()) {
                    try await $0.data(for: server.request("POST", body: body), retry: api)
                }
            }
            #expect(error?.followedRedirect == expected)
        }
    }

    // MARK: Bodies and time

    @Test func aStreamedBodyIsRefusedBeforeTheFirstAttempt() async throws {
        let server = StubbedServer(.status(200))
        var streamed = server.request("PUT")
        streamed.httpBodyStream = InputStream(data: Data("body".utf8))
        let request = streamed
        let error = await #expect(throws: NotExecutedError.self) {
            try await server.session { try await $0.data(for: request, retry: api) }
        }
        #expect(error.map { "\($0)".contains("set httpBody") } == true)
        #expect(error.map { ErrorClassifier.default.classification(of: $0)?.errorClass } == .permanent)
        #expect(server.requests.isEmpty)
    }

    @Test func anUploadIsRetriedByTheSameRules() async throws {
        let server = StubbedServer(.status(503), .status(201, body: "kept"))
        let (data, _) = try await server.session {
            try await $0.upload(for: server.request("PUT"), from: Data("body".utf8), retry: api)
        }
        #expect(String(decoding: data, as: UTF8.self) == "kept")
        #expect(server.requests.count == 2)

        let payments = StubbedServer(.status(503))
        await #expect(throws: URLResponseError.self) {
            try await payments.session {
                _ = try await $0.upload(for: payments.request("POST"), from: Data("body".utf8), retry: api)
            }
        }
        #expect(payments.requests.count == 1)
    }

    @Test func theTimeoutIsCutToTheDeadline() async throws {
        let server = StubbedServer(.status(200))
        let limits: [(RetryPipeline, ClosedRange<Double>)] = [
            (api, 60...60), (api.deadline(.seconds(90)), 60...60), (api.deadline(.seconds(20)), 19...20),
            (api.deadline(.milliseconds(2)), 0.001...0.002), (api.deadline(.seconds(20), .interrupt), 60...60),
            (api.deadline(.seconds(20)).attemptTimeout(.seconds(30)), 19...20),
            (api.deadline(.seconds(20)).attemptTimeout(.seconds(10)), 60...60),
        ]
        for (pipeline, _) in limits {
            // A manual clock stands still, but a timer under it would end at once: only the system's times attempts.
            let timed = pipeline.policy.attemptTimeout == nil && pipeline.policy.deadlineBehavior != .interrupt
            let pipeline = timed ? pipeline : pipeline.clock(nil)
            try await server.session { _ = try await $0.data(from: server.url, retry: pipeline) }
        }
        let timeouts = server.requests.map(\.timeoutInterval)
        #expect(timeouts.count == limits.count)
        for (timeout, (_, range)) in zip(timeouts, limits) { #expect(range.contains(timeout)) }
    }

    @Test func aCancelledTaskEndsTheCall() async throws {
        let server = StubbedServer(.error(.cancelled))
        let error = await #expect(throws: URLError.self) {
            try await server.session { try await $0.data(from: server.url, retry: api) }
        }
        #expect(error?.code == .cancelled)
        #expect(server.requests.count == 1)
    }

    /// Returns the number of requests of a call that fails once, whose next attempt would succeed.
    private func requests(
        _ method: String, body: String?, _ answer: StubbedAnswer, _ delegate: RedirectRefusal? = nil,
        headers: [String: String] = [:], by pipeline: RetryPipeline? = nil
    ) async throws -> Int {
        let server = StubbedServer(answer, .status(200))
        try await server.session(delegate) { session in
            _ = try? await session.data(for: server.request(method, body: body, headers), retry: pipeline ?? api)
        }
        return server.requests.count
    }
}
