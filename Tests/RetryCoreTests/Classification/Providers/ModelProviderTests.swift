import RetryCore
import Testing

@Suite("Failures of providers of language models", .timeLimit(.minutes(20)))
struct ModelProviderTests {
    @Test(
        arguments: [
            ("requests", "rate_limit_exceeded", .rateLimit), ("tokens", nil, .rateLimit),
            ("insufficient_quota", "insufficient_quota", .permanent), ("rate_limit_error", nil, .rateLimit),
            ("overloaded_error", nil, .serverError), ("api_error", nil, .serverError),
            ("timeout_error", nil, .transient),
            ("authentication_error", nil, .auth), ("permission_error", nil, .permission),
            ("invalid_request_error", "context_length_exceeded", .permanent),
            ("invalid_request_error", "rate_limit_exceeded", .rateLimit), ("odd", "odd", nil), (nil, nil, nil),
            ("server_error", "odd", .serverError), ("service_unavailable_error", "server_is_overloaded", .serverError),
            (nil, "server_is_overloaded", .serverError), (nil, "slow_down", .rateLimit),
            ("RESOURCE_EXHAUSTED", nil, .rateLimit), ("UNAVAILABLE", nil, .serverError),
            ("INTERNAL", nil, .serverError),
            ("UNAUTHENTICATED", nil, .auth), ("PERMISSION_DENIED", nil, .permission),
            ("INVALID_ARGUMENT", nil, .permanent), ("DEADLINE_EXCEEDED", nil, .transient),
            ("ABORTED", nil, .concurrency),
            ("CANCELLED", nil, nil), ("resource_exhausted", nil, nil),
        ] as [(String?, String?, ErrorClass?)])
    func table(type: String?, code: String?, errorClass: ErrorClass?) {
        #expect(ModelProviderFailure(type: type, code: code).errorClass == errorClass)
    }

    @Test func theBodyIsFinerThanTheStatus() {
        let quota = ModelProviderFailure(type: "insufficient_quota")
        #expect(ModelProviderFailure.classification(status: 429, failure: quota) == .permanent)
        #expect(ModelProviderFailure.classification(status: 429, failure: nil) == .rateLimit)
        let odd = ModelProviderFailure(type: "odd")
        #expect(ModelProviderFailure.classification(status: 529, failure: odd) == .serverError)
        #expect(ModelProviderFailure.classification(status: 418, failure: odd) == .permanent)
        #expect(ModelProviderFailure.classification(status: 200, failure: quota) == nil)
    }

    @Test func headersAreTheHint() {
        let headers = ["x-ratelimit-reset-tokens": "6m0s", "x-ratelimit-remaining-tokens": "0"]
        #expect(
            ModelProviderFailure.classification(status: 429, failure: nil) { headers[$0] }
                == .rateLimit(after: .seconds(360)))
        let error = ModelFault(statusCode: 429, providerFailure: nil, headers: headers)
        #expect(ErrorClassifier.modelProviders.classification(of: error) == .rateLimit(after: .seconds(360)))
        let bare = BareModelFault(statusCode: 500)
        #expect(ErrorClassifier.modelProviders.classification(of: bare) == .serverError)
        #expect(ErrorClassifier.modelProviders.classification(of: TransientError()) == nil)
    }

    @Test func theHintOfTheBodyCountsWhereTheHeadersHaveNone() {
        let failure = ModelProviderFailure(type: "RESOURCE_EXHAUSTED", hint: .after(.milliseconds(3_500)))
        let alone = ModelProviderFailure.classification(status: 429, failure: failure)
        #expect(alone == .rateLimit(after: .milliseconds(3_500)))
        let both = ModelProviderFailure.classification(status: 429, failure: failure) {
            $0 == "retry-after" ? "9" : nil
        }
        #expect(both == .rateLimit(after: .seconds(9)))
        let error = ModelFault(statusCode: 429, providerFailure: failure, headers: [:])
        #expect(ErrorClassifier.modelProviders.classification(of: error) == .rateLimit(after: .milliseconds(3_500)))
    }

    /// Every answer of most providers has the reset of limits of which much is left.
    @Test func aFailureOfTheServerIsNotHeldUpByLimitsThatAreNotUsedUp() {
        let headers = ["x-ratelimit-reset-requests": "1h", "x-ratelimit-remaining-requests": "4999"]
        #expect(
            ModelProviderFailure.classification(status: 500, failure: nil) { headers[$0] } == .serverError)
        let error = ModelFault(statusCode: 500, providerFailure: nil, headers: headers)
        #expect(ErrorClassifier.modelProviders.classification(of: error) == .serverError)
        #expect(
            ModelProviderFailure.classification(status: 429, failure: nil) { headers[$0] }
                == .rateLimit(after: .seconds(3_600)))
    }

    @Test func aForbiddenRequestWithNothingLeftIsARateLimit() {
        let headers = ["x-ratelimit-remaining": "0"]
        #expect(ModelProviderFailure.classification(status: 403, failure: nil) { headers[$0] } == .rateLimit)
        #expect(ModelProviderFailure.classification(status: 403, failure: nil) == .permission)
    }

    @Test func theProviderMayForbidARetry() {
        let headers = ["x-should-retry": "false", "retry-after": "1"]
        #expect(
            ModelProviderFailure.classification(status: 503, failure: nil) { headers[$0] }
                == .serverError.hint(.never))
    }

    /// A condition of the caller's own takes the place of what is detected.
    @Test(arguments: [("rate_limit_error", 5), ("insufficient_quota", 1)])
    func theRateLimitPolicyGates(type: String, calls: Int) {
        var count = 0
        let error = ModelFault(statusCode: 429, providerFailure: ModelProviderFailure(type: type), headers: [:])
        _ = try? retryBlocking(
            .rateLimited.classifier(.modelProviders).retryOn(.rateLimits).sleeper(RetrySleeper { _, _ in })
        ) { () throws -> Void in
            count += 1
            throw error
        }
        #expect(count == calls)
    }
}

private struct ModelFault: ModelProviderError {
    let statusCode: Int?
    let providerFailure: ModelProviderFailure?
    let headers: [String: String]
    func providerHeader(_ name: String) -> String? { headers[name] }
}

private struct BareModelFault: ModelProviderError {
    let statusCode: Int?
    var providerFailure: ModelProviderFailure? { nil }
}
