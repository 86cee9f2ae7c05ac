/// One rate limit of a service, as far as the headers of a response describe it.
struct RateLimit: Equatable {
    /// The remainder of a limit.
    enum Remaining: Equatable {
        case nothing
        case something
        case unknown
    }

    /// The remainder of the limit.
    var remaining = Remaining.unknown
    /// The nanoseconds until it is whole again; `nil` if no header says so.
    var wait: Int64?
}

extension RateLimit.Remaining {
    /// Reads the value of a `remaining` header: a number, and parameters after a semicolon that play no part.
    ///
    /// A negative number is unknown: to some services it means that there is no limit. Of several values, as of a header
    /// that was sent more than once, the smallest counts.
    init(_ value: String?) {
        guard let value else {
            self = .unknown
            return
        }
        self = ASCIIScanner.scan(value.utf8) { scanner in
            var isExhausted = false
            repeat {
                scanner.trim()
                guard let isZero = scanner.decimalIsZero() else { return .unknown }
                isExhausted = isExhausted || isZero
                scanner.trim()
            } while scanner.skip(",")
            guard scanner.isAtEnd || scanner.skip(";") else { return .unknown }
            return isExhausted ? .nothing : .something
        }
    }
}

extension ASCIIScanner {
    /// Moves past a number such as `12` or `0.25`, and returns whether all of its digits are zero.
    fileprivate mutating func decimalIsZero() -> Bool? {
        guard let whole = saturatingInteger() else { return nil }
        guard skip(".") else { return whole == 0 }
        guard let fraction = saturatingInteger() else { return nil }
        return whole == 0 && fraction == 0
    }
}

// MARK: The headers of single limits

extension RateLimit {
    /// The names of the headers that describe one limit.
    struct Names: Sendable {
        /// The headers with the time of the reset, the preferred one first.
        let resets: [String]
        /// The header with the remainder.
        let remaining: String
    }

    static let names: [Names] =
        [
            Names(resets: ["ratelimit-reset"], remaining: "ratelimit-remaining"),
            Names(resets: ["x-rate-limit-reset"], remaining: "x-rate-limit-remaining"),
            // Of the two the span is the safer one: it needs no clock.
            Names(resets: ["x-ratelimit-reset-after", "x-ratelimit-reset"], remaining: "x-ratelimit-remaining"),
        ]
        + ["requests", "tokens", "requests-day", "tokens-minute"].map {
            Names(resets: ["x-ratelimit-reset-\($0)"], remaining: "x-ratelimit-remaining-\($0)")
        }
        + ["ratelimit-requests", "ratelimit-tokens", "ratelimit-input-tokens", "ratelimit-output-tokens"].map {
            Names(resets: ["anthropic-\($0)-reset"], remaining: "anthropic-\($0)-remaining")
        }
        + ["priority-input-tokens", "priority-output-tokens"].map {
            Names(resets: ["anthropic-\($0)-reset"], remaining: "anthropic-\($0)-remaining")
        }

    /// Returns the limits that the headers describe.
    static func limits(now: Int64?, headers: (String) -> String?) -> [RateLimit] {
        var limits: [RateLimit] = []
        for names in names {
            var limit = RateLimit(remaining: Remaining(headers(names.remaining)))
            for name in names.resets where limit.wait == nil { limit.wait = time(headers(name), now: now) }
            limits.append(limit)
        }
        limits.append(unified(now: now, headers: headers))
        return limits + (headers("ratelimit").flatMap(RateLimitField.limits) ?? [])
    }

    /// Returns the one limit of a subscription to Anthropic, which has a status in place of a number.
    private static func unified(now: Int64?, headers: (String) -> String?) -> RateLimit {
        guard let status = headers("anthropic-ratelimit-unified-status") else { return RateLimit() }
        return RateLimit(
            remaining: ASCIIScanner.isWord(status, "rejected") ? .nothing : .something,
            wait: time(headers("anthropic-ratelimit-unified-reset"), now: now))
    }

    private static func time(_ value: String?, now: Int64?) -> Int64? {
        guard let value else { return nil }
        return ASCIIScanner.scan(value.utf8) { HeaderTime(&$0, now: now)?.nanoseconds }
    }
}
