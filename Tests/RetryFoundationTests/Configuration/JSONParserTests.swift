import Foundation
import RetryFoundation
import Testing

@Suite("The JSON parser", .timeLimit(.minutes(20)))
struct JSONParserTests {
    @Test(
        arguments: [
            ("null", .null), ("true", .bool(true)), ("false", .bool(false)), ("-0", .number("-0")),
            ("1.5e-3", .number("1.5e-3")), ("10E+2", .number("10E+2")), ("\"\"", .string("")),
            ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", .string("\"\\/\u{8}\u{C}\n\r\t")),
            ("\"\\u00E9\\u00e9\\uD83D\\uDD01\\u0000\"", .string("éé🔁\u{0}")), ("\"é🔁\"", .string("é🔁")),
            ("[]", .array([])), ("[ 1 , [ ] ]", .array([.number("1"), .array([])])), ("{}", .object([:])),
            ("{\"a\":{\"b\":[null]},\"\":0}", .object(["a": .object(["b": .array([.null])]), "": .number("0")])),
        ] as [(String, JSONValue)])
    func reads(text: String, expected: JSONValue) throws {
        #expect(try JSONParser.parse(Array(text.utf8)) == expected)
    }

    @Test func nestsAsDeepAsItSays() throws {
        func nested(_ levels: Int) -> [UInt8] {
            Array((String(repeating: "[", count: levels) + String(repeating: "]", count: levels)).utf8)
        }
        #expect(throws: Never.self) { try JSONParser.parse(nested(64)) }
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(nested(65)) }
    }

    /// Texts made of pieces of JSON in all orders: whatever the parser takes, Foundation reads in the same way.
    @Test func whatItTakesFoundationTakesToo() throws {
        let pieces = ["{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "1", "-", "0", ".5", "e3", "null", "true", " "]
        var random = RetryRandomSource.seeded(20)
        var taken = 0
        for _ in 0..<60_000 {
            let text = (0..<Int.random(in: 1...9, using: &random)).map { _ in pieces.randomElement(using: &random) ?? ""
            }
            .joined()
            guard let value = try? JSONParser.parse(Array(text.utf8)) else { continue }
            taken += 1
            let twin = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
            #expect(value.isEqual(to: twin), "\(text)")
        }
        #expect(taken > 1_000)
    }

    /// A right text with bytes changed, left out and doubled: the parser always returns.
    @Test func neverTraps() {
        let original = Array("{\"max_attempts\": 3, \"b\\u00e9\": [1.5e3, \"é\\n\", {\"c\": null}]}".utf8)
        var random = RetryRandomSource.seeded(21)
        for _ in 0..<40_000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = .random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes.insert(bytes[place], at: place)
                }
            }
            _ = try? RetryPolicy(json: Data(bytes))
        }
    }
}

extension JSONValue {
    /// Returns whether this is what Foundation read.
    fileprivate func isEqual(to other: Any) -> Bool {
        switch self {
        case .null: other is NSNull
        case .bool(let value): (other as? Bool) == value
        case .number(let text): (other as? NSNumber)?.doubleValue == Double(text)
        case .string(let text): (other as? String) == text
        case .array(let elements):
            (other as? [Any]).map { $0.count == elements.count && zip(elements, $0).allSatisfy { $0.isEqual(to: $1) } }
                ?? false
        case .object(let members):
            (other as? [String: Any]).map { twin in
                twin.count == members.count
                    && members.allSatisfy { key, value in twin[key].map(value.isEqual) ?? false }
            } ?? false
        }
    }
}
