import RetryCore
import Testing

@Suite("Retry-After, whatever comes", .timeLimit(.minutes(20)))
struct RetryAfterPropertyTests {
    @Test("reads back 10,000 random dates in all three forms")
    func roundTrip() {
        var random = RetryRandomSource.seeded(1)
        for _ in 0..<10_000 {
            let date = WrittenDate.random(years: 1970...9999, using: &random)
            // From a second ago to just short of 50 years ago, so that two digits of a year mean this one.
            let wait = min(Int64.random(in: 0...1_577_000_000, using: &random), date.seconds)
            for text in [date.imfFixdate, date.rfc850, date.asctime] {
                #expect(
                    RetryAfter.hint(text, now: date.seconds - wait) == .after(.seconds(wait)),
                    "\(text), \(wait) s ahead")
            }
        }
    }

    @Test("asks for no wait for 10,000 random dates of the past")
    func past() {
        var random = RetryRandomSource.seeded(2)
        for _ in 0..<10_000 {
            let date = WrittenDate.random(years: 0...9998, using: &random)
            let now = max(date.seconds + Int64.random(in: 0...10_000_000, using: &random), 0)
            #expect(RetryAfter.hint(date.imfFixdate, now: now) == .after(.zero), "\(date.imfFixdate) at \(now)")
            #expect(RetryAfter.hint(date.asctime, now: now) == .after(.zero), "\(date.asctime) at \(now)")
        }
    }

    @Test("counts on by one day at every midnight from 1970 to 2101")
    func everyDay() {
        var date = WrittenDate(year: 1970, month: 1, day: 1)
        var seconds: Int64 = 0
        while date.year <= 2101 {
            let text = date.imfFixdate
            guard RetryAfter.hint(text, now: 0) == .after(.seconds(seconds)) else {
                Issue.record("\(text) is not \(seconds) s after 1970")
                return
            }
            (date, seconds) = (date.next, seconds + 86_400)
        }
    }

    @Test("resolves two digits of a year to within 50 years ahead, at 10,000 random times")
    func twoDigits() {
        var random = RetryRandomSource.seeded(3)
        for _ in 0..<10_000 {
            let now = WrittenDate.random(years: 2000...9000, using: &random)
            let date = WrittenDate.random(years: (now.year - 49)...(now.year + 49), using: &random)
            let wait = max(date.seconds - now.seconds, 0)
            #expect(
                RetryAfter.hint(date.rfc850, now: now.seconds) == .after(.seconds(wait)),
                "\(date.rfc850), meaning \(date.year), at \(now.imfFixdate)")
        }
    }

    @Test("takes two digits of a year for 50 years ahead, and for the past a second later, at the ends of months")
    func fiftyYears() {
        for year in 1970...2400 {
            for month in [1, 2, 12] {
                for day in [1, WrittenDate.length(ofMonth: month, year: year + 50)] {
                    // On a 29th of February that this year lacks, the 28th is the last of the month.
                    let now = WrittenDate(
                        year: year, month: month, day: min(day, WrittenDate.length(ofMonth: month, year: year)),
                        hour: 12)
                    var date = WrittenDate(year: year + 50, month: month, day: now.day, hour: 12)
                    let wait = Duration.seconds(date.seconds - now.seconds)
                    #expect(RetryAfter.hint(date.rfc850, now: now.seconds) == .after(wait), "\(date) at \(now)")
                    date.second = 1
                    #expect(RetryAfter.hint(date.rfc850, now: now.seconds) == .after(.zero), "\(date) at \(now)")
                }
            }
        }
    }

    @Test("takes a date with one changed byte only if that is a date too")
    func oneByte() {
        let date = WrittenDate(year: 2024, month: 2, day: 9, hour: 18, minute: 49, second: 37)
        let now = date.seconds - 100_000_000
        let reader = SecondReader()
        for text in [date.imfFixdate, date.rfc850, date.asctime] {
            let bytes = Array(text.utf8)
            for index in bytes.indices {
                for byte in UInt8.min...UInt8.max {
                    var changed = bytes
                    changed[index] = byte
                    let seconds = reader.seconds(changed, now: now)
                    let expected = seconds.map { RetryHint.after(min(.seconds(max($0 - now, 0)), .longest)) }
                    #expect(
                        RetryAfter.hint(changed, now: now) == expected,
                        "\(String(decoding: changed, as: UTF8.self).debugDescription)")
                }
            }
        }
    }

    @Test("never traps on random bytes, and answers alike for text and for bytes in pieces")
    func randomBytes() {
        var random = RetryRandomSource.seeded(4)
        let seeds = Self.seeds.map { Array($0.utf8) }
        for round in 0..<20_000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 0...6, using: &random) { Self.change(&bytes, using: &random) }
            let now = Bool.random(using: &random) ? Int64(bitPattern: random.next()) : HeaderCase.example
            let hint = RetryAfter.hint(bytes, now: now)
            #expect(RetryAfter.hint(bytes.lazy.map { $0 }, now: now) == hint)
            let text = String(decoding: bytes, as: UTF8.self)
            if Array(text.utf8) == bytes { #expect(RetryAfter.hint(text, now: now) == hint) }
            for hint in [hint, RetryAfter.hint(milliseconds: text), RetryAfter.hint(grpcPushback: text)] {
                if case .after(let delay)? = hint { #expect(delay >= .zero && delay <= .longest) }
            }
        }
    }

    private static let seeds = [
        "", "5", "120", "9223372036854775807", "1500.25", "-1", "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "\u{FF11}\u{664}",
    ]

    /// Replaces, inserts, removes or doubles something.
    private static func change(_ bytes: inout [UInt8], using random: inout RetryRandomSource) {
        let index = Int.random(in: 0...bytes.count, using: &random)
        let byte = UInt8.random(in: Bool.random(using: &random) ? 0x20...0x7A : 0...0xFF, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0 where index < bytes.count: bytes[index] = byte
        case 1 where index < bytes.count: bytes.remove(at: index)
        case 2: bytes += bytes.prefix(index)
        default: bytes.insert(byte, at: index)
        }
    }
}
