/// Reads the headers by which a server says when to come back, or that a rate limit is exhausted.
///
/// This is the one reader for every header in use, from any source of headers:
///
/// ```swift
/// RateLimitHeaders.hint(status: 429, headers: ["Retry-After": "120"])            // .after(.seconds(120))
/// RateLimitHeaders.hint(headers: ["RateLimit": "\"default\";r=0;t=30"])           // .after(.seconds(30))
/// RateLimitHeaders.hint(headers: ["x-should-retry": "false"])                    // .never
///
/// // swift-http-types, NIO and AsyncHTTPClient, and Foundation, which has `HTTPURLResponse.retryHint` as well:
/// RateLimitHeaders.hint(status: response.status.code) { name in
///     HTTPField.Name(name).flatMap { response.headerFields[$0] }
/// }
/// RateLimitHeaders.hint(status: Int(response.status.code)) { response.headers.first(name: $0) }
/// RateLimitHeaders.hint(status: response.statusCode) { response.value(forHTTPHeaderField: $0) }
/// ```
///
/// The first of these that can be read decides:
///
/// | | header | value |
/// |---|---|---|
/// | 1 | `x-should-retry`, `stripe-should-retry` | `false`: ``RetryHint/never``; anything else says nothing |
/// | 2 | `retry-after-ms`, `x-ms-retry-after-ms`, `x-amz-retry-after` | milliseconds |
/// | 3 | `retry-after` | seconds, a date, or an instant: see ``RetryAfter/hint(_:now:)-(StringProtocol,_)`` |
/// | 4 | `x-rate-limit-retry-after-seconds` | the same |
/// | 5 | limits, each with a time of reset and perhaps what remains of it, in the next table | see ``reset(_:now:)`` |
///
/// | limits | reset | remaining |
/// |---|---|---|
/// | the IETF's drafts from 08 on, one for each policy | `ratelimit`: `"default";r=0;t=30` | |
/// | draft 07 | `ratelimit`: `limit=100, remaining=0, reset=30` | |
/// | older drafts | `ratelimit-reset` | `ratelimit-remaining` |
/// | most services | `x-ratelimit-reset-after`, else `x-ratelimit-reset` | `x-ratelimit-remaining` |
/// | others | `x-rate-limit-reset` | `x-rate-limit-remaining` |
/// | language models: …`-requests`, `-tokens`, `-requests-day`, `-tokens-minute` | `x-ratelimit-reset-`… | `x-ratelimit-remaining-`… |
/// | Anthropic: `ratelimit-requests`, `ratelimit-tokens`, `ratelimit-input-tokens`, `ratelimit-output-tokens`, `priority-input-tokens`, `priority-output-tokens` | `anthropic-`…`-reset` | `anthropic-`…`-remaining` |
/// | Anthropic's subscriptions | `anthropic-ratelimit-unified-reset` | `anthropic-ratelimit-unified-status`: `rejected` |
///
/// A limit counts if it is used up: if nothing remains, or no header states the remainder. With the status 429, if no
/// limit is used up, all count: the request was larger than the remainder of one. Otherwise a limit with a remainder
/// says nothing about when to come back. The longest of the waits is the hint.
///
/// Instants are counted from the `date` header of the same response, so that a wrong clock on this machine plays no
/// part; without one, from this machine's time. The pushback of gRPC is no header of HTTP: see
/// ``RetryAfter/hint(grpcPushback:)``.
///
/// Every parser is total, as those of ``RetryAfter`` are: garbage is no hint, too large a number is a long time, and
/// the parsing time is linear in the number of bytes.
public enum RateLimitHeaders: Sendable {
    /// Looks in the headers of a response for a hint.
    ///
    /// - Parameters:
    ///   - status: The status of the response; `nil` if it is not known.
    ///   - now: The time that instants are counted from, in seconds since 1970; the server's, or else the system's, if
    ///     `nil`.
    ///   - headers: Returns the value of the header of the given name, in lower case, or `nil`. Names of headers do not
    ///     depend on case, and the look-up should not either.
    /// - Returns: The hint, or `nil` if no header holds one.
    /// - Complexity: O(*n*) in the length of the values.
    public static func hint(status: Int? = nil, now: Int64? = nil, headers: (String) -> String?) -> RetryHint? {
        if shouldNotRetry(headers) { return .never }
        for name in ["retry-after-ms", "x-ms-retry-after-ms", "x-amz-retry-after"] {
            if let hint = headers(name).flatMap({ RetryAfter.hint(milliseconds: $0) }) { return hint }
        }
        let now = now ?? headers("date").flatMap(HTTPDate.secondsOfFullYear)
        for name in ["retry-after", "x-rate-limit-retry-after-seconds"] {
            if let hint = headers(name).flatMap({ RetryAfter.hint($0, now: now) }) { return hint }
        }
        let limits = RateLimit.limits(now: now, headers: headers)
        let usedUp = limits.filter { $0.remaining != .something }.compactMap(\.wait)
        let waits = usedUp.isEmpty && status == 429 ? limits.compactMap(\.wait) : usedUp
        return waits.max().map { .after(.nanoseconds($0)) }
    }

    /// Returns whether the headers of a response say that nothing is left of a rate limit.
    ///
    /// A status of 403 beside such a header is a rate limit, and no missing permission.
    ///
    /// - Parameter headers: Returns the value of the header of the given name, in lower case, or `nil`.
    /// - Returns: `true` if at least one limit has a remainder of zero; `false` if no header states the remainder.
    /// - Complexity: O(*n*) in the length of the values.
    public static func isExhausted(headers: (String) -> String?) -> Bool {
        RateLimit.limits(now: 0, headers: headers).contains { $0.remaining == .nothing }
    }

    /// Reads the value of a reset header.
    ///
    /// It is a duration (`20ms`, `1s`, `6m0s`, `1.5s`), a number of seconds (`12`, `0.25`), an instant of RFC 3339
    /// (`2026-01-31T09:30:00Z`, with a fraction or an offset), a date of HTTP, or the number of an instant since 1970.
    /// A number from 10⁹ on is such an instant: in seconds or, from 10¹² on, in milliseconds, from 10¹⁵ on in
    /// microseconds, from 10¹⁸ on in nanoseconds, each with a fraction if there is one. An instant in the past asks for
    /// no wait.
    ///
    /// - Parameters:
    ///   - value: The value of the header, of any length.
    ///   - now: The time that an instant is counted from, in seconds since 1970, or `nil` for the time of the system.
    /// - Returns: `.after` with zero or more nanoseconds, or `nil` if the value is none of these.
    /// - Complexity: O(*n*) in the length of the value.
    public static func reset(_ value: some StringProtocol, now: Int64? = nil) -> RetryHint? {
        ASCIIScanner.scan(value.utf8) { HeaderTime(&$0, now: now).map { .after(.nanoseconds($0.nanoseconds)) } }
    }

    private static func shouldNotRetry(_ headers: (String) -> String?) -> Bool {
        ["x-should-retry", "stripe-should-retry"].contains { name in
            headers(name).map { ASCIIScanner.isWord($0, "false") } == true
        }
    }
}
