/// The time that the value of a header asks for, in any unambiguous form.
///
/// | form | example |
/// |---|---|
/// | a number of seconds | `12`, `0.25` |
/// | the number of an instant, from 10⁹ on: seconds, milliseconds, microseconds or nanoseconds since 1970 | `1767225605.5` |
/// | a duration with units | `20ms`, `6m0s`, `1.5s` |
/// | an instant of RFC 3339 | `2026-01-31T09:30:00Z` |
/// | a date of HTTP | `Sun, 06 Nov 1994 08:49:37 GMT` |
///
/// A span of 10⁹ seconds is 31 years, and the instant of that number lies in 2001: no server means the former.
struct HeaderTime {
    /// The wait from now on, zero for an instant in the past; at most `Int64.max`.
    let nanoseconds: Int64
    /// A Boolean value that indicates whether the value is a number without a unit.
    let isNumber: Bool

    /// Reads the whole rest of `scanner`, or returns `nil` if it is none of these.
    ///
    /// - Parameters:
    ///   - scanner: The bytes of the value; spaces and tabs around it are dropped.
    ///   - now: The time that instants are counted from, in seconds since 1970, or `nil` for the time of the system,
    ///     which is read only if the value is an instant.
    init?(_ scanner: inout ASCIIScanner, now: Int64?) {
        scanner.trim()
        var copy = scanner
        if let number = copy.number(), copy.isAtEnd {
            self.init(nanoseconds: Self.wait(number, now: now), isNumber: true)
            return
        }
        copy = scanner
        if let nanoseconds = copy.sumOfUnits() {
            self.init(nanoseconds: nanoseconds, isNumber: false)
            return
        }
        copy = scanner
        if let instant = copy.rfc3339Instant() {
            self.init(nanoseconds: Self.left(until: instant, now: now), isNumber: false)
            return
        }
        let now = Self.seconds(now)
        guard let date = HTTPDate.seconds(&scanner, now: now) else { return nil }
        self.init(nanoseconds: max(date - now, 0).saturatingMultiply(1_000_000_000), isNumber: false)
    }

    private init(nanoseconds: Int64, isNumber: Bool) {
        (self.nanoseconds, self.isNumber) = (nanoseconds, isNumber)
    }

    /// The wait in whole seconds, rounded up: coming back within the last second would be too early.
    var roundedUp: HeaderTime {
        let rest = nanoseconds % 1_000_000_000
        let rounded = rest == 0 ? nanoseconds : nanoseconds.saturatingAdd(1_000_000_000 - rest)
        return HeaderTime(nanoseconds: rounded, isNumber: isNumber)
    }

    /// Returns the wait that a number without a unit denotes.
    private static func wait(_ number: DecimalText, now: Int64?) -> Int64 {
        switch number.whole {
        case ..<1_000_000_000: number.nanoseconds(1_000_000_000)
        case ..<1_000_000_000_000: left(until: number.instant(1_000_000_000), now: now)
        case ..<1_000_000_000_000_000: left(until: number.instant(1_000_000), now: now)
        case ..<1_000_000_000_000_000_000: left(until: number.instant(1_000), now: now)
        case .max: .max  // too large to hold: a long time
        default: left(until: number.instant(1), now: now)
        }
    }

    private static func left(until instant: Int128, now: Int64?) -> Int64 {
        max(0, Int64(clamping: instant - Int128(seconds(now)) * 1_000_000_000))
    }

    /// Returns the present in seconds since 1970; a time outside the years 1970 to 9999 is clamped to the nearer end.
    private static func seconds(_ now: Int64?) -> Int64 {
        min(max(now ?? SystemTime.calendarSeconds, 0), HTTPDate.last)
    }
}

/// A number without a sign: its whole part, at most `Int64.max`, and billionths of one.
struct DecimalText {
    let whole: Int64
    let billionths: Int64

    /// Returns the nanoseconds of so many units of `unit` nanoseconds each, rounded down; at most `Int64.max`.
    func nanoseconds(_ unit: Int64) -> Int64 { Int64(clamping: instant(unit)) }

    /// Returns the same, of any size.
    func instant(_ unit: Int64) -> Int128 {
        Int128(whole) * Int128(unit) + Int128(billionths) * Int128(unit) / 1_000_000_000
    }
}

extension ASCIIScanner {
    /// Moves past a number such as `12` or `0.25`; digits after the ninth of a fraction are dropped.
    mutating func number() -> DecimalText? {
        guard let whole = saturatingInteger(), let billionths = skip(".") ? billionths() : 0 else { return nil }
        return DecimalText(whole: whole, billionths: billionths)
    }

    /// Moves past one or more digits after a decimal point, and returns the fraction in billionths, rounded down.
    mutating func billionths() -> Int64? {
        guard let first = digit() else { return nil }
        var weight: Int64 = 100_000_000
        var sum = first * weight
        while let next = digit() {
            weight /= 10
            sum += next * weight
        }
        return sum
    }

    /// Moves past a whole duration such as `6m0s` or `1.5h`, and returns its nanoseconds, at most `Int64.max`.
    ///
    /// Unlike a duration of a configuration this one is a server's: a value that does not fit is a long time, and no
    /// error.
    fileprivate mutating func sumOfUnits() -> Int64? {
        var total: Int64 = 0
        var previous = Int64.max
        repeat {
            guard let number = number(), let unit = unit(), unit < previous else { return nil }
            total = total.saturatingAdd(number.nanoseconds(unit))
            previous = unit
        } while !isAtEnd
        return total
    }

    /// Moves past a unit of time, and returns its nanoseconds.
    private mutating func unit() -> Int64? {
        for (name, nanoseconds) in Self.units where skip(name) { return nanoseconds }
        return nil
    }

    /// The units; `ms` comes before `m`, its prefix.
    private static let units: [(StaticString, Int64)] = [
        ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("ms", 1_000_000), ("m", 60_000_000_000),
        ("s", 1_000_000_000), ("us", 1_000), ("\u{B5}s", 1_000), ("\u{3BC}s", 1_000), ("ns", 1),
    ]
}
