/// The class of an HTTP status.
public enum HTTPStatusTable: Sendable {
    /// Returns the class of a status, or `nil` if the status alone says too little.
    ///
    /// | status | class |
    /// |---|---|
    /// | 401 | auth |
    /// | 403 | permission |
    /// | 408, 425 | transient |
    /// | 409, 423 | concurrency |
    /// | 420, 429 | rate limit |
    /// | 400 to 499, all others | permanent |
    /// | 501, 505, 506, 508, 510, 511, 525, 526 | permanent: the next attempt meets the same |
    /// | 500 to 599, all others | server error |
    public static func errorClass(_ status: Int) -> ErrorClass? {
        switch status {
        case 401: .auth
        case 403: .permission
        case 408, 425: .transient
        case 409, 423: .concurrency
        case 420, 429: .rateLimit
        case 400...499: .permanent
        case 501, 505, 506, 508, 510, 511, 525, 526: .permanent
        case 500...599: .serverError
        default: nil
        }
    }

    /// Returns the classification of a response: the class of its status, with the server's hint.
    ///
    /// A hint after which a client may come back makes a rate limit of a 403, as GitHub sends it, and a transient
    /// failure of a 413, which RFC 9110 section 15.5.14 calls temporary then. A hint beside any other status is kept.
    ///
    /// - Parameters:
    ///   - status: The status, such as 503.
    ///   - hint: The server's hint about when to come back.
    /// - Returns: `nil` if the status alone says too little, as for every success.
    public static func classification(_ status: Int, hint: RetryHint?) -> ErrorClassification? {
        let hint = hint?.usable
        return switch (status, hint) {
        case (403, .after): ErrorClassification(.rateLimit, hint: hint)
        case (413, .after): ErrorClassification(.transient, hint: hint)
        default: errorClass(status).map { ErrorClassification($0, hint: hint) }
        }
    }

    /// Returns the classification of a response: the class of its status, and its `Retry-After` as the hint.
    ///
    /// - Parameters:
    ///   - status: The status, such as 503.
    ///   - retryAfter: The value of the `Retry-After` header, in any form; an invalid value is no hint.
    /// - Returns: `nil` if the status alone says too little, as for every success.
    public static func classification(_ status: Int, retryAfter: String? = nil) -> ErrorClassification? {
        classification(status, hint: retryAfter.flatMap { RetryAfter.hint($0) })
    }

    /// Returns whether a status is the receiver's verdict that the request itself is wrong, now and later.
    ///
    /// A 404 is none: a missing resource can exist later.
    static func isFinal(_ status: Int) -> Bool {
        switch status {
        case 400, 405, 406, 410, 411, 413...417, 422, 431, 451: true
        default: false
        }
    }
}
