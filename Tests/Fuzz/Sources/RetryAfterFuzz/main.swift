import FuzzSupport
import RetryCore

/// Any bytes as the value of a `Retry-After` header and its relatives.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Input(start, count)
    let now: Int64 = 1_790_000_000
    let hint = RetryAfter.hint(input.bytes, now: now)
    checkDelay(hint, "bytes")
    require(hint != .never, "no header asks for no retry at all")
    if let text = input.exactText {
        require(RetryAfter.hint(text, now: now) == hint, "text and bytes are read differently")
        let fine = RetryAfter.hint(milliseconds: text)
        checkDelay(fine, "milliseconds")
        let both = RateLimitHeaders.hint(now: now) { $0.hasPrefix("retry-after") ? text : nil }
        require(both == fine ?? hint, "the finer of two headers is not the one that counts")
        checkPushback(text)
    }
    for now in [Int64.min, -1, 0, 253_402_300_799, .max] { checkDelay(RetryAfter.hint(input.bytes, now: now), "now") }
    return 0
}

private func checkDelay(_ hint: RetryHint?, _ source: String) {
    if case .after(let delay) = hint { require(delay >= .zero, "\(source): a wait of \(delay)") }
    consume(hint)
}

private func checkPushback(_ text: String) {
    guard let hint = RetryAfter.hint(grpcPushback: text) else { return require(false, "a pushback counts as absent") }
    if case .after(let delay) = hint {
        require(delay >= .zero && delay <= .milliseconds(Int32.max), "a pushback of \(delay)")
    }
}
