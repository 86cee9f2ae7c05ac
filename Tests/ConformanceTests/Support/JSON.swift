/// A value of the recorded behaviour, or of ours.
enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])
}

extension JSON: Decodable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }
}

// MARK: Reading

extension JSON {
    subscript(key: String) -> JSON {
        if case .object(let members) = self { members[key] ?? .null } else { .null }
    }

    subscript(index: Int) -> JSON {
        array.indices.contains(index) ? array[index] : .null
    }

    var array: [JSON] {
        if case .array(let elements) = self { elements } else { [] }
    }

    /// The members of an object in the order of their names.
    var members: [(key: String, value: JSON)] {
        if case .object(let members) = self { members.sorted { $0.key < $1.key } } else { [] }
    }

    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var double: Double? {
        if case .number(let number) = self { number } else { nil }
    }

    var int: Int? { double.flatMap { Int(exactly: $0) } }

    var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    var isNull: Bool { self == .null }
}

// MARK: Comparing

extension JSON {
    /// Returns whether two values are the same, numbers to within a microsecond: ours are whole nanoseconds.
    func isClose(to other: JSON) -> Bool {
        switch (self, other) {
        case (.number(let one), .number(let other)):
            abs(one - other) <= 1e-6
        case (.array(let one), .array(let other)):
            one.count == other.count && zip(one, other).allSatisfy { $0.isClose(to: $1) }
        case (.object(let one), .object(let other)):
            one.keys == other.keys && one.allSatisfy { key, value in other[key].map(value.isClose) ?? false }
        default:
            self == other
        }
    }
}

// MARK: Writing

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(nilLiteral: ()) { self = .null }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(integerLiteral value: Int) { self = .number(Double(value)) }
    init(floatLiteral value: Double) { self = .number(value) }
    init(stringLiteral value: String) { self = .string(value) }
    init(arrayLiteral elements: JSON...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, JSON)...) { self = .object(Dictionary(elements) { $1 }) }

    /// Durations in seconds.
    static func seconds(_ durations: [Duration]) -> JSON { .array(durations.map(seconds)) }

    static func seconds(_ duration: Duration) -> JSON { .number(duration / .seconds(1)) }
}

extension JSON: CustomStringConvertible {
    var description: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let value): Int(exactly: value).map { "\($0)" } ?? "\(value)"
        case .string(let text): "\"\(text)\""
        case .array(let elements): "[" + elements.map(\.description).joined(separator: ", ") + "]"
        case .object: "{" + members.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
        }
    }
}

extension Duration {
    /// A number of seconds as it stands in the recorded behaviour.
    static func exactly(_ seconds: JSON) -> Duration {
        .nanoseconds(Int64(((seconds.double ?? 0) * 1e9).rounded()))
    }
}
