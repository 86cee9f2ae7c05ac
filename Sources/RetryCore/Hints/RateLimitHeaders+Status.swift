/// The unit of a rate limit.
public enum RateLimitCurrency: Sendable, Hashable, CaseIterable {
    /// Requests.
    case requests
    /// The tokens of a language model.
    case tokens
}

extension RateLimitHeaders {
    /// Reads the rate limits that the headers of a response describe.
    ///
    /// | | limit | remaining | reset |
    /// |---|---|---|---|
    /// | requests | `x-ratelimit-limit` | `x-ratelimit-remaining` | `x-ratelimit-reset-after`, `x-ratelimit-reset` |
    /// | | `x-rate-limit-limit` | `x-rate-limit-remaining` | `x-rate-limit-reset` |
    /// | | `ratelimit-limit` | `ratelimit-remaining` | `ratelimit-reset` |
    /// | both | `x-ratelimit-limit-requests`, `-tokens` | `x-ratelimit-remaining-`… | `x-ratelimit-reset-`… |
    /// | both | `anthropic-ratelimit-requests-limit`, `-tokens-limit` | …`-remaining` | …`-reset` |
    /// | requests | | `ratelimit`: `"default";r=0;t=30` | |
    ///
    /// Every reader is total: garbage says nothing, too large a number is a large one.
    ///
    /// - Parameters:
    ///   - currency: The unit of the limits.
    ///   - now: The time that instants are counted from, in seconds since 1970; the server's, or else the system's, if `nil`.
    ///   - headers: Returns the value of the header of the given name, in lower case, or `nil`.
    /// - Returns: The limits, for ``CallRateLimiter/learn(_:)``; of those in the field `ratelimit` only one that is used up.
    /// - Complexity: O(*n*) in the length of the values.
    public static func statuses(
        of currency: RateLimitCurrency, now: Int64? = nil, headers: (String) -> String?
    ) -> [RateLimitStatus] {
        let now = now ?? headers("date").flatMap(HTTPDate.secondsOfFullYear)
        var statuses = Self.names(of: currency).compactMap { names -> RateLimitStatus? in
            var status = RateLimitStatus(
                limit: number(headers(names.limit)), remaining: number(headers(names.remaining)))
            for name in names.resets where status.reset == nil {
                if case .after(let time) = headers(name).flatMap({ reset($0, now: now) }) { status.reset = time }
            }
            return status.limit == nil && status.remaining == nil ? nil : status
        }
        if currency == .requests {
            for limit in headers("ratelimit").flatMap(RateLimitField.limits) ?? [] where limit.remaining == .nothing {
                statuses.append(RateLimitStatus(remaining: 0, reset: limit.wait.map { .nanoseconds($0) }))
            }
        }
        return statuses
    }

    private struct Names {
        let limit: String
        let remaining: String
        let resets: [String]
    }

    private static func names(of currency: RateLimitCurrency) -> [Names] {
        let unit = currency == .requests ? "requests" : "tokens"
        let ofBoth = [
            Names(
                limit: "x-ratelimit-limit-\(unit)", remaining: "x-ratelimit-remaining-\(unit)",
                resets: ["x-ratelimit-reset-\(unit)"]),
            Names(
                limit: "anthropic-ratelimit-\(unit)-limit", remaining: "anthropic-ratelimit-\(unit)-remaining",
                resets: ["anthropic-ratelimit-\(unit)-reset"]),
        ]
        guard currency == .requests else { return ofBoth }
        return ofBoth + [
            Names(
                limit: "x-ratelimit-limit", remaining: "x-ratelimit-remaining",
                resets: ["x-ratelimit-reset-after", "x-ratelimit-reset"]),
            Names(
                limit: "x-rate-limit-limit", remaining: "x-rate-limit-remaining", resets: ["x-rate-limit-reset"]),
            Names(limit: "ratelimit-limit", remaining: "ratelimit-remaining", resets: ["ratelimit-reset"]),
        ]
    }

    /// Reads a whole number, with a fraction that is cut off; of several the smallest.
    private static func number(_ value: String?) -> Int? {
        guard let value else { return nil }
        return ASCIIScanner.scan(value.utf8) { scanner in
            var least: Int64?
            repeat {
                scanner.trim()
                guard let number = scanner.saturatingInteger() else { return nil }
                if scanner.skip("."), scanner.saturatingInteger() == nil { return nil }
                least = min(least ?? .max, number)
                scanner.skipBlanks()
            } while scanner.skip(",")
            guard scanner.isAtEnd || scanner.skip(";") else { return nil }
            return least.map { Int(clamping: $0) }
        }
    }
}
