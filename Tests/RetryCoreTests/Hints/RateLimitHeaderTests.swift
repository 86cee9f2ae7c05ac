import RetryCore
import Testing

@Suite("Headers of rate limits", .timeLimit(.minutes(20)))
struct RateLimitHeaderTests {
    static let now: Int64 = 1_767_225_600  // 2026-01-01T00:00:00Z

    @Test(
        arguments: [
            ("20ms", 20_000_000), ("1s", 1_000_000_000), ("6m0s", 360_000_000_000), ("1h30m", 5_400_000_000_000),
            ("1.5s", 1_500_000_000), ("0.25", 250_000_000), ("12", 12_000_000_000), ("0", 0), ("0s", 0),
            (" 7 ", 7_000_000_000),
            ("1m2.5s", 62_500_000_000), ("1d", 86_400_000_000_000), ("3us", 3_000), ("1\u{B5}s", 1_000),
            ("05", 5_000_000_000),
            ("2026-01-01T00:00:10Z", 10_000_000_000), ("2026-01-01t00:00:10.25z", 10_250_000_000),
            ("2026-01-01T01:00:10+01:00", 10_000_000_000), ("2025-12-31T23:00:10-01:00", 10_000_000_000),
            ("2026-01-01 00:01:00Z", 60_000_000_000), ("2025-01-01T00:00:00Z", 0),
            ("2026-01-01T00:00:60Z", 60_000_000_000),
            ("1767225605", 5_000_000_000), ("1767225605500", 5_500_000_000), ("1000000000", 0),
            // Epochs with a fraction, in microseconds, in nanoseconds, and just below and at the limits between them.
            ("1767225605.25", 5_250_000_000), ("1767225605500.25", 5_500_250_000), ("1767225605000001", 5_000_001_000),
            ("1767225605000001.5", 5_000_001_500), ("1767225605000000001", 5_000_000_001), ("1000000000.9", 0),
            ("999999999999", .max), ("1000000000000", 0),
            ("999999999999999", .max), ("1000000000000000", 0), ("999999999999999999", .max),
            ("1000000000000000000", 0), ("2026-01-01T00:01Z", 60_000_000_000),
            ("Thu, 01 Jan 2026 00:00:07 GMT", 7_000_000_000), ("Thu, 01 Jan 1998 00:00:07 GMT", 0),
            ("999999999", 999_999_999_000_000_000), ("9999-12-31T23:59:59Z", .max), ("9223372036854775807", .max),
            ("2147483648", 380_258_048_000_000_000), ("4294967296", 2_527_741_696_000_000_000),
            ("9007199254740993", 7_239_973_654_740_993_000), ("18446744073709551616", .max),
            ("9223372036854775806", 7_456_146_436_854_775_806),
            ("0000-01-01T00:00:00Z", 0),
            ("\t5", 5_000_000_000),
            ("99999999999999999999999999999999999999s", .max),
            ("9999999999999999999999999999999999999999", .max), ("0.9999999999999999999999", 999_999_999),
        ] as [(String, Int64)])
    func values(value: String, nanoseconds: Int64) {
        #expect(RateLimitHeaders.reset(value, now: Self.now) == .after(.nanoseconds(nanoseconds)))
    }

    @Test(arguments: [
        "", " ", "-1", "-0", "+5", "1e3", "0x10", "\u{661}", "\u{FF11}", "5,6", "5;q=1", "NaN", "inf", "1s6m", "1s1s",
        "1m5",
        "1.s", ".5s", "1x", "s", "1 s", "1s ,2s", "5\0", "5\r\n", "2026-02-30T00:00:00Z", "2023-02-29T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00",
        "2026-01-01T00:00:00+1:00", "2026-01-01T00:00:00Zx", "2026-01-01T00:00:00.Z", "2026-1-1T00:00:00Z",
        "10000-01-01T00:00:00Z", "99-01-01T00:00:00Z", "2026-01-01T00:00:00 UTC", "2026-01-01T00:00:00+0000",
        "\r\n5", "5, 5", "\u{664}\u{662}", "Thu, 01 Jan 2026 00:00:07 +0000", "1767225605.", "1767225605.5.5", "1.5e3",
    ])
    func garbageIsNoHint(value: String) {
        #expect(RateLimitHeaders.reset(value, now: Self.now) == nil)
        #expect(RateLimitHeaders.hint(now: Self.now) { $0 == "x-ratelimit-reset-tokens" ? value : nil } == nil)
    }

    @Test func hugeValuesTakeTimeThatGrowsWithThem() {
        for byte in ["9", "1s", "\0", ".", "\u{FF11}"] {
            let value = String(repeating: byte, count: 1_000_000)
            _ = RateLimitHeaders.reset(value, now: Self.now)
        }
        let longest = RetryHint.after(.nanoseconds(Int64.max))
        #expect(RateLimitHeaders.reset(String(repeating: "9", count: 1_000_000)) == longest)
    }

