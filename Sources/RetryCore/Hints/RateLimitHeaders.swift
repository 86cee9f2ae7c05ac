#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Reads the headers by which an API tells how much of a rate limit is left, and when it is whole again.
///
/// | header | value |
/// |---|---|
/// | `retry-after-ms`, `retry-after` | see ``RetryAfter``; where one of them is there, it alone counts |
/// | `x-ratelimit-reset-requests`, `x-ratelimit-reset-tokens`, `x-ratelimit-reset` | see ``reset(_:now:)`` |
/// | `anthropic-ratelimit-requests-reset`, `-tokens-reset`, `-input-tokens-reset`, `-output-tokens-reset` | the same |
///
/// Of several limits the one counts that is used up: whose `remaining` header is zero, or is missing. Where none is, a
/// request was larger than what is left of one, and all count. The longest of the waits is the hint.
///
/// Every parser is total, as those of ``RetryAfter`` are: garbage is no hint, and too large a number is a long time.
public enum RateLimitHeaders: Sendable {
    /// Looks in the headers of a response for a hint.
    ///
    /// ```swift
    /// let hint = RateLimitHeaders.hint { response.value(forHTTPHeaderField: $0) }
    /// ```
    ///
    /// - Parameters:
    ///   - now: The time that instants are counted from, in seconds since 1970, or `nil` for the time of the system.
    ///   - headers: Returns the value of the header of the given name, in lower case, or `nil`.
    /// - Returns: The hint, or `nil` if no header holds one.
    public static func hint(now: Int64? = nil, headers: (String) -> String?) -> RetryHint? {
        if let hint = RetryAfter.hint(now: now, headers: headers) { return hint }
        var usedUp: Int64?
        var others: Int64?
        for limit in limits {
            guard let wait = headers(limit.reset).flatMap({ nanoseconds($0, now: now) }) else { continue }
            if isUsedUp(headers(limit.remaining)) {
                usedUp = max(usedUp ?? 0, wait)
            } else {
                others = max(others ?? 0, wait)
            }
        }
        return (usedUp ?? others).map { .after(.nanoseconds($0)) }
    }

    /// Reads the value of a reset header.
    ///
    /// It is a duration (`20ms`, `1s`, `6m0s`, `1.5s`), a number of seconds (`12`, `0.25`), an instant of RFC 3339
    /// (`2026-01-31T09:30:00Z`, with a fraction or an offset), or the number of an instant: seconds or, from 10¹² on,
    /// milliseconds since 1970, which a number from 10⁹ on is taken for. An instant in the past asks for no wait.
    ///
    /// - Parameters:
    ///   - value: The value of the header, of any length.
    ///   - now: The time that an instant is counted from, in seconds since 1970, or `nil` for the time of the system.
    /// - Returns: `.after` with zero or more nanoseconds, or `nil` if the value is none of these.
    /// - Complexity: O(*n*) in the length of the value.
    public static func reset(_ value: some StringProtocol, now: Int64? = nil) -> RetryHint? {
        nanoseconds(value, now: now).map { .after(.nanoseconds($0)) }
    }

    private static func nanoseconds(_ value: some StringProtocol, now: Int64?) -> Int64? {
        ASCIIScanner.scan(value.utf8) { scanner in
            scanner.trim()
            var copy = scanner
            if let number = copy.saturatingInteger(), copy.isAtEnd { return wait(number, now: now) }
            copy = scanner
            if let wait = copy.sumOfUnits() { return wait }
            return RFC3339.instant(&scanner).map { left(until: $0.seconds, plus: $0.nanoseconds, now: now) }
        }
    }

    /// The wait that a number without a unit stands for.
    private static func wait(_ number: Int64, now: Int64?) -> Int64 {
        switch number {
        case ..<1_000_000_000: number.saturatingMultiply(1_000_000_000)
        case ..<1_000_000_000_000: left(until: number, plus: 0, now: now)
        default: left(until: number / 1_000, plus: number % 1_000 * 1_000_000, now: now)
        }
    }

    private static func left(until seconds: Int64, plus nanoseconds: Int64, now: Int64?) -> Int64 {
        let now = min(max(now ?? Int64(time(nil)), 0), HTTPDate.last)
        return max(0, (seconds - now).saturatingMultiply(1_000_000_000).saturatingAdd(nanoseconds))
    }

