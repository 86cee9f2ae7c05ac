/// Durations as they are written in configuration files and messages: `1.5s`, `200ms`, `1h30m`.
extension Duration {
    /// Reads a duration from the whole of `text`, exactly, or returns `nil`.
    ///
    /// The text is one or more parts, each a number and a unit, the units falling: `"1.5s"`, `"200ms"`, `"1h30m"`,
    /// `"6m0s"`; or a number alone, which counts seconds: `"3"`, `"0.25"`. Units are `h`, `m`, `s`, `ms`, `us` (or `µs`)
    /// and `ns`, in lower case. A number is ASCII digits, in the last part with a fraction if there is a digit on both
    /// sides of its point. There are no signs, exponents or spaces.
    ///
    /// The arithmetic is decimal and exact: `"0.1s"` is 100 ms and not the nearest `Double`. A value that a duration
    /// can't hold is refused, neither rounded nor clamped: a fraction of an attosecond, and 2⁶³ seconds or more, which
    /// a `Duration` can be but can't be taken apart into `components` again.
    package init?(text: some StringProtocol) {
        guard let attoseconds = ASCIIScanner.scan(text.utf8, { $0.attoseconds() }) else { return nil }
        self.init(attoseconds: attoseconds)
    }

    /// The canonical text of the duration: `"1.5s"`, `"200ms"`, `"1h30m"`.
    ///
    /// From one second on these are hours, minutes and seconds; below it, one unit from `ms` down to `ns`. Parts and
    /// decimals that are zero are left out, so every duration has one text, and reading that text gives exactly this
    /// duration. A negative duration has a minus sign in front (`"-1m30s"`), for messages: it can't be read back.
    package var text: String {
        (self < .zero ? "-" : "") + Self.text(attoseconds: attoseconds.magnitude)
    }

    /// The duration as a setting is written: in whole nanoseconds, rounded up, at most ``longest``.
    ///
    /// Settings are read as whole nanoseconds, and a value above zero must not become zero.
    package var settingText: String {
        let nanoseconds = saturatedNanoseconds
        return Duration.nanoseconds(self > .nanoseconds(nanoseconds) ? nanoseconds.saturatingAdd(1) : nanoseconds).text
    }

    /// The number of seconds in decimals, for programs: `"0.25"`, without an exponent.
    package var secondsText: String {
        (self < .zero ? "-" : "") + Self.decimal(attoseconds.magnitude, power: 18)
    }

    private static func text(attoseconds amount: UInt128) -> String {
        switch amount {
        case 0: return "0s"
        case ..<1_000_000_000_000: return decimal(amount, power: 9) + "ns"
        case ..<1_000_000_000_000_000: return decimal(amount, power: 12) + "us"
        case ..<1_000_000_000_000_000_000: return decimal(amount, power: 15) + "ms"
        default: break
        }
        let (minutes, rest) = amount.quotientAndRemainder(dividingBy: 60_000_000_000_000_000_000)
        let hours = minutes >= 60 ? "\(minutes / 60)h" : ""
        let minutesOfHour = minutes % 60 > 0 ? "\(minutes % 60)m" : ""
        let seconds = rest > 0 ? decimal(rest, power: 18) + "s" : ""
        return hours + minutesOfHour + seconds
    }

    /// Prints `amount` / 10^`power` with as many decimals as it has.
    private static func decimal(_ amount: UInt128, power: Int) -> String {
        let digits = String(amount)
        let padded = String(repeating: "0", count: max(power + 1 - digits.count, 0)) + digits
        let fraction = padded.suffix(power)
        guard let last = fraction.lastIndex(where: { $0 != "0" }) else { return String(padded.dropLast(power)) }
        return padded.dropLast(power) + "." + fraction[...last]
    }
}

/// A unit of time, as `factor` · 10^`power` attoseconds.
private struct TimeUnit {
    let name: StaticString
    let factor: Int128
    let power: Int

    var attoseconds: Int128 { factor * powerOfTen(power) }

    static let second = TimeUnit(name: "s", factor: 1, power: 18)

    /// Every name of a unit; `ms` comes before `m`, its prefix.
    static let all = [
        TimeUnit(name: "h", factor: 36, power: 20),
        TimeUnit(name: "ms", factor: 1, power: 15),
        TimeUnit(name: "m", factor: 6, power: 19),
        second,
        TimeUnit(name: "us", factor: 1, power: 12),
        TimeUnit(name: "\u{B5}s", factor: 1, power: 12),  // the micro sign
        TimeUnit(name: "\u{3BC}s", factor: 1, power: 12),  // the Greek letter that looks like it
        TimeUnit(name: "ns", factor: 1, power: 9),
    ]
}

/// A decimal number: `whole` + `fraction` / 10^`digits`.
private struct DecimalNumber {
    var whole: Int128 = 0
    var fraction: Int128 = 0
    var digits = 0

    /// The maximum number of decimals for which any unit can give a whole number of attoseconds: 36 · 10²⁰ of them
    /// make an hour, and 36 can be halved twice.
    static let maximumDigits = 22

    /// The number of `unit`s in attoseconds, or `nil` if that is not a whole number or does not fit.
    func attoseconds(_ unit: TimeUnit) -> Int128? {
        let (wholePart, overflow) = whole.multipliedReportingOverflow(by: unit.attoseconds)
        let scaled = fraction * unit.factor * powerOfTen(max(unit.power - digits, 0))
        let divisor = powerOfTen(max(digits - unit.power, 0))
        guard !overflow, scaled % divisor == 0 else { return nil }
        let (sum, overflowToo) = wholePart.addingReportingOverflow(scaled / divisor)
        return overflowToo ? nil : sum
    }
}

private func powerOfTen(_ power: Int) -> Int128 {
    (0..<power).reduce(1) { product, _ in product * 10 }
}

extension ASCIIScanner {
    /// Moves past a whole duration, and returns it, from zero to just below 2⁶³ seconds.
    fileprivate mutating func attoseconds() -> Int128? {
        var total: Int128 = 0
        var previous: TimeUnit?
        repeat {
            guard let number = decimal(), let unit = isAtEnd && previous == nil ? .second : unit(),
                unit.attoseconds < previous?.attoseconds ?? .max,
                number.digits == 0 || isAtEnd,
                let part = number.attoseconds(unit)
            else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(part)
            guard !overflow, sum < TimeUnit.second.attoseconds << 63 else { return nil }
            (total, previous) = (sum, unit)
        } while !isAtEnd
        return total
    }

    private mutating func unit() -> TimeUnit? {
        for unit in TimeUnit.all where skip(unit.name) { return unit }
        return nil
    }

    private mutating func decimal() -> DecimalNumber? {
        var number = DecimalNumber()
        guard let first = digit() else { return nil }
        number.whole = Int128(first)
        while let next = digit() {
            let (product, overflow) = number.whole.multipliedReportingOverflow(by: 10)
            guard !overflow, product < Int128.max - 9 else { return nil }
            number.whole = product + Int128(next)
        }
        return skip(".") ? fraction(of: number) : number
    }

    private mutating func fraction(of number: DecimalNumber) -> DecimalNumber? {
        guard let first = digit() else { return nil }
        var number = number
        (number.fraction, number.digits) = (Int128(first), 1)
        while let next = digit() {
            if number.digits < DecimalNumber.maximumDigits {
                number.fraction = number.fraction * 10 + Int128(next)
                number.digits += 1
            } else if next != 0 {
                return nil
            }
        }
        return number
    }
}
