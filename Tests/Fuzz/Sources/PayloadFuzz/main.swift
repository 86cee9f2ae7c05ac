import Foundation
import FuzzSupport
import RetryCore
import RetryFoundation

/// Any bytes as the result of a tool, a text in such a result, and the body of a failed response.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Input(start, count)
    let json = Data(input.bytes)
    let result = RetryTracker.ToolResult(json: json)
    require(result == RetryTracker.ToolResult(json: json), "the same result is read differently")
    if result.malformedParts.contains(.notAnObject) {
        require(!result.isError && result.structured == nil && result.texts.isEmpty, "no object, and it says something")
    }
    for text in result.texts { consume(ToolTextReader.json.structured(in: text)) }
    let small = RetryTracker.ToolResult(json: json, atMost: 16)
    require(json.count <= 16 || small == RetryTracker.ToolResult(malformedParts: .tooLarge), "more is read than may be")
    let signals = ToolTextReader.json.structured(in: input.text)
    if input.exactText != nil, let signals {
        // The same object as a result has the same flag.
        require(signals.isError == result.isError, "a text and a result are read differently")
    }
    consume(ModelProviderFailure(body: json))
    return 0
}