    private static func isUsedUp(_ remaining: String?) -> Bool {
        guard let remaining else { return true }
        return ASCIIScanner.scan(remaining.utf8) { scanner in
            scanner.trim()
            guard let left = scanner.saturatingInteger(), scanner.isAtEnd else { return true }
            return left == 0
        }
    }

    private static let limits: [(reset: String, remaining: String)] =
        ["-requests", "-tokens", ""].map { ("x-ratelimit-reset\($0)", "x-ratelimit-remaining\($0)") }
        + ["requests", "tokens", "input-tokens", "output-tokens"].map {
            ("anthropic-ratelimit-\($0)-reset", "anthropic-ratelimit-\($0)-remaining")
        }
}

extension ASCIIScanner {
    /// Moves past a whole duration such as `6m0s` or `1.5`, and returns its nanoseconds, at most `Int64.max`.
    ///
    /// Unlike a duration of a configuration this one is a server's: what does not fit is a long time, and no error.
    fileprivate mutating func sumOfUnits() -> Int64? {
        var total: Int64 = 0
        var previous = Int64.max
        repeat {
            guard let whole = saturatingInteger(), let billionths = skip(".") ? billionths() : 0,
                let unit = isAtEnd && previous == .max ? 1_000_000_000 : unit(), unit < previous
            else { return nil }
            let part = Int64(Int128(billionths) * Int128(unit) / 1_000_000_000)
            total = total.saturatingAdd(whole.saturatingMultiply(unit)).saturatingAdd(part)
            previous = unit
        } while !isAtEnd
        return total
    }

    /// Moves past a unit of time, and returns its nanoseconds.
    private mutating func unit() -> Int64? {
        for (name, nanoseconds) in Self.units where skip(name) { return nanoseconds }
        return nil
    }

    /// `ms` stands before `m`, which it begins with.
    private static let units: [(StaticString, Int64)] = [
        ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("ms", 1_000_000), ("m", 60_000_000_000),
        ("s", 1_000_000_000), ("us", 1_000), ("\u{B5}s", 1_000), ("\u{3BC}s", 1_000), ("ns", 1),
    ]

    /// Moves past one or more digits after a decimal point, and returns the fraction in billionths, rounded down.
    fileprivate mutating func billionths() -> Int64? {
        guard let first = digit() else { return nil }
        var weight: Int64 = 100_000_000
        var sum = first * weight
        while let next = digit() {
            weight /= 10
            sum += next * weight
        }
        return sum
    }
}

/// The instants of RFC 3339: `2026-01-31T09:30:00.5+01:00`.
private enum RFC3339 {
    /// Reads an instant that takes up the whole rest of `scanner`, as the time since 1970.
    static func instant(_ scanner: inout ASCIIScanner) -> (seconds: Int64, nanoseconds: Int64)? {
        guard let year = scanner.number(ofDigits: 4), scanner.skip("-"),
            let month = scanner.number(ofDigits: 2), scanner.skip("-"),
            let day = scanner.number(ofDigits: 2), scanner.skip(ignoringCase: "t") || scanner.skip(" "),
            let date = CivilDate(year: year, month: month, day: day),
            let hour = scanner.number(ofDigits: 2), hour < 24, scanner.skip(":"),
            let minute = scanner.number(ofDigits: 2), minute < 60, scanner.skip(":"),
            let second = scanner.number(ofDigits: 2), second <= 60,
            let nanoseconds = scanner.skip(".") ? scanner.billionths() : 0,
            let offset = offset(&scanner), scanner.isAtEnd
        else { return nil }
        let time = (hour * 60 + minute - offset) * 60 + second
        return (Int64(date.daysSince1970 * 86_400 + time), nanoseconds)
    }

    /// Moves past a `Z` or an offset such as `+01:00`, and returns its minutes.
    private static func offset(_ scanner: inout ASCIIScanner) -> Int? {
        if scanner.skip(ignoringCase: "z") { return 0 }
        let sign = scanner.skip("+") ? 1 : -1
        guard sign == 1 || scanner.skip("-"), let hours = scanner.number(ofDigits: 2), hours < 24, scanner.skip(":"),
            let minutes = scanner.number(ofDigits: 2), minutes < 60
        else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
