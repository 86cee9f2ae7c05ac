/// The date formats of HTTP, in the three forms that a recipient has to accept (RFC 9110, section 5.6.7).
///
/// | form | example |
/// |---|---|
/// | IMF-fixdate | `Sun, 06 Nov 1994 08:49:37 GMT` |
/// | RFC 850 | `Sunday, 06-Nov-94 08:49:37 GMT` |
/// | asctime | `Sun Nov  6 08:49:37 1994` |
///
/// Names of days and months and the `GMT` are taken in any mixture of cases: the RFC writes them in one, but asks
/// recipients to be robust, no other reading is possible, and a refused date would mean coming back too early.
/// The name of the day must be one, and isn't compared with the date. A second 60 is a leap second, allowed in any
/// minute. Every other departure from the forms is refused, other time zones and single-digit days among them.
enum HTTPDate {
    /// The last second of the year 9999, the last one that HTTP can write.
    static let last: Int64 = 253_402_300_799

    /// Reads a date that takes up the whole rest of `scanner`.
    ///
    /// - Parameters:
    ///   - scanner: The bytes of the date.
    ///   - now: The time that a year of two digits is relative to, in seconds since 1970, from 0 to ``last``.
    /// - Returns: The date in seconds since 1970, or `nil` if the bytes are no date.
    static func seconds(_ scanner: inout ASCIIScanner, now: Int64) -> Int64? {
        let seconds: Int64? =
            if scanner.skipAny(of: longDays) != nil {
                rfc850(&scanner, now: now)
            } else if scanner.skipAny(of: shortDays) == nil {
                nil
            } else if scanner.skip(", ") {
                imfFixdate(&scanner)
            } else {
                asctime(&scanner)
            }
        return scanner.isAtEnd ? seconds : nil
    }

    /// Reads the value of a `Date` header: a date whose year has four digits, which needs no other clock to be read.
    static func secondsOfFullYear(_ value: String) -> Int64? {
        ASCIIScanner.scan(value.utf8) { scanner in
            scanner.trim()
            var copy = scanner
            if copy.skipAny(of: longDays) != nil { return nil }
            return seconds(&scanner, now: 0)
        }
    }

    private static func imfFixdate(_ scanner: inout ASCIIScanner) -> Int64? {
        guard let day = scanner.number(ofDigits: 2), scanner.skip(" "),
            let month = scanner.month(), scanner.skip(" "),
            let year = scanner.number(ofDigits: 4), scanner.skip(" "),
            let time = scanner.time(), scanner.skip(ignoringCase: " gmt"),
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        return seconds(date, time)
    }

    private static func rfc850(_ scanner: inout ASCIIScanner, now: Int64) -> Int64? {
        guard scanner.skip(", "), let day = scanner.number(ofDigits: 2), scanner.skip("-"),
            let month = scanner.month(), scanner.skip("-"),
            let lastDigits = scanner.number(ofDigits: 2), scanner.skip(" "),
            let time = scanner.time(), scanner.skip(ignoringCase: " gmt")
        else { return nil }
        let year = year(endingIn: lastDigits, month: month, day: day, time: time, now: now)
        guard let date = CivilDate(year: year, month: month, day: day) else { return nil }
        return seconds(date, time)
    }

    private static func asctime(_ scanner: inout ASCIIScanner) -> Int64? {
        guard scanner.skip(" "), let month = scanner.month(), scanner.skip(" "),
            let day = scanner.number(ofDigits: scanner.skip(" ") ? 1 : 2), scanner.skip(" "),
            let time = scanner.time(), scanner.skip(" "),
            let year = scanner.number(ofDigits: 4),
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        return seconds(date, time)
    }

    /// Returns the latest year with these last two digits that puts the moment at most 50 years after `now`.
    private static func year(endingIn lastDigits: Int, month: Int, day: Int, time: Int, now: Int64) -> Int {
        let today = CivilDate(daysSince1970: Int(now / secondsInDay))
        let horizon = today.year + 50
        let year = horizon - (horizon + 100 - lastDigits) % 100
        let isBeyond = year == horizon && (month, day, time) > (today.month, today.day, Int(now % secondsInDay))
        return isBeyond ? year - 100 : year
    }

    private static func seconds(_ date: CivilDate, _ time: Int) -> Int64 {
        Int64(date.daysSince1970) * secondsInDay + Int64(time)
    }

    private static let secondsInDay: Int64 = 86_400
    private static let shortDays: [StaticString] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
    private static let longDays: [StaticString] = [
        "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
    ]
    fileprivate static let months: [StaticString] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
}

extension ASCIIScanner {
    /// Moves past the first of `names` that comes next in any mixture of cases, and returns its place in the list.
    fileprivate mutating func skipAny(of names: [StaticString]) -> Int? {
        for (index, name) in names.enumerated() where skip(ignoringCase: name) { return index }
        return nil
    }

    /// Moves past the name of a month, and returns its number from 1 to 12.
    fileprivate mutating func month() -> Int? {
        skipAny(of: HTTPDate.months).map { $0 + 1 }
    }

    /// Moves past `hh:mm:ss`, and returns the seconds since midnight.
    fileprivate mutating func time() -> Int? {
        guard let hour = number(ofDigits: 2), hour < 24, skip(":"),
            let minute = number(ofDigits: 2), minute < 60, skip(":"),
            let second = number(ofDigits: 2), second <= 60
        else { return nil }
        return (hour * 60 + minute) * 60 + second
    }
}
