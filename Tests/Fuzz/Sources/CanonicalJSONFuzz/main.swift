import Foundation
import FuzzSupport
import RetryCore

/// A JSON value made from the bytes: how it is written, and the id of an effect with that payload.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = Input(start, count)
    var builder = ValueBuilder()
    let value = builder.value(&input, depth: 0)
    let bytes = value.bytes
    require(bytes.allSatisfy { (0x20...0x7E).contains($0) }, "something else than printable ASCII is written")
    require(value.bytes == bytes && value == value, "the same value is written differently")
    require(value.reversed.bytes == bytes || builder.repeatsName, "the order of members counts")
    if builder.isPlain {
        let parsed = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
        require(parsed != nil, "no JSON is written: \(value.text)")
    }
    let id = ActionID.nodus(type: input.string(), payload: value, scope: input.string())
    require((1...255).contains(id.idempotencyKey.utf8.count), "a key of \(id.idempotencyKey.utf8.count) bytes")
    return 0
}
