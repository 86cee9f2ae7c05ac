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
    /// The table of statuses is that of ``/RetryCore/HTTPStatus``. It is `nil` for every success, for a status that
    /// says too little, and for a response that is not HTTP: the call then returns the response.
    public var retryClassification: Classification? {
        guard let response = self as? HTTPURLResponse else { return nil }
        return HTTPStatus.errorClass(response.statusCode).map { Classification($0, hint: response.retryHint) }
    }
}

extension HTTPURLResponse {
    /// What the server said about when to come back, in `retry-after-ms` or in `Retry-After`; `nil` if it did not.
    ///
    /// Names of headers are compared without regard to case. A date is counted from the `Date` of the same response, so
    /// that a wrong clock on this machine plays no part; without one, from this machine's time.
    public var retryHint: RetryHint? {
        RetryAfter.hint(now: serverTime) { value(forHTTPHeaderField: $0) }
    }

    /// The time at which the server sent this response, in seconds since 1970, if it said so.
    private var serverTime: Int64? {
        // Counted from 1970, the wait up to a date is the date. Left out are numbers, which are no dates, and the form
        // of RFC 850, the one with hyphens, whose years of two digits need to know the present.
        guard let date = value(forHTTPHeaderField: "date"), date.first?.isLetter == true, !date.contains("-"),
            case .after(let seconds) = RetryAfter.hint(date, now: 0)
        else { return nil }
        return seconds.components.seconds
    }
}

/// Rejects what a `URLSession` returned if the status counts as a failure, for the `rejecting` of a call.
///
/// ```swift
/// let (data, response) = try await retry(policy: .api, rejecting: failedHTTPStatus) {
///     try await URLSession.shared.data(for: request)
/// }
/// ```
///
/// If the retries end with such a response, the call returns it: check the status as you would without this library.
///
/// - Parameter answer: The body, in whatever form, and the response.
/// - Returns: The class of the status and the server's hint; `nil` for a response to be accepted.
public func failedHTTPStatus<Body>(_ answer: borrowing (Body, URLResponse)) -> Classification? {
    answer.1.retryClassification
}
