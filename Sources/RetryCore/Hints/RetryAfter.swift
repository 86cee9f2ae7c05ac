/// Reads the value of one header by which a server says when to come back; ``RateLimitHeaders`` reads all of them.
///
/// Every parser is total: for any bytes it returns, in time linear in their number. A value without an unambiguous
/// meaning is no hint (`nil`), as if the header were absent, so that the backoff of the policy decides. A number too
/// large to hold is a long time, not an absent one: the longest hint is `Int64.max` nanoseconds, about 292 years.
///
/// ```swift
/// RetryAfter.hint("120")                                         // .after(.seconds(120))
/// RetryAfter.hint("Sun, 06 Nov 1994 08:49:37 GMT")               // .after(.zero): that was long ago
/// RetryAfter.hint("soon")                                        // nil
/// RetryAfter.hint(milliseconds: "1500")                          // .after(.milliseconds(1500))
/// ```
public enum RetryAfter: Sendable {
    /// Reads the value of a `Retry-After` header: a number of seconds, a date, or a common departure from both.
    ///
    /// | form | example | |
    /// |---|---|---|
    /// | a number of seconds | `120`, `1.5` | a fraction is rounded up to whole seconds |
    /// | a date in one of the three forms of RFC 9110 | `Sun, 06 Nov 1994 08:49:37 GMT` | names in any mixture of cases |
    /// | the number of an instant, from 10⁹ on | `1767225605` | in seconds since 1970; from 10¹² on in milliseconds, from 10¹⁵ on in microseconds, from 10¹⁸ on in nanoseconds |
    /// | a duration with units | `30s`, `1m30s`, `500ms` | |
    /// | an instant of RFC 3339 | `2026-01-31T09:30:00Z` | |
    ///
    /// The first two are the standard's, the others departures from it that have one meaning. There is no sign and no
    /// exponent. A time in the past asks for no wait. Spaces and tabs around the value are dropped. Two headers joined
    /// by a comma are no hint.
    ///
    /// A date is correct only if the two clocks agree. If the response has a `Date` header, pass its time as `now`:
    /// then the local clock plays no part. ``RateLimitHeaders`` does so.
    ///
    /// - Parameters:
    ///   - value: The value of the header, of any length.
    ///   - now: The time that a date is counted from, in seconds since 1970; a time outside the years 1970 to 9999 is
    ///     clamped to the nearer end. `nil` is the time of the system, which is read only if the value is a date.
    /// - Returns: `.after` with zero or more nanoseconds, or `nil` if the value is none of these.
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
    /// - Returns: `.after` with zero or more nanoseconds, or `nil` if the value is none of the forms for text.
    /// - Complexity: O(*n*) in the length of the value.
    public static func hint(_ bytes: some Collection<UInt8>, now: Int64? = nil) -> RetryHint? {
        ASCIIScanner.scan(bytes) { scanner in
            guard let time = HeaderTime(&scanner, now: now) else { return nil }
            return .after(.nanoseconds(time.isNumber ? time.roundedUp.nanoseconds : time.nanoseconds))
        }
    }

    /// Reads the value of a `retry-after-ms` header, or of another one with a number of milliseconds.
    ///
    /// The headers belong to no standard. The services that send them send an integer, and their clients read it as a
    /// decimal number, so a decimal fraction is taken too: `"1500"` and `"1500.25"`, with digits on both sides of the
    /// point. Signs, exponents and everything else are no hint. Digits past the nanosecond are dropped.
    ///
    /// - Parameter value: The value of the header, of any length.
    /// - Returns: `.after` with zero or more nanoseconds, or `nil` if the value is no such number.
    /// - Complexity: O(*n*) in the length of the value.
    public static func hint(milliseconds value: some StringProtocol) -> RetryHint? {
        ASCIIScanner.scan(value.utf8) { scanner in
            scanner.trim()
            guard let number = scanner.number(), scanner.isAtEnd else { return nil }
            return .after(.nanoseconds(number.nanoseconds(1_000_000)))
        }
    }

    /// Reads the value of a gRPC server's `grpc-retry-pushback-ms`: milliseconds to wait, or a request for no retry.
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
}
