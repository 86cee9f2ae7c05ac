package import AsyncHTTPClient
package import NIOHTTP1
package import RetryAsync

/// An answer of a server that is not a success.
///
/// The library reads the status, and the server's hint. Such an error needs no classifier.
package struct HTTPError: Error, StatusCodeError, CustomStringConvertible {
    package let status: HTTPResponseStatus
    package let retryHint: RetryHint?

    package init(_ response: HTTPClientResponse) {
        status = response.status
        retryHint = RateLimitHeaders.hint(status: Int(status.code)) { response.headers.first(name: $0) }
    }

    package var statusCode: Int? { Int(status.code) }
    package var description: String { "\(status)" }
}
