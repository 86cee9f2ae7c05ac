// Foundation has no URL sessions on WASI.
#if !os(WASI)
public import RetryCore

#if canImport(FoundationNetworking)
public import FoundationNetworking
#else
public import Foundation
#endif

extension URLResponse {
    /// The classification of a response that counts as a failure: the class of its status, and the server's hint.
    ///
    /// `URLSession` throws no error for a status; this is how a call retries a 503:
    ///
    /// ```swift
    /// let (data, response) = try await retry(policy: .api, rejecting: { $0.1.retryClassification }) {
    ///     try await URLSession.shared.data(for: request)
    /// }
    /// ```
    ///
    /// The table of statuses is that of ``/RetryCore/HTTPStatusTable``; a 403 with a hint, or with an exhausted limit,
    /// is a rate limit. It is `nil` for every success, for a status that says too little, and for a response that is
    /// not HTTP: the call then returns the response.
    public var retryClassification: ErrorClassification? {
        guard let response = self as? HTTPURLResponse else { return nil }
        return HTTPStatusTable.classification(response.statusCode) { response.value(forHTTPHeaderField: $0) }
    }
}

extension HTTPURLResponse {
    /// The server's hint about when to come back, in any header that ``/RetryCore/RateLimitHeaders`` reads; else `nil`.
    ///
    /// Names of headers are compared without regard to case. A date is counted from the `Date` of the same response, so
    /// that a wrong clock on this machine plays no part; without one, from this machine's time.
    public var retryHint: RetryHint? {
        RateLimitHeaders.hint(status: statusCode) { value(forHTTPHeaderField: $0) }
    }
}

/// Rejects the result of a `URLSession` if its status counts as a failure, for the `rejecting` of a call.
///
/// ```swift
/// let (data, response) = try await retry(policy: .api, rejecting: failedHTTPStatus) {
///     try await URLSession.shared.data(for: request)
/// }
/// ```
///
/// If the retries end with such a response, the call returns it: check the status as you would without this library.
///
/// - Parameter answer: The body, in any form, and the response.
/// - Returns: The class of the status and the server's hint; `nil` for a response to be accepted.
public func failedHTTPStatus<Body>(_ answer: borrowing (Body, URLResponse)) -> ErrorClassification? {
    answer.1.retryClassification
}
#endif
