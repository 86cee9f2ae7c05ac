/// A date of HTTP as a test writes it, with a calendar of its own to compare the parser with.
struct WrittenDate: Sendable {
    var year: Int
    var month: Int
    var day: Int
    var hour = 0
    var minute = 0
    var second = 0

    static func random(years: ClosedRange<Int>, using random: inout some RandomNumberGenerator) -> WrittenDate {
        let year = Int.random(in: years, using: &random)
        let month = Int.random(in: 1...12, using: &random)
        return WrittenDate(
            year: year,
            month: month,
            day: Int.random(in: 1...length(ofMonth: month, year: year), using: &random),
            hour: Int.random(in: 0...23, using: &random),
            minute: Int.random(in: 0...59, using: &random),
            second: Int.random(in: 0...59, using: &random)
        )
    }

    static func length(ofMonth month: Int, year: Int) -> Int {
        let isLeap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    /// Days since 1970, by counting the Julian day: years begin in March, so that a leap day is the last of its year.
    var days: Int {
        let yearFromMarch = month < 3 ? year + 4799 : year + 4800
        let monthFromMarch = (month + 9) % 12
        let julianDay =
            day + (153 * monthFromMarch + 2) / 5 + 365 * yearFromMarch + yearFromMarch / 4 - yearFromMarch / 100
            + yearFromMarch / 400 - 32_045
        return julianDay - 2_440_588
    }

    var seconds: Int64 {
        Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    }

    var next: WrittenDate {
        var next = self
        next.day += 1
        if next.day > Self.length(ofMonth: month, year: year) { (next.day, next.month) = (1, month + 1) }
        if next.month > 12 { (next.month, next.year) = (1, year + 1) }
        return next
    }

    var imfFixdate: String {
        "\(weekday.prefix(3)), \(two(day)) \(monthName) \(four(year)) \(time) GMT"
    }

    var rfc850: String {
        "\(weekday), \(two(day))-\(monthName)-\(two(year % 100)) \(time) GMT"
    }

    var asctime: String {
        "\(weekday.prefix(3)) \(monthName) \(day < 10 ? " \(day)" : "\(day)") \(time) \(four(year))"
    }

    private var weekday: String {
        let names = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"]
        return names[((days % 7) + 7) % 7]
    }

    private var monthName: String {
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][month - 1]
    }

    private var time: String { "\(two(hour)):\(two(minute)):\(two(second))" }
    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    private func four(_ number: Int) -> String { String(String(10_000 + number).dropFirst()) }
}
