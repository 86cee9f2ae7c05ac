import RetryCore
import Testing

@Suite("Headers of rate limits", .timeLimit(.minutes(5)))
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
            ("999999999", 999_999_999_000_000_000), ("9999-12-31T23:59:59Z", .max), ("9223372036854775807", .max),
            ("2147483648", 380_258_048_000_000_000), ("4294967296", 2_527_741_696_000_000_000),
            ("9007199254740993", .max), ("18446744073709551616", .max), ("0000-01-01T00:00:00Z", 0),
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
        "\r\n5", "5, 5", "\u{664}\u{662}", "Sun, 06 Nov 1994 08:49:37 GMT",
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

    private func hint(_ headers: [String: String]) -> RetryHint? {
        RateLimitHeaders.hint(now: Self.now) { headers[$0] }
    }

    @Test func whatTheServerSaysPlainlyCounts() {
        #expect(hint(["retry-after": "3", "x-ratelimit-reset-tokens": "9s"]) == .after(.seconds(3)))
        #expect(hint(["retry-after-ms": "40", "retry-after": "3"]) == .after(.milliseconds(40)))
        #expect(hint(["retry-after": "soon", "x-ratelimit-reset-tokens": "9s"]) == .after(.seconds(9)))
        #expect(hint([:]) == nil)
    }

    @Test func theLimitThatIsUsedUpCounts() {
        let both = ["x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "6m0s"]
        #expect(hint(both) == .after(.seconds(360)))
        let requests = ["x-ratelimit-remaining-requests": "0", "x-ratelimit-remaining-tokens": "100"]
        #expect(hint(both.merging(requests) { $1 }) == .after(.seconds(1)))
        let neither = ["x-ratelimit-remaining-requests": "5", "x-ratelimit-remaining-tokens": "100"]
        #expect(hint(both.merging(neither) { $1 }) == .after(.seconds(360)))
        let garbage = ["x-ratelimit-remaining-requests": "many", "x-ratelimit-remaining-tokens": "100"]
        #expect(hint(both.merging(garbage) { $1 }) == .after(.seconds(1)))
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
