/// The field `RateLimit` of the IETF's drafts.
///
/// | draft | example |
/// |---|---|
/// | from 08 on: a list, one item for each policy | `"burst";r=0;t=5, "daily";r=900;t=3600` |
/// | 07: a dictionary | `limit=100, remaining=0, reset=30` |
///
/// Both are structured fields (RFC 9651), and read as such: a value that is none is no limit at all.
struct RateLimitField {
    /// The items of a list, one for each policy.
    private var list: [RateLimit] = []
    /// The limit that a dictionary describes.
    private var dictionary = RateLimit()

    /// Reads the value of the field; `nil` if it is no structured field.
    static func limits(_ value: String) -> [RateLimit]? {
        var field = RateLimitField()
        let isRead = ASCIIScanner.scan(value.utf8) { scanner in
            scanner.trim()
            repeat {
                scanner.skipBlanks()
                guard field.readMember(&scanner) else { return false }
                scanner.skipBlanks()
            } while scanner.skip(",")
            return scanner.isAtEnd
        }
        return isRead ? (field.list + [field.dictionary]).filter { $0 != RateLimit() } : nil
    }

    /// Moves past an item of a list, or a key of a dictionary with its value, and past its parameters.
    private mutating func readMember(_ scanner: inout ASCIIScanner) -> Bool {
        var item = RateLimit()
        if scanner.skip("\"") {
            guard scanner.skipEndOfString(), Self.readParameters(&scanner, of: &item) else { return false }
            list.append(item)
            return true
        }
        guard let name = scanner.token() else { return false }
        if scanner.skip("=") {
            return Self.readValue(&scanner, of: name, in: &dictionary)
                && Self.readParameters(&scanner, of: &dictionary)
        }
        guard Self.readParameters(&scanner, of: &item) else { return false }
        list.append(item)
        return true
    }

    private static func readParameters(_ scanner: inout ASCIIScanner, of limit: inout RateLimit) -> Bool {
        while scanner.skip(";") {
            scanner.skipBlanks()
            guard let key = scanner.token() else { return false }
            // A key alone is a flag.
            guard !scanner.skip("=") || readValue(&scanner, of: key, in: &limit) else { return false }
        }
        return true
    }

    private static func readValue(
        _ scanner: inout ASCIIScanner, of key: String, in limit: inout RateLimit
    ) -> Bool {
        if scanner.skip("\"") { return scanner.skipEndOfString() && limit.set(key, to: nil) }
        if scanner.skip(":") { return scanner.skipEndOfBytes() && limit.set(key, to: nil) }
        guard let text = scanner.token() else { return false }
        let number = ASCIIScanner.scan(text.utf8) { scanner -> Int64? in
            let number = scanner.saturatingInteger()
            return scanner.isAtEnd ? number : nil
        }
        return limit.set(key, to: number)
    }
}

extension RateLimit {
    /// Applies the value of a key; most keys do not concern the remainder.
    ///
    /// - Returns: `false` if the key must have a whole number, and has something else.
    fileprivate mutating func set(_ key: String, to number: Int64?) -> Bool {
        switch key {
        case "r", "remaining":
            guard let number else { return false }
            remaining = number == 0 ? .nothing : .something
        case "t", "reset":
            guard let number else { return false }
            wait = number.saturatingMultiply(1_000_000_000)
        default: break
        }
        return true
    }
}

extension ASCIIScanner {
    /// Moves past the rest of a string, its closing quote included.
    fileprivate mutating func skipEndOfString() -> Bool {
        while let byte = next() {
            if byte == UInt8(ascii: "\"") { return true }
            if byte == UInt8(ascii: "\\"), next() == nil { return false }
        }
        return false
    }

    /// Moves past the rest of a sequence of bytes in Base64, its closing colon included.
    fileprivate mutating func skipEndOfBytes() -> Bool {
        while let byte = next() {
            if byte == UInt8(ascii: ":") { return true }
        }
        return false
    }

    /// Moves past one or more bytes that are no separators in a structured field, and returns them.
    fileprivate mutating func token() -> String? {
        prefix(while: { byte in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "="), UInt8(ascii: "("),
                UInt8(ascii: ")"):
                false
            default: byte > 0x20 && byte < 0x7F
            }
        })
    }
}
