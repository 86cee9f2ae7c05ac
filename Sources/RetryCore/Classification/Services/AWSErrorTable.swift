/// The error codes of Amazon Web Services, and the class of failure that each stands for.
///
/// The tables are those of the SDKs' standard mode, "Retries 2.1". A code may come with its namespace,
/// `com.amazonaws.dynamodb.v20120810#ThrottlingException`, and with the suffix it has in a header,
/// `ThrottlingException:http://…`.
public enum AWSErrorTable: Sendable {
    /// The codes of throttling that the AWS retry utilities detect.
    public static let throttling: Set<String> = [
        "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded",
        "ProvisionedThroughputExceededException",
    ]

    /// The codes of throttling that the SDKs detect.
    public static let sdkThrottling: Set<String> = throttling.union([
        "Throttling", "ThrottledException", "RequestThrottledException", "RequestThrottled", "EC2ThrottledException",
        "TransactionInProgressException", "BandwidthLimitExceeded", "LimitExceededException", "SlowDown",
        "PriorRequestNotComplete",
    ])

    /// The codes of faults that pass by themselves.
    public static let sdkTransient: Set<String> = [
        "RequestTimeout", "RequestTimeoutException", "InternalError", "InternalFailure", "InternalServerError",
        "ServiceUnavailable", "ServiceUnavailableException",
    ]

    private static let concurrency: Set<String> = ["TransactionConflict", "TransactionConflictException"]

    private static let auth: Set<String> = [
        "ExpiredToken", "ExpiredTokenException", "InvalidAccessKeyId", "InvalidClientTokenId",
        "MissingAuthenticationToken", "SignatureDoesNotMatch", "UnrecognizedClientException",
    ]

    private static let permission: Set<String> = ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"]

    private static let permanent: Set<String> = ["ConditionalCheckFailedException", "ValidationException"]

    /// Returns the class of a service's code, or `nil` for a code that is in none of the tables.
    public static func errorClass(_ code: String) -> ErrorClass? {
        table[bare(code)]
    }

    /// Returns the class of a service's code for a request that failed in parts.
    ///
    /// A `TransactionCanceledException` has the class of its cancellation reasons. A reason that no retry fixes
    /// decides: permanent if a condition failed or a value is wrong; else a rate limit if a part was throttled; else
    /// concurrency if a part met another transaction.
    ///
    /// - Parameters:
    ///   - code: The code, with or without its namespace.
    ///   - reasons: The codes of the parts, such as `["None", "ConditionalCheckFailed"]`.
    /// - Returns: `nil` for a code that is in none of the tables.
    public static func errorClass(_ code: String, reasons: [String]) -> ErrorClass? {
        let classes = reasons.compactMap { reasonTable[$0] }
        return [.permanent, .permission, .rateLimit, .concurrency].first(where: classes.contains) ?? errorClass(code)
    }

    /// Returns whether a permanent code is one for good: a condition that is not met today can be met tomorrow.
    static func isFinal(_ code: String, reasons: [String]) -> Bool {
        bare(code) != "ConditionalCheckFailedException" && !reasons.contains("ConditionalCheckFailed")
    }

    /// Returns whether a code says that a request of the same kind is still being worked on.
    static func isInProgress(_ code: String) -> Bool {
        ["TransactionInProgressException", "PriorRequestNotComplete"].contains(bare(code))
    }

    /// Returns the cancellation reasons in the message of a `TransactionCanceledException`.
    ///
    /// - Parameter message: A message that ends with `… specific reasons [None, ConditionalCheckFailed]`.
    /// - Returns: The codes in the last pair of brackets; empty if there is none.
    public static func cancellationReasons(in message: String) -> [String] {
        guard let end = message.lastIndex(of: "]"), let start = message[..<end].lastIndex(of: "[") else { return [] }
        return message[message.index(after: start)..<end].split { $0 == "," || $0 == " " }.map(String.init)
    }

    private static func bare(_ code: String) -> String {
        guard code.utf8.contains(where: { $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: ":") }) else { return code }
        let beforeColon = code.prefix { $0 != ":" }
        return String(beforeColon.split(separator: "#").last ?? beforeColon)
    }

    private static let table: [String: ErrorClass] = {
        var table: [String: ErrorClass] = [:]
        let classes: [(codes: Set<String>, errorClass: ErrorClass)] = [
            (sdkThrottling, .rateLimit), (sdkTransient, .transient), (concurrency, .concurrency), (auth, .auth),
            (permission, .permission), (permanent, .permanent),
        ]
        for (codes, errorClass) in classes {
            for code in codes { table[code] = errorClass }
        }
        return table
    }()

    /// The cancellation reasons of DynamoDB's transactions.
    private static let reasonTable: [String: ErrorClass] = [
        "ConditionalCheckFailed": .permanent, "ItemCollectionSizeLimitExceeded": .permanent,
        "ValidationError": .permanent, "DuplicateItem": .permanent, "AccessDenied": .permission,
        "ProvisionedThroughputExceeded": .rateLimit, "ThrottlingError": .rateLimit, "RequestLimitExceeded": .rateLimit,
        "TransactionConflict": .concurrency,
    ]
}

// MARK: The retry quota

extension AWSErrorTable {
    /// Returns the cost of a retry after a failure of this class, in units of the SDKs' retry quota.
    ///
    /// Five after throttling, where the service asked for the wait; 14 after any other failure, where it may be
    /// overloaded.
    public static func retryCost(after errorClass: ErrorClass) -> Int {
        errorClass == .rateLimit ? throttlingRetryCost : transientRetryCost
    }

    /// The units that a retry after throttling costs.
    public static var throttlingRetryCost: Int { 5 }
    /// The units that any other retry costs.
    public static var transientRetryCost: Int { 14 }
    /// The units in a full retry quota.
    public static var retryQuota: Int { 500 }
    /// The units that a success without retries gives back; a success after a retry gives back what that retry cost.
    public static var refundWithoutRetry: Int { 1 }
}

extension ErrorClassifier {
    /// Classifies errors that carry a code of Amazon's services, by the tables of ``AWSErrorTable``.
    ///
    /// It is part of ``default``, which takes the status of an error whose code is in none of the tables.
    public static let awsErrorCodes = ErrorClassifier(
        Rule(strength: .code) { error in
            guard let error = error as? any ServiceCodeError, let code = error.serviceCode else { return nil }
            return AWSErrorTable.errorClass(code, reasons: error.serviceReasons).map { ErrorClassification($0) }
        }
    ).or(
        ErrorClassifier(
            Rule(strength: .status) { error in
                let facts = ErrorTypeFacts.of(error)
                return facts.serviceCode?(error) == nil ? nil : facts.statusClassification(error)
            }))
}
