/// The 32 bytes of a SHA-256 digest.
public struct EffectDigest: Sendable, Hashable {
    // Four words and no array: a digest is part of every record of an effect store.
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    init(_ state: SHA256.CompressionState) {
        let words = state.words
        first = UInt64(words[0]) << 32 | UInt64(words[1])
        second = UInt64(words[2]) << 32 | UInt64(words[3])
        third = UInt64(words[4]) << 32 | UInt64(words[5])
        fourth = UInt64(words[6]) << 32 | UInt64(words[7])
    }

    /// Creates a digest from the bytes of one, such as those in a stored row.
    ///
    /// - Parameter bytes: Exactly 32; the result is `nil` for any other number.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var words: [UInt64] = [0, 0, 0, 0]
        for (index, byte) in bytes.enumerated() { words[index / 8] = words[index / 8] << 8 | UInt64(byte) }
        (first, second, third, fourth) = (words[0], words[1], words[2], words[3])
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            for index in 0..<32 { buffer[index] = byte(index) }
            count = 32
        }
    }

    /// The digest as 64 lower-case hexadecimal digits.
    public var hex: String {
        String(unsafeUninitializedCapacity: 64) { buffer in
            writeHex(into: buffer)
            return 64
        }
    }

    /// The first 8 hexadecimal digits: enough to distinguish two digests in a log, and too few to search a payload by.
    public var shortHex: String { String(hex.prefix(8)) }

    /// Writes the 64 digits to the beginning of a buffer that has room for them.
    func writeHex(into buffer: UnsafeMutableBufferPointer<UInt8>) {
        for index in 0..<32 {
            let byte = byte(index)
            buffer[index &* 2] = hexDigit(byte >> 4)
            buffer[index &* 2 &+ 1] = hexDigit(byte & 15)
        }
    }

    @inline(__always)
    private func byte(_ index: Int) -> UInt8 {
        let word = index < 16 ? (index < 8 ? first : second) : (index < 24 ? third : fourth)
        return UInt8(truncatingIfNeeded: word &>> UInt64(truncatingIfNeeded: 56 &- 8 &* (index & 7)))
    }
}

extension EffectDigest: CustomStringConvertible {
    /// The 64 hexadecimal digits.
    public var description: String { hex }
}

/// The lower-case digit of a number below 16, as a byte of ASCII.
@inline(__always)
func hexDigit(_ number: UInt8) -> UInt8 {
    number < 10 ? 0x30 &+ number : 0x57 &+ number
}
