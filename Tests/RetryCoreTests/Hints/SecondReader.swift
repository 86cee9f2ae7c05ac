/// A second reading of the dates of HTTP, by regular expression, to compare the parser with.
struct SecondReader {
    private let imfFixdate =
        /(?:sun|mon|tue|wed|thu|fri|sat), ([0-9]{2}) ([a-z]{3}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) gmt/
    private let rfc850 =
        /(?:sun|mon|tues|wednes|thurs|fri|satur)day, ([0-9]{2})-([a-z]{3})-([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) gmt/
    private let asctime =
        /(?:sun|mon|tue|wed|thu|fri|sat) ([a-z]{3}) ( [0-9]|[0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([0-9]{4})/

    private typealias Fields = (
        day: Substring, month: Substring, year: Substring, hour: Substring, minute: Substring, second: Substring
    )

    /// The date in seconds since 1970, or `nil` if the bytes are no date.
    func seconds(_ bytes: [UInt8], now: Int64) -> Int64? {
        guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self).lowercased()
        if let match = text.wholeMatch(of: imfFixdate)?.output {
            return seconds((match.1, match.2, match.3, match.4, match.5, match.6))
        }
        if let match = text.wholeMatch(of: asctime)?.output {
            return seconds((match.2.suffix(match.2.first == " " ? 1 : 2), match.1, match.6, match.3, match.4, match.5))
        }
        if let match = text.wholeMatch(of: rfc850)?.output {
            // The latest year with these digits in which the date is there and not later than now and 50 years.
            let limit = now + 50 * 31_556_952
            let candidates = (18...30).reversed().lazy.compactMap { century in
                seconds((match.1, match.2, "\(century)\(match.3)", match.4, match.5, match.6))
            }
            return candidates.first { $0 <= limit }
        }
        return nil
    }

    private func seconds(_ fields: Fields) -> Int64? {
        let months: [Substring] = [
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ]
        guard let month = months.firstIndex(of: fields.month).map({ $0 + 1 }),
            let year = Int(fields.year), let day = Int(fields.day),
            let hour = Int(fields.hour), let minute = Int(fields.minute), let second = Int(fields.second),
            day >= 1, day <= WrittenDate.length(ofMonth: month, year: year), hour < 24, minute < 60, second <= 60
        else { return nil }
        return WrittenDate(year: year, month: month, day: day, hour: hour, minute: minute, second: second).seconds
    }
}
