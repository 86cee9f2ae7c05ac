#if PostgreSQL
import CRetryPostgreSQL

/// The server and the database, in libpq's form, and the part of them that may be shown.
struct ConnectionString {
    private let text: String
    /// The words of the string; `nil` if libpq cannot read it.
    private let words: [(name: String, value: String, isSecret: Bool)]?

    init(_ text: String) {
        self.text = text
        // A single word is the name of a database, as for libpq.
        let isName = !text.contains("=") && !text.hasPrefix("postgres://") && !text.hasPrefix("postgresql://")
        words = isName ? [("dbname", text, false)] : Self.words(of: text)
    }

    /// A Boolean value that indicates whether libpq can read it.
    var canBeRead: Bool { words != nil }

    /// The words that name the server and the database, and no others: there may be secrets in any of them.
    var shown: String {
        guard let words else { return "unreadable" }
        let shown = words.filter { ["host", "hostaddr", "port", "dbname", "user", "service"].contains($0.name) }
        return shown.isEmpty ? "libpq's variables" : shown.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
    }

    /// Returns a message of libpq without secrets: it repeats a string that it cannot read.
    func withoutSecrets(_ message: String) -> String {
        guard let words else { return "the connection string cannot be read" }
        var message = text.isEmpty || words.count == 1 ? message : message.replacing(text, with: "…")
        for word in words where word.isSecret && !word.value.isEmpty {
            message = message.replacing(word.value, with: "…")
        }
        return message
    }

    private static func words(of text: String) -> [(name: String, value: String, isSecret: Bool)]? {
        guard let options = PQconninfoParse(text, nil) else { return nil }
        defer { PQconninfoFree(options) }
        var words: [(name: String, value: String, isSecret: Bool)] = []
        var option = options
        while let name = option.pointee.keyword {
            if let value = option.pointee.val {
                // The letter by which libpq marks hidden fields.
                let isSecret = option.pointee.dispchar.map { $0.pointee == 0x2a } ?? false
                words.append((String(cString: name), String(cString: value), isSecret))
            }
            option += 1
        }
        return words
    }
}

extension String {
    fileprivate func replacing(_ part: String, with other: String) -> String {
        split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
    }
}
#endif
