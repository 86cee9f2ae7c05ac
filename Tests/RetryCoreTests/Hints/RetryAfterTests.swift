import RetryCore
import Testing

@Suite("Retry-After", .timeLimit(.minutes(20)))
struct RetryAfterTests {
    private static let example = HeaderCase.example

    /// The hostile values and what was decided about each.
    static let decisions: [HeaderCase] = [
        // Nothing there.
        HeaderCase("", nil), HeaderCase(" ", nil), HeaderCase("\t", nil), HeaderCase(" \t ", nil),
        // Digits are seconds; spaces and tabs around a value are no part of it; leading zeros are digits.
        HeaderCase("0", .seconds(0)), HeaderCase("5", .seconds(5)), HeaderCase("120", .seconds(120)),
        HeaderCase("\t5", .seconds(5)), HeaderCase("5 ", .seconds(5)), HeaderCase(" \t 5\t \t", .seconds(5)),
        HeaderCase("05", .seconds(5)), HeaderCase("0000000000000000000000000000000000000005", .seconds(5)),
        // A sign, an exponent, a base or a separator is not a digit.
        HeaderCase("-1", nil), HeaderCase("-0", nil), HeaderCase("+5", nil), HeaderCase("- 5", nil),
        HeaderCase("1e3", nil), HeaderCase("0x10", nil), HeaderCase("5 s", nil),
        // A fraction is rounded up to whole seconds.
        HeaderCase("1.5", .seconds(2)), HeaderCase("0.2", .seconds(1)), HeaderCase("2.0", .seconds(2)),
        HeaderCase("0.000000001", .seconds(1)), HeaderCase("0.0", .zero), HeaderCase("1.", nil), HeaderCase(".5", nil),
        HeaderCase("-1.5", nil), HeaderCase("1.5.1", nil), HeaderCase("1,5", nil),
        HeaderCase("9223372036854775807.5", .longest),
        // What vendors send in place of a number of seconds and has one meaning.
        HeaderCase("5s", .seconds(5)), HeaderCase("500ms", .milliseconds(500)), HeaderCase("1m30s", .seconds(90)),
        HeaderCase("1994-11-06T08:49:39Z", .seconds(2)), HeaderCase("1994-11-06T08:50Z", .seconds(23)),
        HeaderCase("1994-11-06T08:49:37Z", .zero), HeaderCase("1994-11-06", nil), HeaderCase("1 2", nil),
        HeaderCase("1_000", nil), HeaderCase("1'000", nil),
        HeaderCase("\"5\"", nil), HeaderCase("(5)", nil), HeaderCase("5;q=1", nil),
        // Two headers, joined by their reader.
        HeaderCase("5,6", nil), HeaderCase("5, 6", nil), HeaderCase("5, 5", nil),
        HeaderCase("120, Sun, 06 Nov 1994 08:49:37 GMT", nil),
        HeaderCase("Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT", nil),
        // Words.
        HeaderCase("NaN", nil), HeaderCase("nan", nil), HeaderCase("inf", nil), HeaderCase("null", nil),
        HeaderCase("soon", nil),
        // From 10^9 on, 31 years, a number is an instant: in seconds, milliseconds, microseconds or nanoseconds.
        HeaderCase("999999999", .seconds(999_999_999)), HeaderCase("1000000000", .seconds(1_000_000_000 - example)),
        HeaderCase("2147483648", .seconds(2_147_483_648 - example)),
        HeaderCase("4294967296", .seconds(4_294_967_296 - example)),
        HeaderCase("784111776", .seconds(784_111_776)),
        HeaderCase("1767225605", .seconds(5), now: 1_767_225_600), HeaderCase("1767225595", .zero, now: 1_767_225_600),
        HeaderCase("1767225605.5", .seconds(6), now: 1_767_225_600),
        HeaderCase("1767225605500", .seconds(6), now: 1_767_225_600),
        HeaderCase("1767225605000000", .seconds(5), now: 1_767_225_600),
        HeaderCase("1767225605000000001", .seconds(6), now: 1_767_225_600),
        // Too large to hold is long.
        HeaderCase("9007199254740993", .seconds(9_007_199_254 - example + 1)),
        HeaderCase("9223372036854775807", .longest),
        HeaderCase("9223372036854775808", .longest), HeaderCase("18446744073709551616", .longest),
        HeaderCase("1234567890123456789012345678901234567890", .longest),
        HeaderCase(String(repeating: "7", count: 1 << 20), .longest, name: "1 MB of digits"),
        HeaderCase(String(repeating: "0", count: 1 << 16), .seconds(0), name: "64 kB of zeros"),
        HeaderCase(String(repeating: " ", count: 1 << 16), nil, name: "64 kB of spaces"),
        // Digits, signs and spaces of other scripts.
        HeaderCase("\u{664}\u{662}", nil), HeaderCase("\u{FF11}\u{FF12}", nil), HeaderCase("\u{2212}5", nil),
        HeaderCase("5\u{301}", nil), HeaderCase("5\u{A0}", nil), HeaderCase("\u{2003}5", nil),
        HeaderCase("\u{FEFF}5", nil), HeaderCase("\u{1F422}", nil),
        // Control characters.
        HeaderCase("\0", nil), HeaderCase("5\0", nil), HeaderCase("\u{0}5", nil), HeaderCase("5\u{B}", nil),
        HeaderCase("5\r\n", nil), HeaderCase("\r\n5", nil), HeaderCase("5\n", nil), HeaderCase("5\r\nX: y", nil),
        // Dates: the three forms, here two seconds ahead; then what is decided about their details.
        HeaderCase("Sun, 06 Nov 1994 08:49:39 GMT", .seconds(2)),
        HeaderCase("Sunday, 06-Nov-94 08:49:39 GMT", .seconds(2)),
        HeaderCase("Sun Nov  6 08:49:39 1994", .seconds(2)),
        HeaderCase("Sun, 06 Nov 1994 08:49:36 GMT", .seconds(0)),  // past
        HeaderCase("Mon, 06 Nov 1994 08:49:39 GMT", .seconds(2)),  // wrong day of the week
        HeaderCase("Sun, 06 Nov 1994 08:49:39 gmt", .seconds(2)),  // no other reading is possible
        HeaderCase("Sun, 06 Nov 1994 08:49:39 +0000", nil),
        HeaderCase("Sun, 06 Nov 1994 08:49:39 UTC", nil),
        HeaderCase("Wed, 29 Feb 2023 00:00:00 GMT", nil),
        HeaderCase("Sat, 31 Dec 2016 23:59:60 GMT", .seconds(1), now: 1_483_228_799),  // leap second
        HeaderCase("Sat, 31 Dec 2016 23:59:61 GMT", nil),
        HeaderCase("Sun, 06 Nov 1994 24:00:00 GMT", nil),
        HeaderCase("Sat, 01 Jan 0000 00:00:00 GMT", .seconds(0)),
        HeaderCase("Fri, 31 Dec 9999 23:59:59 GMT", .longest),
        HeaderCase("Sat, 01 Jan 10000 00:00:00 GMT", nil),
        HeaderCase("Tuesday, 06-Nov-44 08:49:37 GMT", .seconds(1_577_923_200)),  // 50 years, not more
        HeaderCase("Tuesday, 06-Nov-44 08:49:38 GMT", .seconds(0)),  // more: 1944
    ]

