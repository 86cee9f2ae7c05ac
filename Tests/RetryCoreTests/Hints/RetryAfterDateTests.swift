import RetryCore
import Testing

@Suite("The date in Retry-After", .timeLimit(.minutes(20)))
struct RetryAfterDateTests {
    let example = HeaderCase.example

    @Test(
        "has three forms",
        arguments: [
            "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
            "Sun Nov 06 08:49:37 1994", " Sun, 06 Nov 1994 08:49:37 GMT  ",
        ])
    func forms(_ value: String) {
        #expect(RetryAfter.hint(value, now: example - 100) == .after(.seconds(100)))
        #expect(RetryAfter.hint(value, now: example) == .after(.seconds(0)))
        #expect(RetryAfter.hint(value, now: example + 1) == .after(.seconds(0)))
        #expect(RetryAfter.hint(Array(value.utf8), now: example - 1) == .after(.seconds(1)))
    }

    @Test(
        "may be in any case, and its day of the week wrong",
        arguments: [
            "sun, 06 nov 1994 08:49:37 gmt", "SUN, 06 NOV 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 gmt",
            "sUNDAY, 06-nOV-94 08:49:37 gMT", "SUN NOV  6 08:49:37 1994",
            "Mon, 06 Nov 1994 08:49:37 GMT", "Wednesday, 06-Nov-94 08:49:37 GMT", "Sat Nov  6 08:49:37 1994",
        ])
    func lenience(_ value: String) {
        #expect(RetryAfter.hint(value, now: example - 100) == .after(.seconds(100)))
    }

    @Test(
        "is refused in every other form",
        arguments: HeaderCase.garbage([
            "Sun, 6 Nov 1994 08:49:37 GMT", "Sun,  6 Nov 1994 08:49:37 GMT", "Sun, 006 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06 Nov 10000 08:49:37 GMT", "Sun, 06 Nov 994 08:49:37 GMT",
            "Sun, 06 Nov -994 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT", "Sunday, 06-Nov-9 08:49:37 GMT",
            "Sun, 06-Nov-1994 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT", "Sunday, 06 Nov 1994 08:49:37 GMT",
            "Sun Nov 6 08:49:37 1994", "Sun Nov   6 08:49:37 1994", "Sun Nov  6 08:49:37 94",
            "Sun Nov  6 08:49:37 1994 GMT", "Sun Nov  6 08:49:37 10000", "Sunday Nov  6 08:49:37 1994",
            "Sun Nov  06 08:49:37 1994", "Sunday,", "Sun,", "Sun", "Sun ", "Sun, 06", "Sun Nov",
            "Sun, 06 Nov 1994 08:49:37 +0000", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 Z",
            "Sun, 06 Nov 1994 08:49:37 EST", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 ",
            "Sun, 06 Nov 1994 08:49:37 GMT+1", "Sun, 06 Nov 1994 08:49:37 GMTx", "Sun, 06 Nov 1994 08:49:37  GMT",
            "Sunday, 06-Nov-94 08:49:37 +0000", "Sunday, 06-Nov-94 08:49:37",
            "06 Nov 1994 08:49:37 GMT", "Son, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nav 1994 08:49:37 GMT",
            "Sun, 06 November 1994 08:49:37 GMT", "Sun, 06 11 1994 08:49:37 GMT", "Sun 06 Nov 1994 08:49:37 GMT",
            "Sun; 06 Nov 1994 08:49:37 GMT", "Sun,06 Nov 1994 08:49:37 GMT", "Sun,\t06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 1994 08:49:37.5 GMT",
            "Sun, 06 Nov 1994 08-49-37 GMT", "Sun, 06 Nov 1994 08:+9:37 GMT", "Sun, 06 Nov 1994 08:49:37\0GMT",
            "Sun, \u{FF10}6 Nov 1994 08:49:37 GMT", "\u{17F}un, 06 Nov 1994 08:49:37 GMT",
        ]))
    func otherForms(_ it: HeaderCase) {
        #expect(RetryAfter.hint(it.value, now: it.now) == nil)
    }

    @Test(
        "must be in the calendar",
        arguments: HeaderCase.garbage([
            "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 32 Dec 1994 08:49:37 GMT",
            "Wed, 29 Feb 2023 00:00:00 GMT", "Wed, 30 Feb 2024 00:00:00 GMT", "Thu, 29 Feb 2100 00:00:00 GMT",
            "Wed, 29 Feb 1900 00:00:00 GMT", "Wednesday, 29-Feb-23 00:00:00 GMT", "Wed Feb 29 00:00:00 2023",
            "Wed Nov 31 00:00:00 2023", "Wed Nov  0 00:00:00 2023",
            "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 23:60:00 GMT", "Sun, 06 Nov 1994 23:59:61 GMT",
            "Sun Nov  6 24:00:00 1994", "Sunday, 06-Nov-94 24:00:00 GMT", "Sun, 06 Nov 1994 99:99:99 GMT",
        ]))
    func noSuchDay(_ it: HeaderCase) {
        #expect(RetryAfter.hint(it.value, now: it.now) == nil)
    }

