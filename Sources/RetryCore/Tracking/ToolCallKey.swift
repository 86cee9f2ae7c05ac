#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The key of a tracked call: the tool and the request whose failures are counted together.
///
/// Both are compared by their bytes. Two texts that only look the same are two keys, and the parts of a key are never
/// joined into one text, in which `("a:b", "c")` would equal `("a", "b:c")`.
public struct ToolCallKey: Sendable, Hashable {
    /// The name of the tool.
    public let tool: String
    /// The id of the request.
    public let request: String

    /// Creates a key.
    public init(tool: String, request: String) {
        self.tool = tool
        self.request = request
    }

    /// Compares the bytes of both.
    public static func == (one: ToolCallKey, other: ToolCallKey) -> Bool {
        one.request.hasSameBytes(as: other.request) && one.tool.hasSameBytes(as: other.tool)
    }

    /// Hashes the bytes of both.
    public func hash(into hasher: inout Hasher) {
        tool.hashBytes(into: &hasher)
        request.hashBytes(into: &hasher)
    }
}

/// A name that is compared by its bytes.
struct ByteName: Hashable {
    let name: String

    static func == (one: ByteName, other: ByteName) -> Bool { one.name.hasSameBytes(as: other.name) }
    func hash(into hasher: inout Hasher) { name.hashBytes(into: &hasher) }
}

extension String {
    /// Returns whether both consist of the same bytes; equal texts may not.
    fileprivate func hasSameBytes(as other: String) -> Bool {
        let isSame = utf8.withContiguousStorageIfAvailable { one in
            other.utf8.withContiguousStorageIfAvailable { other in
                guard one.count == other.count else { return false }
                guard let start = one.baseAddress, let otherStart = other.baseAddress else { return true }
                return memcmp(start, otherStart, one.count) == 0
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
