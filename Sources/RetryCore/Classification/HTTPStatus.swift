/// The class of an HTTP status.
public enum HTTPStatus: Sendable {
    /// Returns the class of a status, or `nil` if the status alone says too little.
    ///
    /// | status | class |
    /// |---|---|
    /// | 400, 404, 422 | permanent |
    /// | 401 | auth |
    /// | 403 | permission |
    /// | 408, 425 | transient |
    /// | 409 | concurrency |
    /// | 429 | rate limit |
    /// | 500 to 599 | server error |
    public static func errorClass(_ status: Int) -> ErrorClass? {
        switch status {
        case 400, 404, 422: .permanent
        case 401: .auth
        case 403: .permission
        case 408, 425: .transient
        case 409: .concurrency
        case 429: .rateLimit
        case 500...599: .serverError
        default: nil
        }
    }

    /// Returns the classification of a response: the class of its status, and its `Retry-After` as the hint.
    ///
    /// - Parameters:
    ///   - status: The status, such as 503.
    ///   - retryAfter: The value of the `Retry-After` header, in any form; a value that makes no sense is no hint.
    /// - Returns: `nil` if the status alone says too little; that is the answer for every success.
    public static func classification(_ status: Int, retryAfter: String? = nil) -> Classification? {
        errorClass(status).map { errorClass in
            Classification(errorClass, hint: retryAfter.flatMap { RetryAfter.hint($0) })
        }
    }
}
