public import Foundation
import RetryAsync
public import RetryCore

#if canImport(FoundationNetworking)
public import FoundationNetworking
#endif

extension URLSession {
    /// Loads a request through a pipeline: again after each failure that the policy retries.
    ///
    /// ```swift
    /// let (data, response) = try await URLSession.shared.data(for: request, retry: .api)
    /// ```
    ///
    /// A status from 400 to 599 is a failure: it is retried by its class, no sooner than the server's `Retry-After` says,
    /// and thrown as a ``URLResponseError`` if no retry follows. Every other response is returned, a redirect that the
    /// session refuses (``RedirectRefusal``) among them.
    ///
    /// | request | retried |
    /// |---|---|
    /// | `GET`, `HEAD`, `OPTIONS`, `TRACE`, `PUT`, `DELETE` | as the policy says |
    /// | any other method, with an `Idempotency-Key` header | as the policy says: the server recognises it |
    /// | any other method | if the failure proves that nothing was executed |
    ///
    /// Such proof is a refused connection, or a status like 429, of a request with a body in a session whose delegate is
    /// ``RedirectRefusal``. In any other session, the failure can be that of a redirect after the effect. A request
    /// without a body proves nothing: on Linux `URLSession` sends it again by itself.
    ///
    /// An attempt waits for data no longer than the policy's deadline allows: its timeout interval is cut to the time
    /// that is left.
    ///
    /// - Parameters:
    ///   - request: The request, with its body as `httpBody`.
    ///   - pipeline: The pipeline, such as `.api`.
    /// - Returns: The body and the response.
    /// - Throws: ``URLResponseError`` if the last status is a failure, else the session's error; `CancellationError` if
    ///   the task is cancelled; ``/RetryCore/NotExecutedError``, before the first attempt, if the request has an
    ///   `httpBodyStream`, which can be read once only.
    public nonisolated(nonsending) func data(
        for request: URLRequest, retry pipeline: RetryPipeline
    ) async throws -> (Data, URLResponse) {
        guard request.httpBodyStream == nil else { throw NotExecutedError(StreamedBodyError()) }
        return try await repeating(request, body: request.httpBody, pipeline) { try await data(for: $0) }
    }

    /// Loads a URL through a pipeline: again after each failure that the policy retries.
    ///
    /// ```swift
    /// let (data, response) = try await URLSession.shared.data(from: url, retry: .api)
    /// ```
    ///
    /// - Parameters:
    ///   - url: The URL to get.
    ///   - pipeline: The pipeline, such as `.api`.
    /// - Returns: The body and the response.
    /// - Throws: ``URLResponseError`` if the last status is a failure, else the session's error; `CancellationError` if
    ///   the task is cancelled.
    public nonisolated(nonsending) func data(
        from url: URL, retry pipeline: RetryPipeline
    ) async throws -> (Data, URLResponse) {
        try await data(for: URLRequest(url: url), retry: pipeline)
    }

    /// Uploads data through a pipeline: again after each failure that the policy retries.
    ///
    /// The rules for methods and statuses are those of ``data(for:retry:)``.
    ///
    /// - Parameters:
    ///   - request: The request; its own body is not sent.
    ///   - body: The data to send, by each attempt from its beginning.
    ///   - pipeline: The pipeline, such as `.api`.
    /// - Returns: The body of the response, and the response.
    /// - Throws: ``URLResponseError`` if the last status is a failure, else the session's error; `CancellationError` if
    ///   the task is cancelled.
    public nonisolated(nonsending) func upload(
        for request: URLRequest, from body: Data, retry pipeline: RetryPipeline
    ) async throws -> (Data, URLResponse) {
        try await repeating(request, body: body, pipeline) { try await upload(for: $0, from: body) }
    }

    private nonisolated(nonsending) func repeating(
        _ request: URLRequest, body: Data?, _ pipeline: RetryPipeline,
        send: nonisolated(nonsending) (URLRequest) async throws -> (Data, URLResponse)
    ) async throws -> (Data, URLResponse) {
        // A request without a body is sent again by the session itself, on Linux, and a redirect is another request.
        let isSentOnce = body?.isEmpty == false && delegate is RedirectRefusal
        let narrowed = request.mayBeRepeated ? pipeline : pipeline.onlyIfNotExecuted(isSentOnce: isSentOnce)
        return try await narrowed.execute { attempt in
            let (data, response) = try await send(request.cut(to: attempt, of: pipeline.policy))
            guard let response = response as? HTTPURLResponse, HTTPStatusTable.errorClass(response.statusCode) != nil
            else { return (data, response) }
            let isElsewhere = response.url.map { $0 != request.url } ?? false
            throw URLResponseError(
                response, body: data, followedRedirect: isElsewhere ? true : isSentOnce ? false : nil)
        }
    }
}

/// The error for a body that can be read once only.
private struct StreamedBodyError: SelfClassifyingError, CustomStringConvertible {
    var classification: ErrorClassification { .permanent }
    var description: String {
        "a request with an httpBodyStream cannot be sent again: set httpBody, use upload(for:from:retry:), or make the "
            + "request inside a closure that is retried"
    }
}

extension URLRequest {
    /// True if a server treats the request and its repetition as one.
    fileprivate var mayBeRepeated: Bool {
        switch (httpMethod ?? "GET").uppercased() {
        case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE": true
        default: value(forHTTPHeaderField: "Idempotency-Key")?.contains { !$0.isWhitespace } ?? false
        }
    }

    /// The request with the time that the deadline leaves as its timeout, if nothing else ends the attempt then.
    fileprivate func cut(to attempt: RetryAttempt, of policy: RetryPolicy) -> URLRequest {
        guard let remaining = attempt.remaining, policy.deadlineBehavior != .interrupt,
            policy.attemptTimeout.map({ remaining < $0 }) ?? true
        else { return self }
        var request = self
        // Zero would mean the session's own timeout.
        request.timeoutInterval = min(timeoutInterval, max(remaining / .seconds(1), 0.001))
        return request
    }
}

extension RetryPipeline {
    /// The same pipeline, which retries only what proves that nothing was executed.
    fileprivate func onlyIfNotExecuted(isSentOnce: Bool) -> RetryPipeline {
        let condition = setup.condition
        return retryOn(
            .where { error in
                guard condition?.contains(error) ?? true else { return false }
                let certainty = ExecutionClassifier.default.certainty(
                    of: error, .unknown, redirects: isSentOnce ? .notFollowed : .mayBeFollowed)
                return certainty == .notExecuted
            })
    }
}