    @Test("has one meaning for every hostile value", arguments: decisions)
    func decision(_ it: HeaderCase) {
        #expect(RetryAfter.hint(it.value, now: it.now) == it.hint)
        #expect(RetryAfter.hint(Array(it.value.utf8), now: it.now) == it.hint)
    }

    @Test(
        "takes bytes that are no text, and refuses them",
        arguments: [
            [0xFF], [0x35, 0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xB2, 0x35], [0x35, 0xC2], [0x80, 0x30],
        ] as [[UInt8]])
    func notText(_ bytes: [UInt8]) {
        #expect(RetryAfter.hint(bytes, now: 0) == nil)
    }

    @Test("is read from a substring, a slice of bytes, and bytes that lie in no one piece")
    func collections() {
        let line = "Retry-After: 120\r\n"
        #expect(RetryAfter.hint(line.dropFirst(12).prefix(4)) == .after(.seconds(120)))
        #expect(RetryAfter.hint(Array(line.utf8)[13..<16]) == .after(.seconds(120)))
        #expect(RetryAfter.hint(line.utf8.dropFirst(13).prefix(3)) == .after(.seconds(120)))
        #expect(RetryAfter.hint(line.utf8.lazy.filter { (48...57).contains($0) }) == .after(.seconds(120)))
        #expect(RetryAfter.hint(EmptyCollection<UInt8>()) == nil)
    }
}
