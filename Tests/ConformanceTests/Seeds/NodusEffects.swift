import Foundation
import RetryAsync

extension ConformanceRun {
    mutating func nodusActionIDs() async throws {
        for row in vectors["nodus_action_ids"].array {
            let name = try row["name"].string.unwrapped("a row has no name")
            let text = try row["canonical_json_ascii"].string.unwrapped("\(name) has no text")
            // Read from its end to its beginning: the order of the text must come from us.
            var reader = CanonicalReader(text)
            let document = try reader.value()
            let payload = try document["payload"].unwrapped("\(name) has no payload")
            let id = ActionID.nodus(
                type: row["action_type"].string ?? "", payload: payload, scope: row["scope"].string ?? "")
            compare(
                "nodus_action_ids", name, recorded: row["sha256"],
                ours: .string(String(decoding: id.key, as: UTF8.self)))
            compare("nodus_action_ids", "\(name), written", recorded: .string(text), ours: .string(document.text))
        }
    }

    mutating func nodusEffectStore() async throws {
        for (name, scenario) in vectors["nodus_effect_store"].members {
            var session = NodusSession()
            let results = try scenario["ops"].array.map { try session.run($0.array) }
            compare("nodus_effect_store", name, recorded: scenario["results"], ours: .array(results))
        }
    }
}

/// The verbs of nodus-retry's store, done with ours: each by the function that its page is told to use.
private struct NodusSession {
    private let store = InMemoryEffectStore()
    private var tickets: [String: EffectClaimTicket] = [:]
    private var hashes: [EffectFingerprint: JSON] = [:]

    mutating func run(_ operation: [JSON]) throws -> JSON {
        let verb = try operation.first?.string.unwrapped("an operation has no verb")
        if verb == "len" { return .number(Double(store.count)) }
        let key = try operation[1].string.unwrapped("an operation has no key")
        let record = store.record(for: try ActionID(key))
        switch verb {
        case "resolve":
            guard case .succeeded(let bytes) = record?.state else { return [false, nil] }
            return [true, try decoded(bytes)]
        case "pending":
            let fingerprint = EffectFingerprint(of: "\(operation[2])".utf8)
            hashes[fingerprint] = operation[2]
            let id = try ActionID(key)
            let answer = store.claim(id, fingerprint: fingerprint, lease: .seconds(60))
            if case .execute(let token, _) = answer { tickets[key] = EffectClaimTicket(id, token) }
            return .null
        case "complete": return try complete(key, status: operation[2].string, payload: operation[3])
        case "get":
            guard let record else { return .null }
            return [
                try status(of: record), hashes[record.fingerprint] ?? .null, try payload(of: record), isOver(record),
            ]
        default: throw HarnessError(description: "there is no verb \(verb ?? "")")
        }
    }

    private func complete(_ key: String, status: String?, payload: JSON) throws -> JSON {
        let ticket = try tickets[key] ?? EffectClaimTicket(ActionID(key), FencingToken(0))
        switch status {
        case "success": _ = try store.settle(ticket, .succeeded(payload.canonical.bytes))
        case "failed": _ = try store.settle(ticket, .failedBeforeEffect)
        default: return "there is no such outcome"
        }
        return .null
    }

    private func status(of record: EffectRecord) throws -> JSON {
        switch record.state {
        case .running: "pending"
        case .succeeded, .succeededWithoutResult: "success"
        case .failed: "failed"
        case .indeterminate: "indeterminate"
        }
    }

    private func payload(of record: EffectRecord) throws -> JSON {
        if case .succeeded(let bytes) = record.state { try decoded(bytes) } else { .null }
    }

    private func isOver(_ record: EffectRecord) -> JSON {
        if case .running = record.state { false } else { true }
    }

    private func decoded(_ bytes: [UInt8]) throws -> JSON {
        try JSONDecoder().decode(JSON.self, from: Data(bytes))
    }
}

extension JSON {
    fileprivate var canonical: CanonicalJSON {
        switch self {
        case .null: .null
        case .bool(let value): .bool(value)
        case .number(let value): Int(exactly: value).map { .integer($0) } ?? .double(value)
        case .string(let text): .string(text)
        case .array(let elements): .array(elements.map(\.canonical))
        case .object(let members): .object(members.mapValues(\.canonical))
        }
    }
}

extension CanonicalJSON {
    fileprivate subscript(name: String) -> CanonicalJSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }
}

/// Reads what is canonical, whole and floating-point numbers apart, and turns the order of members around.
private struct CanonicalReader {
    private var rest: Substring

    init(_ text: String) {
        rest = Substring(text)
    }

    mutating func value() throws -> CanonicalJSON {
        switch rest.first {
        case "{":
            let members = try list { reader in
                let name = try reader.string()
                reader.rest.removeFirst()
                return CanonicalJSON.Member(name, try reader.value())
            }
            return .object(members.reversed())
        case "[": return .array(try list { try $0.value() })
        case "\"": return .string(try string())
        default: return try scalar()
        }
    }

    /// The elements up to the closing bracket.
    private mutating func list<Element>(
        _ element: (inout CanonicalReader) throws -> Element
    ) throws -> [Element] {
        rest.removeFirst()
        var elements: [Element] = []
        while let next = rest.first, next != "}", next != "]" {
            if next == "," { rest.removeFirst() }
            elements.append(try element(&self))
        }
        rest.removeFirst()
        return elements
    }

    private mutating func string() throws -> String {
        var isEscaped = false
        let end = rest.dropFirst().firstIndex { character in
            defer { isEscaped = character == "\\" && !isEscaped }
            return character == "\"" && !isEscaped
        }
        let last = try end.unwrapped("a text has no end")
        let literal = rest[...last]
        rest = rest[rest.index(after: last)...]
        return try JSONDecoder().decode(String.self, from: Data(literal.utf8))
    }

    private mutating func scalar() throws -> CanonicalJSON {
        let word = rest.prefix { !",]}".contains($0) }
        rest = rest.dropFirst(word.count)
        switch word {
        case "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "NaN": return .double(.nan)
        case "Infinity": return .double(.infinity)
        case "-Infinity": return .double(-.infinity)
        default: break
        }
        if let integer = CanonicalJSON.Integer(decimal: word) { return .integer(integer) }
        return .double(try Double(String(word)).unwrapped("\(word) is no number"))
    }
}
