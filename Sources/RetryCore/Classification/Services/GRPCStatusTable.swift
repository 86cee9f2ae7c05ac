/// The status codes of gRPC, and the class of failure that each stands for.
///
/// ```swift
/// struct CallFailed: GRPCStatusError {
///     let grpcStatusCode: Int?
///     let grpcRetryPushback: String?
/// }
/// ```
///
/// The errors of grpc-swift-2 are recognised without a conformance: see ``KnownClient``.
public enum GRPCStatusTable: Sendable {
    /// Returns the class of a status code, or `nil` if the code alone says too little.
    ///
    /// | code | class |
    /// |---|---|
    /// | 1 `CANCELLED`, 3 `INVALID_ARGUMENT`, 5 `NOT_FOUND`, 6 `ALREADY_EXISTS` | permanent |
    /// | 9 `FAILED_PRECONDITION`, 11 `OUT_OF_RANGE`, 12 `UNIMPLEMENTED`, 15 `DATA_LOSS` | permanent |
    /// | 4 `DEADLINE_EXCEEDED`, 14 `UNAVAILABLE` | transient |
    /// | 7 `PERMISSION_DENIED` | permission |
    /// | 8 `RESOURCE_EXHAUSTED` | rate limit |
    /// | 10 `ABORTED` | concurrency |
    /// | 13 `INTERNAL` | server error |
    /// | 16 `UNAUTHENTICATED` | auth |
    /// | 0 `OK`, 2 `UNKNOWN`, all others | none |
    ///
    /// `CANCELLED` is an answer of the server's here. An error that the caller itself cancelled conforms to
    /// ``CancellationAwareError`` to say so.
    public static func errorClass(_ code: Int) -> ErrorClass? {
        switch code {
        case 1, 3, 5, 6, 9, 11, 12, 15: .permanent
        case 4, 14: .transient
        case 7: .permission
        case 8: .rateLimit
        case 10: .concurrency
        case 13: .serverError
        case 16: .auth
        default: nil
        }
    }

    /// Returns whether a code says that the request itself is wrong, now and later.
    static func isFinal(_ code: Int) -> Bool { code == 3 || code == 6 || code == 11 }

    /// Returns the classification of a failed call: the class of its status, and the server's pushback as the hint.
    ///
    /// A pushback counts for any status: a server that asks for no retry is obeyed, one that names a time, too.
    ///
    /// - Parameters:
    ///   - code: The status code, from 0 to 16.
    ///   - pushback: The value of `grpc-retry-pushback-ms`; one that cannot be read asks for no retry.
    /// - Returns: `nil` for `OK`, and for a code that says too little without a pushback.
    public static func classification(_ code: Int, pushback: String? = nil) -> ErrorClassification? {
        if code == 0 { return nil }
        let hint = RetryAfter.hint(grpcPushback: pushback)
        let errorClass = errorClass(code)
        if errorClass == nil, hint == nil { return nil }
        return ErrorClassification(errorClass ?? .unknown, hint: hint)
    }
}

/// An error that carries a status of gRPC.
public protocol GRPCStatusError: Error {
    /// The status code, from 0 to 16; `nil` if this error has none.
    var grpcStatusCode: Int? { get }
    /// The value of the metadata key `grpc-retry-pushback-ms`; nothing unless implemented.
    var grpcRetryPushback: String? { get }
}

extension GRPCStatusError {
    /// The default: no pushback.
    public var grpcRetryPushback: String? { nil }
}

extension ErrorClassifier {
    /// Classifies errors that carry a status of gRPC, by the table of ``GRPCStatusTable``; part of ``default``.
    public static let grpcStatus = ErrorClassifier(
        Rule(strength: .code) { error in
            (error as? any GRPCStatusError)?.grpcStatusCode.flatMap(GRPCStatusTable.errorClass).map {
                ErrorClassification($0)
            }
        })
}
