import RetryCore
import RetryTesting
import Testing

@Suite("SHA-256", .timeLimit(.minutes(20)))
struct SHA256Tests {
    @Test(
        "the examples of FIPS 180",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                    + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
                "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
            ),
        ])
    func published(_ text: String, _ digest: String) {
        #expect(SHA256.digest(of: text.utf8).hex == digest)
    }

    @Test("a million times the letter a, in pieces of every size")
    func aMillion() {
        var hash = SHA256()
        var left = 1_000_000
        var size = 1
        while left > 0 {
            let piece = min(size % 999 + 1, left)
            hash.update([UInt8](repeating: 0x61, count: piece))
            left -= piece
            size += 37
        }
        #expect(hash.finalize().hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test("every length from 0 to 200 bytes, as another implementation has it")
    func lengths() {
        var all = SHA256()
        for length in 0...200 {
            let digest = SHA256.digest(of: input(length))
            all.update(digest.bytes)
            let recorded = recordedDigests.dropFirst(8 * length).prefix(8)
            #expect(digest.shortHex == recorded, "\(length) bytes")
        }
        #expect(all.finalize().hex == recordedDigestOfDigests)
    }

    @Test("the same digest wherever the input is cut")
    func cuts() {
        for length in [0, 1, 55, 56, 63, 64, 65, 119, 120, 127, 128, 129, 200] {
            let whole = SHA256.digest(of: input(length))
            for cut in 0...length {
                var hash = SHA256()
                hash.update(input(length)[..<cut])
                hash.update(input(length)[cut...].map(\.self).lazy.map { $0 })
                #expect(hash.finalize() == whole)
            }
        }
    }

    @Test("finalizing changes nothing: more input may follow")
    func prefixes() {
        var hash = SHA256()
        for length in 0..<150 {
            #expect(hash.finalize() == SHA256.digest(of: input(length)))
            hash.update(input(length + 1).suffix(1))
        }
    }

    @Test func digestsAreReadBack() throws {
        let digest = SHA256.digest(of: "abc".utf8)
        #expect(EffectDigest(bytes: digest.bytes) == digest)
        #expect(digest.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == digest.hex)
        #expect(digest.description == digest.hex)
        #expect(digest.shortHex == "ba7816bf")
        for count in [0, 31, 33] { #expect(EffectDigest(bytes: [UInt8](repeating: 1, count: count)) == nil) }
        for index in 0..<32 {
            var bytes = digest.bytes
            bytes[index] ^= 1
            let other = try #require(EffectDigest(bytes: bytes))
            #expect(other != digest && other.bytes == bytes)
        }
    }

    private func input(_ length: Int) -> [UInt8] {
        (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }
    }
}

@Suite("HMAC over SHA-256", .timeLimit(.minutes(20)))
struct HMACSHA256Tests {
    @Test(
        "the examples of RFC 4231",
        arguments: [
            (
                [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
            ),
            (
                Array(1...25), [UInt8](repeating: 0xcd, count: 50),
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
            ),
            (
                [UInt8](repeating: 0xaa, count: 131),
                Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ])
    func published(key: [UInt8], message: [UInt8], digest: String) {
        #expect(HMACSHA256.digest(of: message, key: key).hex == digest)
        var pieces = HMACSHA256(key: key)
        for byte in message { pieces.update([byte]) }
        #expect(pieces.finalize().hex == digest)
    }

    @Test(
        "a key of a whole block is used as it is, and a longer one is not",
        arguments: [(63, "097ae61b"), (64, "c668fc54"), (65, "fa34864a")])
    func keyLengths(count: Int, digest: String) {
        #expect(HMACSHA256.digest(of: "x".utf8, key: [UInt8](repeating: 1, count: count)).shortHex == digest)
    }
}
