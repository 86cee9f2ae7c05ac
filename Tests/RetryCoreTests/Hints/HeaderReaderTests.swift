import RetryCore
import Testing

@Suite("The one reader of headers", .timeLimit(.minutes(20)))
struct HeaderReaderTests {
    static let now: Int64 = 1_767_225_600  // 2026-01-01T00:00:00Z

    private func hint(_ headers: [String: String]) -> RetryHint? {
        RateLimitHeaders.hint(now: Self.now) { headers[$0] }
    }

    /// Each header alone, and the wait that it asks for.
    static let headers: [(name: String, value: String, wait: Duration)] =
        [
            ("retry-after-ms", "1500", .milliseconds(1_500)), ("x-ms-retry-after-ms", "1500", .milliseconds(1_500)),
            ("x-amz-retry-after", "1500", .milliseconds(1_500)), ("retry-after", "2", .seconds(2)),
            ("retry-after", "1.5", .seconds(2)), ("retry-after", "1767225605", .seconds(5)),
            ("retry-after", "Thu, 01 Jan 2026 00:00:07 GMT", .seconds(7)), ("retry-after", "30s", .seconds(30)),
            ("x-rate-limit-retry-after-seconds", "9", .seconds(9)),
            ("ratelimit", "\"default\";r=0;t=30", .seconds(30)),
            ("ratelimit", "limit=100, remaining=0, reset=30", .seconds(30)),
            ("ratelimit-reset", "30", .seconds(30)), ("ratelimit-reset", "1767225605", .seconds(5)),
            ("x-ratelimit-reset", "30", .seconds(30)), ("x-ratelimit-reset", "1767225605.25", .milliseconds(5_250)),
            ("x-ratelimit-reset", "2026-01-01T00:01Z", .seconds(60)),
            ("x-ratelimit-reset-after", "0.4", .milliseconds(400)),
            ("x-rate-limit-reset", "1767225605", .seconds(5)),
            ("x-ratelimit-reset-requests", "20ms", .milliseconds(20)),
            ("x-ratelimit-reset-tokens", "6m0s", .seconds(360)),
            ("x-ratelimit-reset-requests-day", "11.5", .milliseconds(11_500)),
            ("x-ratelimit-reset-tokens-minute", "3", .seconds(3)),
        ]
        + [
            "ratelimit-requests", "ratelimit-tokens", "ratelimit-input-tokens", "ratelimit-output-tokens",
            "priority-input-tokens", "priority-output-tokens",
        ].map { ("anthropic-\($0)-reset", "2026-01-01T00:00:07Z", .seconds(7)) }

