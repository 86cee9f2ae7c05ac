import RetryCore
import Testing

/// A text and the duration that it means or comes from.
private struct TextCase: Sendable, CustomTestStringConvertible {
    let text: String
    let duration: Duration

    init(_ text: String, _ duration: Duration = .zero) {
        (self.text, self.duration) = (text, duration)
    }

    var testDescription: String { text.debugDescription }
}

/// 10^18 attoseconds make a second.
private let second: Int128 = 1_000_000_000_000_000_000

@Suite("The text of a duration", .timeLimit(.minutes(20)))
struct DurationTextTests {
    @Test(
        "is read exactly",
        arguments: [
            TextCase("1.5s", .milliseconds(1500)), TextCase("200ms", .milliseconds(200)), TextCase("2m", .seconds(120)),
            TextCase("1h", .seconds(3600)), TextCase("10us", .microseconds(10)), TextCase("5ns", .nanoseconds(5)),
            TextCase("10\u{B5}s", .microseconds(10)), TextCase("10\u{3BC}s", .microseconds(10)),
            TextCase("6m0s", .seconds(360)), TextCase("1h30m", .seconds(5400)), TextCase("1h0m0s", .seconds(3600)),
            TextCase("1h1s", .seconds(3601)), TextCase("1h2m3s4ms5us6ns", .nanoseconds(3_723_004_005_006)),
            TextCase("1m0.5s", .milliseconds(60_500)), TextCase("90m", .seconds(5400)), TextCase("90s", .seconds(90)),
            TextCase("100m100s", .seconds(6100)), TextCase("2000ms", .seconds(2)),
            // A number alone counts seconds.
            TextCase("3", .seconds(3)), TextCase("0.25", .milliseconds(250)), TextCase("0", .zero),
            TextCase("0.0", .zero),
            TextCase("007", .seconds(7)), TextCase("0s", .zero), TextCase("0h0m0s", .zero),
            // No `Double` on the way.
            TextCase("0.1s", .milliseconds(100)), TextCase("0.3", .milliseconds(300)), TextCase("0.1h", .seconds(360)),
            TextCase("0.1m", .seconds(6)), TextCase("9007199254740993s", .seconds(9_007_199_254_740_993 as Int64)),
            TextCase("9007199254.740993001s", .nanoseconds(9_007_199_254_740_993_001 as Int64)),
            // Down to the attosecond, and zeros past it.
            TextCase("0.000000000000000001s", Duration(attoseconds: 1)),
            TextCase("0.000000001ns", Duration(attoseconds: 1)),
            TextCase("0.0000000000000000000025h", Duration(attoseconds: 9)),
            TextCase("0.00000000000000000005m", Duration(attoseconds: 3)),
            TextCase("1.50000000000000000000000000000000000000000000s", .milliseconds(1500)),
            TextCase("9223372036854775807s", .seconds(Int64.max)),
            TextCase("9223372036854775807.999999999999999999s", Duration(attoseconds: (second << 63) - 1)),
            TextCase("2562047788015215h30m7.999999999999999999s", Duration(attoseconds: (second << 63) - 1)),
        ])
    fileprivate func reads(_ it: TextCase) {
        #expect(Duration(text: it.text) == it.duration)
        #expect(Duration(text: Substring(it.text)) == it.duration)
    }

