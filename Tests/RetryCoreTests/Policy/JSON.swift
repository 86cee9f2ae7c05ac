import Foundation
import RetryCore
import Testing

/// JSON in tests: reading and writing policies.
enum JSON {
    static func decode<Value: Decodable>(_ json: String, as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(json.utf8))
    }

    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

/// A document that has to be refused, the path that the error has to carry, and words that its text has to hold.
struct WrongJSON: Sendable, CustomTestStringConvertible {
    let json: String
    let path: String
    let words: [String]

    init(_ json: String, _ path: String, _ words: String...) {
        (self.json, self.path, self.words) = (json, path, words)
    }

    var testDescription: String { json.count < 200 ? json : "\(json.prefix(60))… of \(json.utf8.count) bytes" }

    /// Expects `decode` to throw a decoding error with the path and the words.
    func check(
        sourceLocation: SourceLocation = #_sourceLocation,
        decode: (Data) throws -> Any = { data in
            try JSONDecoder().decode(RetryPolicy.self, from: data)
        }
    ) {
        let error = #expect(throws: DecodingError.self, sourceLocation: sourceLocation) {
            _ = try decode(Data(json.utf8))
        }
        guard let context = error?.context else { return }
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        #expect(path == self.path, "\(context.debugDescription.prefix(300))", sourceLocation: sourceLocation)
        for word in words {
            #expect(context.debugDescription.contains(word), sourceLocation: sourceLocation)
        }
    }
}

extension DecodingError {
    /// The context, with the key that is missing at the end of its path.
    var context: Context? {
        switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context): context
        case .keyNotFound(let key, let context):
            Context(codingPath: context.codingPath + [key], debugDescription: context.debugDescription)
        @unknown default: nil
        }
    }
}