    @Test(arguments: headers)
    func everyHeaderIsRead(name: String, value: String, wait: Duration) {
        #expect(hint([name: value]) == .after(wait))
        #expect(RateLimitHeaders.hint(now: Self.now) { $0 == name ? value : nil } == .after(wait))
        #expect(RateLimitHeaders.hint(now: Self.now, headers: [name.uppercased(): value]) == .after(wait))
        #expect(
            RateLimitHeaders.hint(now: Self.now, headers: [("Via", "1.1 proxy"), (name.capitalizedWords, value)])
                == .after(wait))
    }

    @Test(
        "The first that can be read decides",
        arguments: [
            (["x-should-retry": "false", "retry-after": "2"], .never),
            (["x-should-retry": " FALSE\t", "retry-after-ms": "2"], .never),
            (["x-should-retry": "false, False"], .never), (["x-should-retry": "false, true"], nil),
            (["x-should-retry": "false,"], nil),
            (["stripe-should-retry": "false"], .never),
            (["x-should-retry": "true", "retry-after": "2"], .after(.seconds(2))),
            (["x-should-retry": "true"], nil), (["x-should-retry": "0"], nil), (["x-should-retry": "falsey"], nil),
            (["x-should-retry": ""], nil), (["x-should-retry": "no"], nil),
            (["retry-after-ms": "1500", "retry-after": "2"], .after(.milliseconds(1_500))),
            (["retry-after-ms": "0", "retry-after": "2"], .after(.zero)),
            (["retry-after-ms": "soon", "x-ms-retry-after-ms": "3", "retry-after": "2"], .after(.milliseconds(3))),
            (["x-ms-retry-after-ms": "3", "x-amz-retry-after": "4"], .after(.milliseconds(3))),
            (["x-amz-retry-after": "4", "retry-after": "2"], .after(.milliseconds(4))),
            (["retry-after": "2", "x-rate-limit-retry-after-seconds": "9"], .after(.seconds(2))),
            (["retry-after": "3", "x-ratelimit-reset-tokens": "9s"], .after(.seconds(3))),
            (["retry-after": "soon", "x-ratelimit-reset-tokens": "9s"], .after(.seconds(9))),
            (["retry-after": "5, 6", "ratelimit": "\"a\";r=0;t=9"], .after(.seconds(9))),
            (["x-ratelimit-reset": "1767225700", "x-ratelimit-reset-after": "0.5"], .after(.milliseconds(500))),
            (["x-ratelimit-reset": "3", "x-ratelimit-reset-after": "soon"], .after(.seconds(3))),
            (["ratelimit-reset": "3", "x-ratelimit-reset": "4", "x-rate-limit-reset": "2"], .after(.seconds(4))),
            ([:], nil), (["ratelimit-policy": "\"default\";q=100;w=10"], nil), (["grpc-retry-pushback-ms": "-1"], nil),
        ] as [([String: String], RetryHint?)])
    func precedence(headers: [String: String], expected: RetryHint?) {
        #expect(hint(headers) == expected)
    }

    @Test func instantsAreCountedFromTheServersClock() {
        let headers = ["date": "Sun, 06 Nov 1994 08:49:37 GMT", "x-ratelimit-reset": "1767225605"]
        #expect(RateLimitHeaders.hint(headers: headers) == .after(.seconds(1_767_225_605 - 784_111_777)))
        let date = ["Date": "Sun Nov  6 08:49:37 1994", "Retry-After": "Sun, 06 Nov 1994 08:51:37 GMT"]
        #expect(RateLimitHeaders.hint(headers: date) == .after(.seconds(120)))
        // What the caller passes counts, and a date with two digits of a year needs a clock to be read.
        #expect(RateLimitHeaders.hint(now: 1_767_225_600, headers: headers) == .after(.seconds(5)))
        let short = ["date": "Sunday, 06-Nov-94 08:49:37 GMT", "retry-after": "Sun, 06 Nov 1994 08:51:37 GMT"]
        #expect(RateLimitHeaders.hint(headers: short) == .after(.zero))
    }

    @Test func valuesOfOneNameAreJoined() {
        let twice = [("RateLimit", "\"a\";r=5;t=9"), ("Retry-After", "5"), ("ratelimit", "\"b\";r=0;t=3")]
        #expect(RateLimitHeaders.hint(headers: twice) == .after(.seconds(5)))
        #expect(RateLimitHeaders.hint(headers: twice + [("retry-after", "6")]) == .after(.seconds(3)))
        #expect(RateLimitHeaders.isExhausted(headers: twice))
    }

    @Test(
        arguments: [
            (["x-ratelimit-remaining": "0"], true), (["ratelimit-remaining": "0"], true),
            (["x-rate-limit-remaining": "0"], true), (["ratelimit": "\"a\";r=0"], true),
            (["ratelimit": "limit=10, remaining=0, reset=3"], true),
            (["ratelimit": "\"a\";r=5;t=1, \"b\";r=0;t=9"], true),
            (["anthropic-ratelimit-input-tokens-remaining": "0"], true), (["x-ratelimit-remaining-tokens": "0"], true),
            (["x-ratelimit-remaining": "0, 0"], true), (["x-ratelimit-remaining": "5,0"], true),
            (["x-ratelimit-remaining": "5, 6"], false), (["x-ratelimit-remaining": "0,"], false),
            (["x-ratelimit-remaining": "1"], false), (["x-ratelimit-reset": "60"], false),
            (["retry-after": "60"], false),
            ([:], false), (["ratelimit": "\"a\";r=1;t=0"], false),
        ])
    func exhausted(headers: [String: String], isExhausted: Bool) {
        #expect(RateLimitHeaders.isExhausted { headers[$0] } == isExhausted)
        #expect(RateLimitHeaders.isExhausted(headers: headers) == isExhausted)
        #expect(RateLimitHeaders.isExhausted(headers: headers.map { ($0.key, $0.value) }) == isExhausted)
    }
}

extension String {
    /// Each word with a capital, as headers are often written.
    fileprivate var capitalizedWords: String {
        split(separator: "-", omittingEmptySubsequences: false)
            .map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: "-")
    }
}
