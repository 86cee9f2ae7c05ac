#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Reads the headers by which a server says when to come back.
///
/// Every parser is total: whatever the bytes are, it returns, in time that grows with their number alone. A value that
/// isn't what the header's grammar allows is no hint (`nil`), as if the header were absent, so that the backoff of the
/// policy decides. A number too large to hold is a long time, not an absent one: the longest hint is
/// `Int64.max` nanoseconds, about 292 years.
///
/// ```swift
/// RetryAfter.hint("120")                                         // .after(.seconds(120))
/// RetryAfter.hint("Sun, 06 Nov 1994 08:49:37 GMT")               // .after(.zero): that was long ago
/// RetryAfter.hint("soon")                                        // nil
/// RetryAfter.hint(milliseconds: "1500")                          // .after(.milliseconds(1500))
/// RetryAfter.hint { name in response.headers[name] }             // the finer of the two
/// ```
public enum RetryAfter: Sendable {
    /// Reads the value of a `Retry-After` header: a number of seconds, or a date.
    ///
    /// A number is one or more of the digits 0 to 9 and nothing else: no sign, no fraction, no exponent. A date is in
    /// one of the three forms of RFC 9110, with names in any mixture of cases; a date in the past asks for no wait.
    /// Spaces and tabs around the value are dropped. Two headers joined by a comma are no hint.
    ///
    /// A date is only as good as the agreement of the two clocks. Where the response has a `Date` header, its time
    /// passed as `now` takes the local clock out of the answer.
    ///
    /// - Parameters:
    ///   - value: The value of the header, of any length.
    ///   - now: The time that a date is counted from, in seconds since 1970; what lies outside the years 1970 to 9999 is
    ///     read as the nearer end. `nil` is the time of the system, which is read only if the value is a date.
    /// - Returns: `.after` with zero or more whole seconds, or `nil` if the value is neither a number nor a date.
    /// - Complexity: O(*n*) in the length of the value.
    public static func hint(_ value: some StringProtocol, now: Int64? = nil) -> RetryHint? {
        hint(value.utf8, now: now)
    }

    /// Reads the value of a `Retry-After` header from its bytes, which needn't be valid UTF-8.
    ///
    /// This is the same parser as for text, for libraries that hand out headers as bytes.
    ///
    /// - Parameters:
    ///   - bytes: The value of the header, of any length.
    ///   - now: The time that a date is counted from, in seconds since 1970, or `nil` for the time of the system.
    /// - Returns: `.after` with zero or more whole seconds, or `nil` if the value is neither a number nor a date.
    /// - Complexity: O(*n*) in the length of the value.
    public static func hint(_ bytes: some Collection<UInt8>, now: Int64? = nil) -> RetryHint? {
        ASCIIScanner.scan(bytes) { scanner in
            scanner.trim()
            if let seconds = scanner.saturatingInteger() {
                return scanner.isAtEnd ? after(nanoseconds: seconds.saturatingMultiply(1_000_000_000)) : nil
            }
            let now = min(max(now ?? Int64(time(nil)), 0), HTTPDate.last)
            guard let date = HTTPDate.seconds(&scanner, now: now) else { return nil }
            return after(nanoseconds: max(date - now, 0).saturatingMultiply(1_000_000_000))
        }
    }

    /// Reads the value of a `retry-after-ms` header: a number of milliseconds.
    ///
    /// The header belongs to no standard. The services that send it send an integer, and their clients read it as a
    /// decimal number, so a decimal fraction is taken too: `"1500"` and `"1500.25"`, with digits on both sides of the
    /// point. Signs, exponents and everything else are no hint. Digits past the nanosecond are dropped.
    ///
    /// - Parameter value: The value of the header, of any length.
    /// - Returns: `.after` with zero or more nanoseconds, or `nil` if the value is no such number.
    /// - Complexity: O(*n*) in the length of the value.
    public static func hint(milliseconds value: some StringProtocol) -> RetryHint? {
        ASCIIScanner.scan(value.utf8) { scanner in
            scanner.trim()
            guard let whole = scanner.saturatingInteger() else { return nil }
            let fraction = scanner.skip(".") ? scanner.fractionOfMillion() : 0
            guard let fraction, scanner.isAtEnd else { return nil }
            return after(nanoseconds: whole.saturatingMultiply(1_000_000).saturatingAdd(fraction))
        }
    }

    /// Reads the value of a gRPC server's `grpc-retry-pushback-ms`: milliseconds to wait, or a wish for no retry.
    ///
    /// As gRPC defines it (proposal A6), the value is a signed integer of 32 bits, and one that is negative or can't be
    /// read is the server asking for no retry at all. So this is the one header whose garbage means ``RetryHint/never``:
    /// signs, fractions, numbers above 2 147 483 647 and an empty value among it. Leading zeros are read.
    ///
    /// - Parameter value: The value of the metadata key, or `nil` if the response has none.
    /// - Returns: `.after`, `.never`, or `nil` if there is no value.
    /// - Complexity: O(*n*) in the length of the value.
    public static func hint(grpcPushback value: String?) -> RetryHint? {
        guard let value else { return nil }
        return ASCIIScanner.scan(value.utf8) { scanner in
            scanner.trim()
            guard let milliseconds = scanner.saturatingInteger(), scanner.isAtEnd, milliseconds <= Int32.max else {
                return .never
            }
            return .after(.milliseconds(milliseconds))
        }
    }

    /// Looks in the headers of a response for a hint: in `retry-after-ms` first, which is finer, then in `retry-after`.
    ///
    /// A `retry-after-ms` that can't be read counts as absent. The names are asked for in lower case; the look-up should
    /// not depend on case, as names of headers don't.
    ///
    /// ```swift
    /// let hint = RetryAfter.hint { response.value(forHTTPHeaderField: $0) }
    /// ```
    ///
    /// - Parameters:
    ///   - now: The time that a date is counted from, in seconds since 1970, or `nil` for the time of the system.
    ///   - headers: Returns the value of the header of the given name, or `nil` if the response has none.
    /// - Returns: The hint, or `nil` if neither header holds one.
    public static func hint(now: Int64? = nil, headers: (String) -> String?) -> RetryHint? {
        if let value = headers("retry-after-ms"), let hint = hint(milliseconds: value) { return hint }
        return headers("retry-after").flatMap { hint($0, now: now) }
    }

    private static func after(nanoseconds: Int64) -> RetryHint {
        .after(.nanoseconds(nanoseconds))
    }
}

extension ASCIIScanner {
    /// Moves past one or more digits after a decimal point, and returns the fraction in millionths, rounded down.
    fileprivate mutating func fractionOfMillion() -> Int64? {
        guard let first = digit() else { return nil }
        var weight: Int64 = 100_000
        var millionths = first * weight
        while let next = digit() {
            weight /= 10
            millionths += next * weight
        }
        return millionths
    }
}