    @Test(
        "is refused if it is anything else",
        arguments: [
            "", " ", "s", "ms", ".", ".5", ".5s", "5.", "5.s", "1.s", "1..5s", "1.2.3s", "1,5s", "1_000s",
            "-1", "-1s", "-0", "+1s", "+1", "\u{2212}1s", "1e3", "1e3s", "1E3s", "0x10", "0x10s", "nan", "NaN", "inf",
            "infs",
            " 1s", "1s ", "1 s", "1h 30m", "1s\n", "1s\0", "\t1s",
            "1S", "1MS", "1H", "1M", "1Ms", "1mS", "1d", "1w", "1y", "1sec", "1 second", "1min", "1hr", "1as", "1ps",
            "30m1h", "1s1m", "1s1s", "1m1m", "1ms1s", "1ns1us", "1us1\u{B5}s", "1h30", "1h30m15", "1m3.5",
            "1.5h30m", "1.0m1s", "0.5s1ms", "1h-30m", "1h+30m", "1hm", "h1",
            "\u{661}s", "\u{FF11}s", "1\u{FF53}", "1\u{301}s", "1s\u{301}", "1\u{B5}", "\u{B5}s", "1\u{C2}s",
            "\u{221E}",
            "one second", "true", "null", "PT1S", "1:30",
        ].map { TextCase($0) })
    fileprivate func garbage(_ it: TextCase) {
        #expect(Duration(text: it.text) == nil)
    }

    @Test(
        "is refused if a duration can't hold it",
        arguments: [
            "9223372036854775808s", "9223372036854775808", "9223372036854775807.9999999999999999999s",
            "2562047788015215h30m8s", "2562047788015216h", "153722867280912931m", "9223372036854775808000ms",
            "9223372036854775808000000us", "9223372036854775808000000000ns", "9223372036854775807s1000ms",
            "170141183460469231731s", "170141183460469231731687303715884105727s",
            "170141183460469231731687303715884105728ns", "340282366920938463463374607431768211456ns",
            "99999999999999999999999999999999999999999999h",
            // These would be zero in 128 bits that wrap around.
            "1298074214633706907132624082305024s", "664613997892457936451903530140172288ns",
            "170141183460469231731.9s", "9223372036854775807s170141183460469231731000ms",
            // Fractions of an attosecond.
            "0.0000000000000000001s", "0.0000000001ns", "1.0000000000000000001s", "0.00000000000000000000000000001s",
            "0.0000000000000000000001h", "0.0000000000000000000005h", "0.00000000000000000001m",
            "0.00000000000000000000025h1s",
        ])
    func overflow(_ text: String) {
        #expect(Duration(text: text) == nil)
    }

    @Test("of 64 kB is read to its end, or as far as it makes sense")
    func long() {
        let zeros = String(repeating: "0", count: 1 << 16)
        #expect(Duration(text: zeros + "1.5" + zeros + "s") == .milliseconds(1500))
        #expect(Duration(text: "1." + zeros + "1s") == nil)
        #expect(Duration(text: String(repeating: "7", count: 1 << 16)) == nil)
        #expect(Duration(text: String(repeating: "1s", count: 1 << 15)) == nil)
    }

    @Test(
        "is written as people write it",
        arguments: [
            TextCase("0s", .zero), TextCase("1s", .seconds(1)), TextCase("1.5s", .milliseconds(1500)),
            TextCase("100ms", .milliseconds(100)), TextCase("200ms", .milliseconds(200)),
            TextCase("999ms", .milliseconds(999)),
            TextCase("1ms", .milliseconds(1)), TextCase("1us", .microseconds(1)), TextCase("1ns", .nanoseconds(1)),
            TextCase("1.5ms", .microseconds(1500)), TextCase("250us", .microseconds(250)),
            TextCase("5ns", .nanoseconds(5)),
            TextCase("1.001us", .nanoseconds(1001)), TextCase("999.999999ms", .nanoseconds(999_999_999)),
            TextCase("59.999999999s", .nanoseconds(59_999_999_999)), TextCase("1m", .seconds(60)),
            TextCase("2m", .seconds(120)),
            TextCase("1m30s", .seconds(90)), TextCase("59m59s", .seconds(3599)), TextCase("1h", .seconds(3600)),
            TextCase("1h30m", .seconds(5400)), TextCase("1h1s", .seconds(3601)),
            TextCase("1h1m0.001s", .milliseconds(3_660_001)),
            TextCase("36h", .seconds(129_600)), TextCase("0.000000001ns", Duration(attoseconds: 1)),
            TextCase("1.000000000000000001s", Duration(attoseconds: second + 1)),
            TextCase("2562047788015215h30m7s", .seconds(Int64.max)),
            TextCase("2562047h47m16.854775807s", .nanoseconds(Int64.max)),
            // For messages only.
            TextCase("-1s", .seconds(-1)), TextCase("-1m30s", .seconds(-90)), TextCase("-200ms", .milliseconds(-200)),
            TextCase("-0.000000001ns", Duration(attoseconds: -1)),
            TextCase("-2562047788015215h30m8s", .seconds(Int64.min)),
            TextCase("47261439850130342h8m51.687303715884105727s", Duration(attoseconds: .max)),
            TextCase("-47261439850130342h8m51.687303715884105728s", Duration(attoseconds: .min)),
        ])
    fileprivate func writes(_ it: TextCase) {
        #expect(it.duration.text == it.text)
        let canBeRead = it.duration >= .zero && it.duration.attoseconds < second << 63
        #expect(Duration(text: it.text) == (canBeRead ? it.duration : nil))
    }

