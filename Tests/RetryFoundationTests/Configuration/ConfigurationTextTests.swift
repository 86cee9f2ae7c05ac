import Foundation
import RetryFoundation
import Testing

@Suite("Decoding of configurations", .timeLimit(.minutes(20)))
struct ConfigurationTextTests {
    @Test func everyKindOfContainer() throws {
        let children = "[{\"name\": \"leaf\"}, null]"
        let tree = try decode(
            Tree.self, "{\"name\": \"root\", \"children\": \(children), \"size\": [1, [2, {\"x\": 3}]]}")
        #expect(tree.name == "root")
        #expect(tree.children?.map { $0?.name } == ["leaf", nil])
        #expect(tree.size == [1, 2, 3])
    }

    @Test func everyKindOfNumber() throws {
        #expect(try decode([Int8].self, "[-128, 127, 1.27e2, -0]") == [-128, 127, 127, 0])
        #expect(try decode([UInt64].self, "[18446744073709551615]") == [.max])
        #expect(try decode([Int64].self, "[-9223372036854775808]") == [.min])
        #expect(try decode([UInt128].self, "[18446744073709551616]") == [1 << 64])
        #expect(try decode([Float].self, "[0.5, 1e38, 0e9]") == [0.5, 1e38, 0])
        #expect(
            try decode([Double].self, "[1.7976931348623157e308, 5e-324]") == [
                .greatestFiniteMagnitude, .leastNonzeroMagnitude,
            ])
        #expect(try decode([Bool?].self, "[true, null, false]") == [true, nil, false])
    }

    @Test(arguments: ["[128]", "[-129]", "[1.5]", "[\"1\"]", "[true]", "[null]", "[[1]]", "[1e400]", "{}", "1"])
    func aNumberThatDoesNotFit(text: String) {
        #expect(throws: RetryConfigurationError.self) { try decode([Int8].self, text) }
    }

    @Test func whatIsMissingIsNamed() throws {
        let error = try #require(throws: RetryConfigurationError.self) { try decode(Tree.self, "{\"children\": []}") }
        #expect(error.setting == "name")
        #expect(error.problem == "is not right: The setting name is missing")
    }

    @Test func aListThatEndsTooEarlyIsNamed() throws {
        let error = try #require(throws: RetryConfigurationError.self) {
            try decode(Tree.self, "{\"name\": \"root\", \"size\": [1]}")
        }
        #expect(error.setting == "size[1]")
    }

    @Test func errorsOfATypesOwnAreKept() throws {
        let error = try #require(throws: RetryConfigurationError.self) { try decode(Stubborn.self, "{}") }
        #expect(error.problem == "is not right: permanent failure")
    }

    private func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try ConfigurationText(data: Data(text.utf8)).decode(type)
    }
}

/// A type that decodes itself by every means that there is.
private struct Tree: Decodable {
    let name: String
    let children: [Tree?]?
    let size: [Int]

    private enum CodingKeys: String, CodingKey {
        case name, children, size, x
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        children = try container.decodeIfPresent([Tree?].self, forKey: .children)
        guard container.contains(.size) else {
            size = []
            return
        }
        var list = try container.nestedUnkeyedContainer(forKey: .size)
        let first = try Int(from: list.superDecoder())
        var inner = try list.nestedUnkeyedContainer()
        let second = try inner.decode(Int.self)
        let third = try inner.nestedContainer(keyedBy: CodingKeys.self).superDecoder(forKey: .x)
        size = [first, second, try Int(from: third)]
    }
}

private struct Stubborn: Decodable {
    init(from decoder: any Decoder) throws { throw PermanentError() }
}
