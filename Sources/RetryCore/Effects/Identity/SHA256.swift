/// The hash function SHA-256 of FIPS 180-4, for input that comes in pieces.
///
/// Its memory does not grow with the input. It is part of the library because keys are made of digests and the library
/// imports no module that has one; if a security review requires a certified module, hash there and pass the digest.
///
/// ```swift
/// var hash = SHA256()
/// hash.update("order ".utf8)
/// hash.update("17".utf8)
/// print(hash.finalize())
/// ```
package struct SHA256: Sendable {
    private var state = CompressionState()
    /// The input that does not fill a block yet.
    private var pending = SIMD64<UInt8>()
    private var pendingCount = 0
    private var length: UInt64 = 0

    /// Creates the hash of no input so far.
    package init() {}

    /// Returns the digest of some bytes.
    package static func digest(of bytes: some Sequence<UInt8>) -> EffectDigest {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finalize()
    }

    /// Adds bytes to the input.
    package mutating func update(_ bytes: some Sequence<UInt8>) {
        let isDone: Void? = bytes.withContiguousStorageIfAvailable { update(UnsafeRawBufferPointer($0)) }
        if isDone == nil {
            for byte in bytes { withUnsafeBytes(of: byte) { update($0) } }
        }
    }

    /// Adds bytes to the input.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        length &+= UInt64(bytes.count)
        var offset = fill(from: bytes)
        let blocks = (bytes.count - offset) / 64
        if blocks > 0 {
            state.compress(start + offset, blocks: blocks)
            offset += blocks * 64
        }
        if offset < bytes.count { keep(UnsafeRawBufferPointer(rebasing: bytes[offset...])) }
    }

    /// Returns the digest of the whole input.
    package func finalize() -> EffectDigest {
        var copy = self
        copy.pad()
        return EffectDigest(copy.state)
    }

    /// Completes a block that earlier input began; returns the number of bytes used.
    private mutating func fill(from bytes: UnsafeRawBufferPointer) -> Int {
        if pendingCount == 0 { return 0 }
        let count = min(64 - pendingCount, bytes.count)
        keep(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        if pendingCount == 64 { compressPending() }
        return count
    }

    private mutating func keep(_ bytes: UnsafeRawBufferPointer) {
        withUnsafeMutableBytes(of: &pending) { block in
            UnsafeMutableRawBufferPointer(rebasing: block[pendingCount...]).copyMemory(from: bytes)
        }
        pendingCount += bytes.count
    }

    private mutating func compressPending() {
        withUnsafeBytes(of: &pending) { block in
            if let start = block.baseAddress { state.compress(start, blocks: 1) }
        }
        pending = SIMD64()
        pendingCount = 0
    }

    /// Adds the bit 1, zeros, and the length of the input in bits.
    private mutating func pad() {
        pending[pendingCount] = 0x80
        if pendingCount >= 56 { compressPending() }
        let bits = length &* 8
        for index in 0..<8 { pending[56 + index] = UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64(index))) }
        compressPending()
    }
}
