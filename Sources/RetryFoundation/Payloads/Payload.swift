import RetryCore

/// A reader of untrusted JSON of which only a small part is needed.
///
/// It returns in bounded time for any bytes: a text larger than the bound is not read, a text nested deeper than 64
/// levels is not JSON here, and a text that is not JSON says nothing.
enum Payload {
    /// The maximum size of a text or a body that is read, in bytes: error bodies are small.
    static let maximumSize = 64 << 10

    /// The result of reading bytes that may be a JSON object.
    enum Reading {
        /// An object with these members.
        case object([String: JSONValue])
        /// No object, and possibly no JSON at all.
        case other
        /// Most probably an object, but unreadable: it is too large or nested too deep, gives a key twice, or has half
        /// of a character in a text.
        case unreadable
    }

    /// Returns the members of the object that the bytes hold, or `nil` if they hold none.
    ///
    /// If `isListRead`, a list represents its first element.
    static func object(
        in bytes: some Collection<UInt8>, orFirstOfList isListRead: Bool = false
    ) -> [String: JSONValue]? {
        guard bytes.count <= maximumSize, let first = bytes.first(where: { !isSpace($0) }),
            first == UInt8(ascii: "{") || isListRead && first == UInt8(ascii: "["),
            let value = try? JSONParser.parse([UInt8](bytes))
        else { return nil }
        if case .object(let members) = value { return members }
        if case .array(let elements) = value, case .object(let members)? = elements.first { return members }
        return nil
    }

    /// Returns the kind of the bytes, of which at most so many are read.
    static func reading(of bytes: some Collection<UInt8>, atMost maximumSize: Int) -> Reading {
        guard bytes.first(where: { !isSpace($0) }) == UInt8(ascii: "{") else { return .other }
        guard bytes.count <= maximumSize else { return .unreadable }
        do {
            guard case .object(let members) = try JSONParser.parse([UInt8](bytes)) else { return .other }
            return .object(members)
        } catch {
            return error.isStrictness ? .unreadable : .other
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
}

extension JSONValue {
    /// The number, if it is written as a whole one, without a fraction or an exponent, and fits.
    var wholeNumber: Int? {
        if case .number(let text) = self { Int(text) } else { nil }
    }

    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }
}
