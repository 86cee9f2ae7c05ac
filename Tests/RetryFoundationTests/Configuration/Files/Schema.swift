import Foundation
import RetryFoundation

/// As much of JSON Schema as the schema of configurations uses.
struct Schema {
    private let root: JSONValue

    init(contentsOf file: URL) throws {
        root = try JSONParser.parse([UInt8](Data(contentsOf: file)))
    }

    func accepts(_ value: JSONValue) -> Bool { accepts(value, root) }

    /// The settings that a definition names, whichever form of it they belong to.
    func settings(of definition: String) -> Set<String> {
        guard let schema = root.members["$defs"]?.members[definition] else { return [] }
        let forms = [schema] + (schema.members["anyOf"]?.elements ?? [])
        return Set(forms.flatMap { $0.members["properties"]?.members.keys.map(\.self) ?? [] })
    }

    private func accepts(_ value: JSONValue, _ schema: JSONValue) -> Bool {
        guard case .object(let rules) = schema else { return schema == .bool(true) }
        return rules.allSatisfy { rule, argument in accepts(value, rule, argument, rules) }
    }

    private func accepts(
        _ value: JSONValue, _ rule: String, _ argument: JSONValue, _ rules: [String: JSONValue]
    ) -> Bool {
        switch rule {
        case "$schema", "title", "$defs": return true
        case "$ref": return definition(argument).map { accepts(value, $0) } ?? false
        case "type": return argument.elements.contains { hasType(value, $0) } || hasType(value, argument)
        case "enum": return argument.elements.contains(value)
        case "anyOf": return argument.elements.contains { accepts(value, $0) }
        case "allOf": return argument.elements.allSatisfy { accepts(value, $0) }
        case "minLength": return hasLength(value, atLeast: argument)
        case "propertyNames": return value.members.keys.allSatisfy { accepts(.string($0), argument) }
        case "minimum": return compare(value, argument, >=)
        case "maximum": return compare(value, argument, <=)
        case "exclusiveMinimum": return compare(value, argument, >)
        case "exclusiveMaximum": return compare(value, argument, <)
        case "pattern": return matches(value, argument)
        case "items": return value.elements.allSatisfy { accepts($0, argument) }
        case "required":
            guard case .object(let members) = value else { return true }
            return argument.elements.allSatisfy { members[$0.name] != nil }
        case "properties":
            return argument.members.allSatisfy { name, schema in
                value.members[name].map { accepts($0, schema) } ?? true
            }
        case "additionalProperties":
            let known = rules["properties"]?.members ?? [:]
            return value.members.allSatisfy { known[$0.key] != nil || accepts($0.value, argument) }
        default: return false
        }
    }

    private func definition(_ reference: JSONValue) -> JSONValue? {
        root.members["$defs"]?.members[String(reference.name.dropFirst("#/$defs/".count))]
    }

    private func hasType(_ value: JSONValue, _ type: JSONValue) -> Bool {
        switch value {
        case .null: type.name == "null"
        case .bool: type.name == "boolean"
        case .string: type.name == "string"
        case .array: type.name == "array"
        case .object: type.name == "object"
        case .number(let text):
            type.name == "number" || type.name == "integer" && Double(text).flatMap { Int(exactly: $0) } != nil
        }
    }

    private func compare(_ value: JSONValue, _ bound: JSONValue, _ holds: (Double, Double) -> Bool) -> Bool {
        guard case .number(let text) = value, case .number(let bound) = bound else { return true }
        return holds(Double(text) ?? .nan, Double(bound) ?? .nan)
    }

    private func hasLength(_ value: JSONValue, atLeast bound: JSONValue) -> Bool {
        guard case .string(let text) = value, case .number(let bound) = bound else { return true }
        return text.unicodeScalars.count >= Int(bound) ?? .max
    }

    private func matches(_ value: JSONValue, _ pattern: JSONValue) -> Bool {
        guard case .string(let text) = value else { return true }
        return !text.isEmpty
            && text.range(of: pattern.name, options: .regularExpression) == text.startIndex..<text.endIndex
    }
}

extension JSONValue {
    var elements: [JSONValue] {
        if case .array(let elements) = self { elements } else { [] }
    }

    var members: [String: JSONValue] {
        if case .object(let members) = self { members } else { [:] }
    }

    var name: String {
        if case .string(let text) = self { text } else { "" }
    }
}
