/// A text that is compared by its bytes: two that only look the same differ.
struct ByteName: Sendable, Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (one: ByteName, other: ByteName) -> Bool { one.text.hasSameBytes(as: other.text) }
    func hash(into hasher: inout Hasher) { text.hashBytes(into: &hasher) }
}

extension String {
    /// Returns whether both consist of the same bytes; equal texts may not.
    fileprivate func hasSameBytes(as other: String) -> Bool {
        let isSame = utf8.withContiguousStorageIfAvailable { one in
            other.utf8.withContiguousStorageIfAvailable { other in
                guard one.count == other.count else { return false }
                guard let start = one.baseAddress, let otherStart = other.baseAddress else { return true }
                return SystemFunctions.areEqual(start, otherStart, count: one.count)
            }
        }
        return (isSame ?? nil) ?? utf8.elementsEqual(other.utf8)
    }

    /// Hashes the bytes and their number, without which two texts could be divided elsewhere.
    fileprivate func hashBytes(into hasher: inout Hasher) {
        hasher.combine(utf8.count)
        if utf8.withContiguousStorageIfAvailable({ hasher.combine(bytes: UnsafeRawBufferPointer($0)) }) == nil {
            for byte in utf8 { hasher.combine(byte) }
        }
    }
}
