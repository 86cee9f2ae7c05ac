/// The error that a provider of language models describes in the body of a failed response.
///
/// The error bodies of OpenAI and Anthropic have become the pattern for most: an object `error` with a `type`, perhaps
/// a `code`, and a message. Google's have a `status`, which is the type here, and may carry the time to come back in a
/// `RetryInfo`. RetryFoundation reads them from the bytes of a response.
///
/// ```swift
/// let failure = ModelProviderFailure(type: "insufficient_quota", code: nil)
/// failure.errorClass                                   // .permanent, though its status is 429
/// ```
public struct ModelProviderFailure: Sendable, Hashable {
    /// The kind of the failure, such as `"overloaded_error"`.
    public var type: String?
    /// The finer code, such as `"rate_limit_exceeded"`; not all providers have one.
    public var code: String?
    /// The body's hint about when to come back, used if the headers have none; else `nil`.
    public var hint: RetryHint?

    /// Creates the description of a failure.
    public init(type: String?, code: String? = nil, hint: RetryHint? = nil) {
        self.type = type
        self.code = code
        self.hint = hint
    }

    /// The class of the failure: by its code, or else by its type; `nil` if neither is known.
    ///
    /// | code or type | class |
    /// |---|---|
    /// | `rate_limit_exceeded`, `rate_limit_error`, `requests`, `tokens`, `slow_down`, `RESOURCE_EXHAUSTED` | rate limit |
    /// | `overloaded_error`, `server_is_overloaded`, `service_unavailable_error`, `UNAVAILABLE` | server error |
    /// | `api_error`, `server_error`, `internal_error`, `internal_server_error`, `INTERNAL` | server error |
    /// | `timeout_error`, `timeout`, `DEADLINE_EXCEEDED` | transient |
    /// | `ABORTED` | concurrency |
    /// | `authentication_error`, `invalid_api_key`, `UNAUTHENTICATED` | auth |
    /// | `permission_error`, `permission_denied`, `insufficient_permissions`, `PERMISSION_DENIED` | permission |
    /// | `insufficient_quota`, `billing_error`, `billing_hard_limit_reached` | permanent |
    /// | `invalid_request_error`, `not_found_error`, `request_too_large`, `context_length_exceeded` | permanent |
    /// | `model_not_found`, `content_policy_violation`, `content_filter` | permanent |
    /// | `INVALID_ARGUMENT`, `FAILED_PRECONDITION`, `OUT_OF_RANGE`, `NOT_FOUND`, `UNIMPLEMENTED` | permanent |
    public var errorClass: ErrorClass? {
        code.flatMap(Self.errorClass) ?? type.flatMap(Self.errorClass)
    }

    /// Returns the classification of a failed response.
    ///
    /// The body is more specific than the status: a quota that is used up comes with the status of a rate limit.
    ///
    /// - Parameters:
    ///   - status: The status of the response, such as 429.
    ///   - failure: The error in its body, as far as it could be read.
    ///   - now: The time that instants in headers are counted from, in seconds since 1970; the system's if `nil`.
    ///   - headers: Returns the value of the header of the given name, or `nil` if the response has none.
    /// - Returns: `nil` if the response says too little, as for every success.
    public static func classification(
        status: Int, failure: ModelProviderFailure?, now: Int64? = nil, headers: (String) -> String? = { _ in nil }
    ) -> ErrorClassification? {
        guard status >= 400 else { return nil }
        let hint = RateLimitHeaders.hint(status: status, now: now, headers: headers) ?? failure?.hint
        if let errorClass = failure?.errorClass { return ErrorClassification(errorClass, hint: hint) }
        if hint == nil { return HTTPStatusTable.classification(status, now: now, headers: headers) }
        return HTTPStatusTable.classification(status, hint: hint)
    }

    /// True if a permanent failure is one for good: a quota can be raised, and a model be made.
    var isFinal: Bool {
        let name = code.flatMap(Self.errorClass) == nil ? type : code
        return name.map(Self.passing.contains) == false
    }

    private static let passing: Set<String> = [
        "insufficient_quota", "billing_error", "billing_hard_limit_reached", "not_found_error", "model_not_found",
        "FAILED_PRECONDITION", "NOT_FOUND", "UNIMPLEMENTED",
    ]

    private static func errorClass(_ name: String) -> ErrorClass? { table[name] }

    private static let table: [String: ErrorClass] = [
        "rate_limit_exceeded": .rateLimit, "rate_limit_error": .rateLimit, "requests": .rateLimit,
        "tokens": .rateLimit, "slow_down": .rateLimit, "RESOURCE_EXHAUSTED": .rateLimit,
        "server_is_overloaded": .serverError, "service_unavailable_error": .serverError, "UNAVAILABLE": .serverError,
        "INTERNAL": .serverError, "DEADLINE_EXCEEDED": .transient, "ABORTED": .concurrency,
        "UNAUTHENTICATED": .auth, "PERMISSION_DENIED": .permission,
        "INVALID_ARGUMENT": .permanent, "FAILED_PRECONDITION": .permanent, "OUT_OF_RANGE": .permanent,
        "NOT_FOUND": .permanent, "UNIMPLEMENTED": .permanent,
        "overloaded_error": .serverError, "api_error": .serverError, "server_error": .serverError,
        "internal_error": .serverError, "internal_server_error": .serverError,
        "timeout_error": .transient, "timeout": .transient,
        "authentication_error": .auth, "invalid_api_key": .auth,
        "permission_error": .permission, "permission_denied": .permission, "insufficient_permissions": .permission,
        "insufficient_quota": .permanent, "billing_error": .permanent, "billing_hard_limit_reached": .permanent,
        "invalid_request_error": .permanent, "not_found_error": .permanent, "request_too_large": .permanent,
        "context_length_exceeded": .permanent, "model_not_found": .permanent,
        "content_policy_violation": .permanent, "content_filter": .permanent,
    ]
}

/// An error of a provider of language models.
public protocol ModelProviderError: StatusCodeError {
    /// The error in the body of the response; `nil` if it could not be read.
    var providerFailure: ModelProviderFailure? { get }
    /// Returns the value of a header of the response; nothing unless implemented.
    ///
    /// - Parameter name: The name in lower case.
    /// - Returns: The value, or `nil` if the response has no such header.
    func providerHeader(_ name: String) -> String?
}

extension ModelProviderError {
    /// The default: no headers.
    public func providerHeader(_ name: String) -> String? { nil }

    /// The headers' hint about when to come back, or else the body's.
    public var retryHint: RetryHint? {
        RateLimitHeaders.hint(status: statusCode) { providerHeader($0) } ?? providerFailure?.hint
    }
}

extension ErrorClassifier {
    /// Classifies errors of providers of language models: by the body, or else by the status, with the headers' hint.
    ///
    /// It is part of ``default``.
    public static let modelProviders = ErrorClassifier(
        Rule(strength: .code) { error in
            (error as? any ModelProviderError)?.providerFailure?.errorClass.map { ErrorClassification($0) }
        }
    ).or(
        ErrorClassifier(
            Rule(strength: .status) { error in
                error is any ModelProviderError ? ErrorTypeFacts.of(error).statusClassification(error) : nil
            }))
}
