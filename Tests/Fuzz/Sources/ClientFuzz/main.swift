import FuzzSupport

@testable import RetryCore

/// The names of all types that a table knows, and two that follow a pattern.
private let names = ClientTable.all.flatMap(\.readers.keys).sorted() + ["SotoShop.ShopErrorType", "AWSShop.Throttling"]

/// One error, read by every reader that there is.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = Input(start, count)
    let error = StandIn(&input)
    for name in names {
        let read = ClientReader.of(name)?.read
        guard let evidence = read?(error) else { continue }
        require(evidence.execution != .notExecuted, "\(name) proves more than a client can")
        require(!evidence.isCancellation || evidence.errorClass == nil, "\(name) classifies a cancellation")
        if case .after(let delay) = evidence.hint { require(delay >= .zero, "a wait of \(delay)") }
        let again = read?(error)
        require(
            again?.errorClass == evidence.errorClass && again?.hint == evidence.hint
                && again?.execution == evidence.execution, "the same error is read differently")
    }
    readTexts(error.description)
    return 0
}

private func readTexts(_ text: String) {
    consume(RedisErrorTable.errorClass(text))
    consume(SQLiteResultTable.errorClass(text.utf8.reduce(0) { $0 &* 31 &+ Int($1) }))
    consume(AWSErrorTable.errorClass(text, reasons: AWSErrorTable.cancellationReasons(in: text)))
}
