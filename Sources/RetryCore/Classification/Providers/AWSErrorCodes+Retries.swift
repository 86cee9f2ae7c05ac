// What the SDKs of Amazon Web Services retry, as the standard mode of their "Retries 2.1" has it.
extension AWSErrorCodes {
    /// The codes that the SDKs take for throttling.
    ///
    /// ``throttling`` is the shorter table of the retry utilities, on which the rate-limit condition is built.
    public static let sdkThrottling: Set<String> = throttling.union([
        "Throttling", "ThrottledException", "RequestThrottledException", "RequestThrottled", "EC2ThrottledException",
        "TransactionInProgressException", "BandwidthLimitExceeded", "LimitExceededException", "SlowDown",
        "PriorRequestNotComplete",
    ])

    /// The codes that the SDKs take for a fault that passes.
    public static let sdkTransient: Set<String> = [
        "RequestTimeout", "RequestTimeoutException", "InternalError", "InternalFailure", "InternalServerError",
        "ServiceUnavailable", "ServiceUnavailableException",
    ]

    private static let auth: Set<String> = [
        "ExpiredToken", "ExpiredTokenException", "InvalidAccessKeyId", "InvalidClientTokenId",
        "MissingAuthenticationToken",
        "SignatureDoesNotMatch", "UnrecognizedClientException",
    ]

    private static let permission: Set<String> = ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"]

    /// Returns the class of a service's code, or `nil` for one that is in none of the tables.
    ///
    /// A code may come with its namespace, `com.amazonaws.dynamodb.v20120810#ThrottlingException`, and with what follows
    /// it in a header, `ThrottlingException:http://…`.
    public static func errorClass(_ code: String) -> ErrorClass? {
        let code = bare(code)
        if sdkThrottling.contains(code) { return .rateLimit }
        if sdkTransient.contains(code) { return .transient }
        if code == "TransactionConflictException" { return .concurrency }
        if auth.contains(code) { return .auth }
        if permission.contains(code) { return .permission }
        return code == "ValidationException" ? .permanent : nil
    }

    private static func bare(_ code: String) -> String {
        guard code.utf8.contains(where: { $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: ":") }) else { return code }
        let beforeColon = code.prefix { $0 != ":" }
        return String(beforeColon.split(separator: "#").last ?? beforeColon)
    }

    /// What a retry after a failure of this class costs, in units of the SDKs' retry quota.
    ///
    /// Five after throttling, where the service asked for the wait; 14 after anything else, where it may be in trouble.
    public static func retryCost(after errorClass: ErrorClass) -> Int {
        errorClass == .rateLimit ? throttlingRetryCost : transientRetryCost
    }

    /// The units that a retry after throttling costs.
    public static var throttlingRetryCost: Int { 5 }
    /// The units that any other retry costs.
    public static var transientRetryCost: Int { 14 }
    /// The units in a full retry quota.
    public static var retryQuota: Int { 500 }
    /// The units that a success gives back which took no retry; one after a retry gives back what that retry cost.
    public static var refundWithoutRetry: Int { 1 }
}

extension ErrorClassifier {
    /// Knows errors that carry a code of Amazon's services, by the tables of ``AWSErrorCodes``.
    ///
    /// An error with a code that is in none of them, and with a status, is known by the status: 429 is a rate limit, 500,
    /// 502, 503 and 504 are worth a retry.
    public static let awsErrorCodes = ErrorClassifier { error in
        guard let code = (error as? any ServiceCodeError)?.serviceCode else { return nil }
        let carrier = error as? any StatusCodeError
        let byStatus = carrier?.statusCode.flatMap(HTTPStatus.errorClass)
        return (AWSErrorCodes.errorClass(code) ?? byStatus).map { Classification($0, hint: carrier?.retryHint) }
    }
}
