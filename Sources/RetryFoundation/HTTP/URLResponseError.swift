public import Foundation
public import RetryCore

#if canImport(FoundationNetworking)
public import FoundationNetworking
#endif

/// A response whose status counts as a failure: 400 to 599.
///
/// The calls of `URLSession` that take a pipeline throw it, with the response and its body:
///
/// ```swift
/// do {
///     let (data, _) = try await URLSession.shared.data(for: request, retry: .api)
///     return try JSONDecoder().decode(User.self, from: data)
/// } catch let error as URLResponseError where error.statusCode == 404 {
///     return nil
/// }
/// ```
///
/// Its class is that of ``/RetryCore/HTTPStatusTable``; a 403 with a hint, or with an exhausted limit, is a rate limit.
public struct URLResponseError: StatusCodeError, RedirectAwareError, CustomStringConvertible {
    /// The response: its status, its headers and its URL.
    public let response: HTTPURLResponse
    /// The body of the response, which often explains the failure.
    public let body: Data
    /// A Boolean value that indicates whether the session followed a redirect before this response; `nil` if that is
    /// unknown.
    public let followedRedirect: Bool?

    /// Creates the error of a response, whatever its status.
    ///
    /// - Parameters:
    ///   - response: The response.
    ///   - body: The body of the response.
    ///   - followedRedirect: Whether the session followed a redirect before it; `nil` if that is unknown.
    public init(_ response: HTTPURLResponse, body: Data, followedRedirect: Bool? = nil) {
        self.response = response
        self.body = body
        self.followedRedirect = followedRedirect
    }

    /// The status, such as 503.
    public var statusCode: Int? { response.statusCode }

    /// The headers of the response, by name; `response.value(forHTTPHeaderField:)` ignores upper and lower case.
    public var headers: [String: String] {
        response.allHeaderFields.reduce(into: [:]) { headers, field in
            if let name = field.key as? String { headers[name] = field.value as? String }
        }
    }

    /// The server's hint about when to come back, in any header that ``/RetryCore/RateLimitHeaders`` reads.
    public var retryHint: RetryHint? { response.retryHint }

    /// The status, without the body, which can be long or secret.
    public var description: String { "the response has the status \(response.statusCode)" }
}

extension URLResponseError: PartlyClassifyingError {
    /// The class of the status, with the server's hint.
    public var classification: ErrorClassification {
        ErrorClassifier.default.classification(of: self) ?? .unknown
    }

    package var ownClassification: ErrorClassification? {
        // A limit without a hint makes a rate limit of a 403, and shows in headers that a status error does not have.
        response.statusCode == 403 ? response.retryClassification : nil
    }
}
