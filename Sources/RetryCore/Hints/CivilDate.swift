/// A day of the Gregorian calendar, carried back to the year 0 and no further.
struct CivilDate {
    let year: Int
    let month: Int
    let day: Int

    /// Creates the day, or `nil` if the calendar has no such day.
    init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), day >= 1, day <= Self.length(ofMonth: month, in: year) else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// Creates the day that lies a number of days after the first of January 1970.
    init(daysSince1970 days: Int) {
        let days = days + Self.daysBefore(year: 1970)
        var year = days * 400 / Self.daysIn400Years
        while Self.daysBefore(year: year + 1) <= days { year += 1 }
        while Self.daysBefore(year: year) > days { year -= 1 }
        var day = days - Self.daysBefore(year: year) + 1
        var month = 1
        while day > Self.length(ofMonth: month, in: year) {
            day -= Self.length(ofMonth: month, in: year)
            month += 1
        }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// The days from the first of January 1970 to this day, negative before it.
    var daysSince1970: Int {
        let months = (1..<month).reduce(0) { $0 + Self.length(ofMonth: $1, in: year) }
        return Self.daysBefore(year: year) + months + day - 1 - Self.daysBefore(year: 1970)
    }

    private static let daysIn400Years = 146_097

    /// The days from the first of January of the year 0, which is a leap year, to the first of January of `year`.
    private static func daysBefore(year: Int) -> Int {
        year * 365 + (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400
    }

    private static func length(ofMonth month: Int, in year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
