import RetryCore
import Testing

@Suite("Headers, whatever comes", .timeLimit(.minutes(20)))
struct HostileHeaderTests {
    /// Every name that the reader asks for.
    static let names: [String] = {
        var names: [String] = []
        _ = RateLimitHeaders.hint { name in
            names.append(name)
            return nil
        }
        _ = RateLimitHeaders.hint { name in
            if !names.contains(name) { names.append(name) }
            return name == "anthropic-ratelimit-unified-status" ? "rejected" : nil
        }
        return names
    }()

    static let values = [
        "", " ", "\t5", "5 ", "05", "-1", "-0", "+5", "1.5", "1e3", "0x10", "\u{664}\u{662}", "\u{FF11}", "5,6",
        "5;q=1",
        "NaN", "inf", "2147483648", "4294967296", "9007199254740993", "9223372036854775807", "18446744073709551616",
        String(repeating: "7", count: 40), "5\0", "\u{0}", "5\r\nX: y", "\r\n", "false", "true", "rejected",
        "\"", "\"a\"", "\"a\";", "\"a\";r", "\"a\";r=", "\"a\";r=0;t=", "\"a\\", "=", "a=", ";", ",", "(", ":",
        "\"a\";p=:",
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        "Wed, 29 Feb 2023 00:00:00 GMT", "Sat, 31 Dec 2016 23:59:60 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sat, 01 Jan 0000 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "Sat, 01 Jan 10000 00:00:00 GMT",
        "sun, 06 nov 1994 08:49:37 gmt", "Sun, 06 Nov 1994 08:49:37 +0000", "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999-23:59",
    ]

    @Test func asksForEveryDocumentedHeader() {
        let documented = Set(HeaderReaderTests.headers.map(\.name))
        #expect(documented.subtracting(Self.names) == [])
        #expect(Self.names.allSatisfy { $0 == $0.lowercased() })
    }

    @Test(arguments: [Int64?.none, .min, -1, 0, 1_767_225_600, 253_402_300_800, .max])
    func everyValueInEveryHeaderHasATimeOrNone(now: Int64?) {
        for name in Self.names {
            for value in Self.values {
                let headers = [name: value]
                for status in [nil, 0, 403, 429, 503, Int.min, .max] { check(headers, status: status, now: now) }
            }
        }
    }

    @Test func everyValueInAllHeadersAtOnce() {
        for value in Self.values {
            let headers = Dictionary(uniqueKeysWithValues: Self.names.map { ($0, value) })
            check(headers, status: 429, now: nil)
            check(headers.merging(["x-should-retry": "true", "retry-after-ms": "x"]) { $1 }, status: 429, now: 0)
        }
    }

    @Test func randomBytesInRandomHeaders() {
        var random = RetryRandomSource.seeded(11)
        let letters = Array("0123456789.:;=,\"\\() -+TZdhmsunrt\0\u{B5}\u{FF11}")
        for _ in 0..<20_000 {
            var headers: [String: String] = [:]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let length = Int.random(in: 0...30, using: &random)
                let name = Self.names[Int.random(in: 0..<Self.names.count, using: &random)]
                headers[name] = String(
                    (0..<length).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] })
            }
            check(headers, status: Bool.random(using: &random) ? 429 : nil, now: 1_767_225_600)
        }
    }

    /// 64 KB in each header: a reader whose time grew with the square would not come to an end.
    @Test func hugeValuesTakeTimeThatGrowsWithThem() {
        for piece in ["9", "1s", "\0", ".", "\u{FF11}", "\"a\";r=0;t=1, ", "\"", "\\", ";", "a=1, ", "((((", ":"] {
            let value = String(repeating: piece, count: 65_536 / piece.utf8.count)
            let headers = Dictionary(uniqueKeysWithValues: Self.names.map { ($0, value) })
            check(headers, status: 429, now: 0)
        }
        let many = (0..<20_000).map { _ in ("Retry-After", "5") }
        #expect(RateLimitHeaders.hint(headers: many) == nil)
        let longest = RetryHint.after(.longest)
        #expect(RateLimitHeaders.reset(String(repeating: "9", count: 1_000_000)) == longest)
    }

    private func check(_ headers: [String: String], status: Int?, now: Int64?) {
        let hint = RateLimitHeaders.hint(status: status, now: now) { headers[$0] }
        if case .after(let wait)? = hint { #expect(wait >= .zero && wait <= .longest, "\(headers)") }
        if hint == .never { #expect(headers.values.contains { $0.lowercased().contains("false") }, "\(headers)") }
        _ = RateLimitHeaders.isExhausted { headers[$0] }
    }
}