    @Test func anyBytesAreRead() {
        var generator = SplitMix(state: 7)
        let letters = Array("0123456789.:-+TZdhmsun \0\u{B5}")
        for _ in 0..<20_000 {
            let value = String(
                (0..<generator.next() % 24).map { _ in letters[Int(generator.next() % UInt64(letters.count))] })
            guard case .after(let wait) = RateLimitHeaders.reset(value, now: Self.now) else { continue }
            #expect(wait >= .zero, "\(value)")
        }
    }

    private func hint(_ headers: [String: String], status: Int? = nil) -> RetryHint? {
        RateLimitHeaders.hint(status: status, now: Self.now) { headers[$0] }
    }

    @Test func theLimitThatIsUsedUpCounts() {
        let both = ["x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "6m0s"]
        #expect(hint(both) == .after(.seconds(360)))
        let requests = ["x-ratelimit-remaining-requests": "0", "x-ratelimit-remaining-tokens": "100"]
        #expect(hint(both.merging(requests) { $1 }) == .after(.seconds(1)))
        let garbage = ["x-ratelimit-remaining-requests": "many", "x-ratelimit-remaining-tokens": "100"]
        #expect(hint(both.merging(garbage) { $1 }) == .after(.seconds(1)))
    }

    /// A request was larger than what is left; but a server that failed says so with thousands of requests left.
    @Test(arguments: [(429, Duration.seconds(360)), (503, nil), (500, nil), (403, nil), (200, nil), (nil, nil)])
    func aLimitOfWhichSomethingIsLeftCountsWithA429Alone(status: Int?, wait: Duration?) {
        let headers = [
            "x-ratelimit-reset-requests": "1s", "x-ratelimit-remaining-requests": "5",
            "x-ratelimit-reset-tokens": "6m0s", "x-ratelimit-remaining-tokens": "100",
        ]
        #expect(hint(headers, status: status) == wait.map { .after($0) })
    }

    @Test(
        arguments: [
            ("0", true), ("0.0", true), ("000", true), (" 0\t", true), ("0;w=60", true), ("1", false), ("0.5", false),
            ("596.0", false), ("100;w=21600", false), ("00000000000000000000001", false),
            ("99999999999999999999999999999999999999", false),
        ])
    func whatIsLeftIsANumberWithOrWithoutParameters(value: String, isUsedUp: Bool) {
        let headers = ["x-ratelimit-remaining": value, "x-ratelimit-reset": "7"]
        #expect(hint(headers) == (isUsedUp ? .after(.seconds(7)) : nil))
        #expect(RateLimitHeaders.isExhausted { headers[$0] } == isUsedUp)
    }

    @Test(arguments: ["", " ", "-1", "-0", "+0", "0x0", "0e0", "0.", ".0", "0 0", "none", "\u{660}", "0\0"])
    func whatIsLeftIsUnknownIfItIsNoNumber(value: String) {
        let headers = ["x-ratelimit-remaining": value, "x-ratelimit-reset": "7"]
        #expect(hint(headers) == .after(.seconds(7)))
        #expect(!RateLimitHeaders.isExhausted { headers[$0] })
    }

    @Test func headersOfAnthropic() {
        let headers = [
            "anthropic-ratelimit-requests-remaining": "49",
            "anthropic-ratelimit-requests-reset": "2026-01-01T00:05:00Z",
            "anthropic-ratelimit-input-tokens-remaining": "0",
            "anthropic-ratelimit-input-tokens-reset": "2026-01-01T00:00:07Z",
        ]
        #expect(hint(headers) == .after(.seconds(7)))
        #expect(hint(["anthropic-ratelimit-output-tokens-reset": "2026-01-01T00:00:07Z"]) == .after(.seconds(7)))
        #expect(hint(["anthropic-ratelimit-tokens-reset": "2026-01-01T00:00:09Z"]) == .after(.seconds(9)))
        #expect(hint(["anthropic-priority-output-tokens-reset": "2026-01-01T00:00:09Z"]) == .after(.seconds(9)))
        let unified = ["anthropic-ratelimit-unified-reset": "1767225609"]
        #expect(hint(unified) == nil)
        let rejected = unified.merging(["anthropic-ratelimit-unified-status": "rejected"]) { $1 }
        #expect(hint(rejected) == .after(.seconds(9)) && RateLimitHeaders.isExhausted(headers: rejected))
        let allowed = unified.merging(["anthropic-ratelimit-unified-status": "allowed_warning"]) { $1 }
        #expect(hint(allowed) == nil && !RateLimitHeaders.isExhausted(headers: allowed))
    }
}

private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
