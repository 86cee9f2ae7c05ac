import FuzzSupport
import RetryCore

/// Lines such as `name: value` as the headers of a response; and all of it as the value of one header.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = Input(start, count).text
    let headers = headers(in: text)
    for now in [Int64.min, 0, 1_790_000_000, .max] {
        let hint = RateLimitHeaders.hint(now: now) { headers[$0] }
        check(hint)
        require(hint == RateLimitHeaders.hint(now: now) { headers[$0] }, "the same headers are read differently")
        check(RateLimitHeaders.reset(text, now: now))
    }
    return 0
}

private func headers(in text: String) -> [String: String] {
    var headers: [String: String] = [:]
    for line in text.split(separator: "\n") {
        let parts = line.split(separator: ":", maxSplits: 1)
        if parts.count == 2 { headers[parts[0].lowercased()] = String(parts[1]) }
    }
    return headers
}

private func check(_ hint: RetryHint?) {
    if case .after(let delay) = hint { require(delay >= .zero, "a wait of \(delay)") }
    consume(hint)
}