    @Test(
        "counts from now",
        arguments: [
            HeaderCase("Thu, 01 Jan 1970 00:00:00 GMT", .seconds(0), now: 0),
            HeaderCase("Thu, 01 Jan 1970 00:00:01 GMT", .seconds(1), now: 0),
            HeaderCase("Thu, 29 Feb 2024 23:59:59 GMT", .seconds(1_709_251_199), now: 0),
            HeaderCase("Tue, 29 Feb 2000 00:00:00 GMT", .seconds(951_782_400), now: 0),
            HeaderCase("Tue, 29 Feb 0000 12:00:00 GMT", .seconds(0), now: 0),
            HeaderCase("Wed, 31 Dec 1969 23:59:59 GMT", .seconds(0), now: 0),
            HeaderCase("Fri, 31 Dec 9999 23:59:60 GMT", .longest),
            HeaderCase("Fri, 31 Dec 9999 23:59:59 GMT", .seconds(10), now: 253_402_300_789),
            HeaderCase("Sat, 31 Dec 2016 10:00:60 GMT", .seconds(60), now: 1_483_178_400),
            HeaderCase("Sat Dec 31 23:59:60 2016", .seconds(1), now: 1_483_228_799),
            HeaderCase("Thu, 01 Jan 1970 00:00:07 GMT", .seconds(7), now: .min),
            HeaderCase("Sunday, 06-Nov-94 08:49:37 GMT", .seconds(HeaderCase.example), now: .min),
            HeaderCase("Fri, 31 Dec 9999 23:59:59 GMT", .seconds(0), now: .max),
            HeaderCase("Fri, 31 Dec 9999 23:59:60 GMT", .seconds(1), now: .max),
            HeaderCase("Friday, 31-Dec-99 23:59:59 GMT", .seconds(0), now: .max),
        ])
    func now(_ it: HeaderCase) {
        #expect(RetryAfter.hint(it.value, now: it.now) == it.hint)
    }

    @Test(
        "with two digits of a year is at most 50 years ahead",
        arguments: [
            // At 01 Jan 2024 00:00:00.
            HeaderCase("Monday, 01-Jan-24 00:00:01 GMT", .seconds(1), now: 1_704_067_200),
            HeaderCase("Sunday, 31-Dec-23 23:59:59 GMT", .seconds(0), now: 1_704_067_200),
            HeaderCase("Sunday, 31-Dec-73 23:59:59 GMT", .seconds(3_281_990_399 - 1_704_067_200), now: 1_704_067_200),
            HeaderCase("Monday, 01-Jan-74 00:00:00 GMT", .seconds(3_281_990_400 - 1_704_067_200), now: 1_704_067_200),
            HeaderCase("Monday, 01-Jan-74 00:00:01 GMT", .seconds(0), now: 1_704_067_200),
            HeaderCase("Monday, 02-Jan-74 00:00:00 GMT", .seconds(0), now: 1_704_067_200),
            HeaderCase("Monday, 01-Feb-74 00:00:00 GMT", .seconds(0), now: 1_704_067_200),
            HeaderCase("Tuesday, 01-Jan-75 00:00:00 GMT", .seconds(0), now: 1_704_067_200),
            // At 31 Dec 1999 23:59:59: the next year ends in 00, and the last second of 2049 is 50 years away, not more.
            HeaderCase("Saturday, 01-Jan-00 00:00:00 GMT", .seconds(1), now: 946_684_799),
            HeaderCase("Saturday, 01-Jan-49 00:00:00 GMT", .seconds(2_493_072_000 - 946_684_799), now: 946_684_799),
            HeaderCase("Friday, 31-Dec-49 23:59:59 GMT", .seconds(2_524_607_999 - 946_684_799), now: 946_684_799),
            HeaderCase("Saturday, 31-Dec-50 00:00:00 GMT", .seconds(0), now: 946_684_799),
            // 29 Feb is there or not by the year that the digits mean: in 1994 that is 2000 and 1996, in 2061 it is 2100.
            HeaderCase("Tuesday, 29-Feb-00 00:00:00 GMT", .seconds(951_782_400 - HeaderCase.example)),
            HeaderCase("Thursday, 29-Feb-96 00:00:00 GMT", .seconds(825_552_000 - HeaderCase.example)),
            HeaderCase("Monday, 29-Feb-00 00:00:00 GMT", nil, now: 2_871_763_200),
        ])
    func twoDigits(_ it: HeaderCase) {
        #expect(RetryAfter.hint(it.value, now: it.now) == it.hint)
    }

    @Test("counts from the time of the system if no other is given")
    func systemTime() {
        #expect(RetryAfter.hint("Sun, 06 Nov 1994 08:49:37 GMT") == .after(.seconds(0)))
        #expect(RetryAfter.hint("Fri, 31 Dec 9999 23:59:59 GMT") == .after(.longest))
        #expect(RetryAfter.hint(Array("Thu, 01 Jan 1970 00:00:01 GMT".utf8)) == .after(.seconds(0)))
        guard case .after(let delay)? = RetryAfter.hint("Wed, 01 Jan 2200 00:00:00 GMT") else {
            Issue.record("no hint")
            return
        }
        // From some time between the years 2025 and 2200 to the year 2200.
        #expect(delay > .zero && delay < .seconds(7_258_118_400 - 1_735_689_600))
    }
}
