import RetryCore
import Testing

@Suite("retry-after-ms", .timeLimit(.minutes(20)))
struct RetryAfterMillisecondsTests {
    @Test(
        "takes an integer or a decimal fraction",
        arguments: [
            HeaderCase("0", .nanoseconds(0)), HeaderCase("1500", .nanoseconds(1_500_000_000)),
            HeaderCase("007", .nanoseconds(7_000_000)),
            HeaderCase(" 20\t", .nanoseconds(20_000_000)), HeaderCase("0.5", .nanoseconds(500_000)),
            HeaderCase("1500.25", .nanoseconds(1_500_250_000)),
            HeaderCase("0.000001", .nanoseconds(1)), HeaderCase("0.0000019", .nanoseconds(1)),
            HeaderCase("0.0000009", .nanoseconds(0)),
            HeaderCase("1.999999999999999999999999999999", .nanoseconds(1_999_999)),
            HeaderCase("2147483648", .milliseconds(2_147_483_648)),
            HeaderCase("4294967296", .milliseconds(4_294_967_296)), HeaderCase("9007199254740993", .longest),
            HeaderCase("9223372036854775807", .longest), HeaderCase("18446744073709551616", .longest),
            HeaderCase("9223372036854.775807", .longest),
            HeaderCase("9223372036854.775806", .nanoseconds(Int64.max - 1)),
            HeaderCase("9223372036854.775808", .longest), HeaderCase("9223372036855", .longest),
            HeaderCase("9223372036854775808", .longest),
            HeaderCase(String(repeating: "9", count: 40), .longest),
            HeaderCase(String(repeating: "9", count: 40) + ".5", .longest),
        ])
    func numbers(_ it: HeaderCase) {
        #expect(RetryAfter.hint(milliseconds: it.value) == it.hint)
        #expect(RetryAfter.hint(milliseconds: Substring(it.value)) == it.hint)
    }

    @Test("of any length is read to its end")
    func long() {
        #expect(RetryAfter.hint(milliseconds: String(repeating: "7", count: 1 << 20)) == .after(.longest))
        let digits = String(repeating: "7", count: 1 << 16)
        #expect(RetryAfter.hint(milliseconds: "1." + digits) == .after(.nanoseconds(1_777_777)))
        #expect(RetryAfter.hint(milliseconds: "1." + digits + "x") == nil)
    }

    @Test(
        "is no hint when it is anything else",
        arguments: HeaderCase.garbage([
            "", " ", "-1", "-0", "+5", "1e3", "0x10", "5,6", "5;q=1", "NaN", "inf", ".5", "5.", ".", "1.2.3", "1. 5",
            "1 .5",
            "5ms", "1.5e3", "1,5", "\u{664}", "1.\u{FF11}", "5\0", "5\r\n", "Sun, 06 Nov 1994 08:49:37 GMT",
        ]))
    func garbage(_ it: HeaderCase) {
        #expect(RetryAfter.hint(milliseconds: it.value) == nil)
    }
}

@Suite("grpc-retry-pushback-ms", .timeLimit(.minutes(20)))
struct GRPCPushbackTests {
    @Test("is no hint when absent")
    func absent() {
        #expect(RetryAfter.hint(grpcPushback: nil) == nil)
    }

    @Test(
        "takes an integer of 32 bits",
        arguments: [
            HeaderCase("0", .zero), HeaderCase("1", .milliseconds(1)), HeaderCase("1000", .seconds(1)),
            HeaderCase("05", .milliseconds(5)), HeaderCase(" 5\t", .milliseconds(5)),
            HeaderCase("2147483647", .milliseconds(2_147_483_647)),
        ])
    func numbers(_ it: HeaderCase) {
        #expect(RetryAfter.hint(grpcPushback: it.value) == it.hint)
    }

    @Test(
        "means no retry when it is anything else",
        arguments: HeaderCase.garbage([
            "", " ", "-1", "-0", "-2147483648", "+5", "2147483648", "9223372036854775807", "18446744073709551616",
            "1234567890123456789012345678901234567890", "1.5", "1e3", "0x10", "5,6", "NaN", "x", "\u{664}", "5\0",
            "5\n", "5 6",
        ]))
    func never(_ it: HeaderCase) {
        #expect(RetryAfter.hint(grpcPushback: it.value) == .never)
    }

    @Test("of a megabyte of digits means no retry")
    func megabyte() {
        #expect(RetryAfter.hint(grpcPushback: String(repeating: "7", count: 1 << 20)) == .never)
    }
}
