/// The bytes that the fuzzer made, taken off one after another; what is behind the end is zero.
public struct Input {
    private var rest: ArraySlice<UInt8>

    /// Takes the arguments of `LLVMFuzzerTestOneInput`.
    public init(_ start: UnsafePointer<UInt8>?, _ count: Int) {
        rest = Array(UnsafeBufferPointer(start: start, count: count))[...]
    }

    /// All bytes that are left.
    public var bytes: [UInt8] { Array(rest) }

    /// All bytes that are left as text; what is not UTF-8 is replaced.
    public var text: String { String(decoding: rest, as: UTF8.self) }

    /// All bytes that are left as text; `nil` if they are not UTF-8.
    public var exactText: String? { String(validating: rest, as: UTF8.self) }

    /// A Boolean value that indicates whether all bytes were taken.
    public var isEmpty: Bool { rest.isEmpty }

    /// Takes a byte.
    public mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    /// Takes eight bytes, the highest one first.
    public mutating func integer() -> Int64 {
        (0..<8).reduce(0) { number, _ in number << 8 | Int64(byte()) }
    }

    /// Takes some bytes as text: as many as the first one says.
    public mutating func string() -> String {
        let count = Int(byte())
        defer { rest = rest.dropFirst(count) }
        return String(decoding: rest.prefix(count), as: UTF8.self)
    }
}
