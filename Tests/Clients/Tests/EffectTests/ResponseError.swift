import AsyncHTTPClient
import NIOHTTP1
import RetryAsync

/// An answer of AsyncHTTPClient that is not a success, and that knows its redirects: an example for applications.
///
/// The history of a response has every request that led to it. So a refusal is proof where it is the first one's, also
/// if the client follows redirects.
struct ResponseError: StatusCodeError, RedirectAwareError {
    let statusCode: Int?
    let retryHint: RetryHint?
    let followedRedirect: Bool?

    init(_ response: HTTPClientResponse) {
        statusCode = Int(response.status.code)
        retryHint = RateLimitHeaders.hint(status: statusCode) { response.headers.first(name: $0) }
        followedRedirect = response.history.isEmpty ? nil : response.history.count > 1
    }
}