    @Test("reads back as the same duration, for 20,000 random ones of every size")
    func roundTrip() {
        var random = RetryRandomSource.seeded(5)
        for _ in 0..<20_000 {
            // Some with few digits, some that fill every decimal.
            let bits =
                Int128.random(in: 0..<(second << 63), using: &random) >> Int128.random(in: 0..<122, using: &random)
            let grain: Int128 =
                [1, 1000, 1_000_000_000, second / 100, second, 60 * second].randomElement(using: &random) ?? 1
            let duration = Duration(attoseconds: bits / grain * grain)
            #expect(Duration(text: duration.text) == duration, "\(duration.attoseconds) as, \(duration.text)")
            #expect(duration == .zero || Duration(text: Duration(attoseconds: -duration.attoseconds).text) == nil)
        }
    }

    @Test("is read as a number of attoseconds with the point moved, for 5,000 random ones in every unit")
    func decimalPoint() {
        var random = RetryRandomSource.seeded(6)
        let units = [("s", 18), ("ms", 15), ("us", 12), ("\u{B5}s", 12), ("ns", 9), ("", 18)]
        for _ in 0..<5_000 {
            let attoseconds =
                Int128.random(in: 0..<(second << 63), using: &random) >> Int128.random(in: 0..<122, using: &random)
            for (unit, power) in units {
                let digits = String(repeating: "0", count: 20) + String(attoseconds)
                let text = digits.dropLast(power) + "." + digits.suffix(power) + unit
                #expect(Duration(text: text) == Duration(attoseconds: attoseconds), "\(text)")
            }
        }
    }

    @Test("of a setting is in whole nanoseconds, and above zero if the duration is")
    func settingText() {
        #expect(Duration.milliseconds(1_500).settingText == "1.5s")
        #expect(Duration.zero.settingText == "0s")
        #expect(Duration(attoseconds: 1).settingText == "1ns")
        #expect(Duration(attoseconds: 1_500_000_001).settingText == "2ns")
        for long in [Duration.longest, .seconds(Int64.max)] { #expect(long.settingText == Duration.longest.text) }
        let lease = CircuitBreakerPolicy.default.halfOpen(lease: Duration(attoseconds: 1_000_000_000_000_000_001))
        #expect(throws: Never.self) { try JSON.decode(JSON.encode(lease), as: CircuitBreakerPolicy.self) }
    }

    @Test("never traps on 20,000 random ones, and what it reads it writes and reads again")
    func randomText() {
        var random = RetryRandomSource.seeded(7)
        let pieces = [
            "0", "1", "5", "9", "00", "999", ".", "h", "m", "s", "ms", "us", "\u{B5}s", "ns", "-", "e", " ", "\0",
            "\u{664}",
        ]
        var read = 0
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...8, using: &random)
            let text = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            guard let duration = Duration(text: text) else { continue }
            read += 1
            #expect(duration >= .zero)
            #expect(Duration(text: duration.text) == duration, "\(text.debugDescription)")
        }
        #expect(read > 1_000)
    }
}
