import FuzzSupport
import RetryCore

/// Lines such as `name: value` as the headers of a response; and all of it as the value of every header at once.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = Input(start, count).text
    let lines = lines(in: text)
    for now in [Int64.min, 0, 1_790_000_000, .max] {
        for status in [nil, 429, 503] {
            let hint = RateLimitHeaders.hint(status: status, now: now, headers: lines)
            check(hint, text)
            require(
                hint == RateLimitHeaders.hint(status: status, now: now, headers: lines),
                "the same headers are read differently")
            check(RateLimitHeaders.hint(status: status, now: now) { _ in text }, text)
        }
        check(RateLimitHeaders.reset(text, now: now), text)
    }
    check(RateLimitHeaders.hint { $0 == "date" ? text : "1790000000" }, text)
    let isExhausted = RateLimitHeaders.isExhausted(headers: lines)
    require(
        !isExhausted || text.contains("0") || text.lowercased().contains("rejected"), "nothing is left without a zero")
    consume(RateLimitHeaders.isExhausted { $0 == "ratelimit" ? text : nil })
    return 0
}

private func lines(in text: String) -> [(String, String)] {
    text.split(separator: "\n").compactMap { line in
        let parts = line.split(separator: ":", maxSplits: 1)
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }
}

private func check(_ hint: RetryHint?, _ text: String) {
    if case .after(let delay) = hint { require(delay >= .zero, "a wait of \(delay)") }
    require(hint != .never || text.lowercased().contains("false"), "no retry is wished for without a word of it")
    consume(hint)
}
