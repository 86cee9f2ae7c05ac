import Foundation
import RetryCore
import RetryFoundation
import Testing

@Suite("Effects and Foundation", .timeLimit(.minutes(20)))
struct EffectCodecTests {
    struct Receipt: Codable, Equatable, EffectResult {
        var number: Int
        var text: String
        var date: Date?
    }

    @Test("a result comes back from JSON as it was")
    func json() throws {
        let receipt = Receipt(number: 17, text: "caf\u{e9} \u{0} 🔁", date: Date(timeIntervalSince1970: 12.5))
        let codec = EffectCodec<Receipt>.json
        #expect(try codec.decode(codec.encode(receipt)) == receipt)
        #expect(try EffectCodec<Receipt>.json.encode(receipt) == codec.encode(receipt))
        #expect(throws: DecodingError.self) { try codec.decode(Array("{".utf8)) }
        #expect(throws: EncodingError.self) { try EffectCodec<Double>.json.encode(.nan) }
    }

    @Test("a gate keeps results as JSON without being told")
    func gate() throws {
        let gate = BlockingEffectGate(store: InMemoryEffectStore())
        let first = try gate.once("a") { _ in Receipt(number: 1, text: "one", date: nil) }
        let second = try gate.once("a") { _ in Receipt(number: 2, text: "two", date: nil) }
        #expect(!first.isReplay && second.isReplay && second.value == first.value)
    }

    @Test("the fingerprint of a request does not depend on the order of its members")
    func fingerprint() throws {
        let one = try EffectFingerprint(encoding: ["a": 1, "b": 2, "c": 3])
        #expect(try one == EffectFingerprint(encoding: ["c": 3, "b": 2, "a": 1]))
        #expect(try one != EffectFingerprint(encoding: ["a": 1, "b": 2]))
    }
}
