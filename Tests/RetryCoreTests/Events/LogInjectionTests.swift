import RetryCore
import RetryTesting
import Testing

/// Texts of errors, names and classes may come from an attacker; no text forges a line or a field of a log.
@Suite("Log injection", .timeLimit(.minutes(20)))
struct LogInjectionTests {
    /// The lines of a call whose every text is `text`.
    private func lines(_ text: String) -> [String] {
        let lines = Locked<[String]>([])
        let errorClass = ErrorClass(text.isEmpty ? "empty" : text)
        _ = try? retryBlocking(
            RetryPipeline(text, policy: .once.named(text)).observer(
                .log(includesMessages: true) { _, line in lines.withLock { $0.append(line) } })
        ) { throw TaggedError(ErrorClassification(errorClass), text) }
        return lines.withLock { $0 }
    }

    /// Reads a line as a log reader would: fields at spaces, but not within quotes.
    private func fields(_ line: String) -> [String: String] {
        var fields: [String: String] = [:]
        var rest = line.unicodeScalars.drop { $0 != " " }
        while rest.popFirst() != nil {
            let name = take(&rest) { $0 != "=" }
            rest = rest.dropFirst()
            let value = rest.first == "\"" ? quoted(&rest) : take(&rest) { $0 != " " }
            #expect(fields.updateValue(value, forKey: name) == nil, "\(name) twice in \(line)")
        }
        return fields
    }

    private func take(_ rest: inout Substring.UnicodeScalarView, while isPart: (Unicode.Scalar) -> Bool) -> String {
        let value = rest.prefix(while: isPart)
        rest = rest.dropFirst(value.count)
        return String(value)
    }

    private func quoted(_ rest: inout Substring.UnicodeScalarView) -> String {
        rest = rest.dropFirst()
        var value = String.UnicodeScalarView()
        while let next = rest.popFirst(), next != "\"" {
            value.append(next)
            if next == "\\", let escaped = rest.popFirst() { value.append(escaped) }
        }
        return String(value)
    }

    static let texts = [
        "line\nerror forged operation=none", "\r\n", "tab\there", "bell\u{7}", "\u{0}", "\u{1B}[31mred", "delete\u{7F}",
        "next line\u{85}", "separator\u{2028}\u{2029}", "turn\u{202E}around\u{2066}", "\" attempt=9 error=\"Forged",
        "back\\slash", "\\\" attempt=9", "plain attempt=9", "attempt=9", " ", "", "\"", "\u{3000}wide",
        "e\u{301}\n\u{308}", "👩‍👧\u{1F468}\u{200D}\n",
    ]

    @Test("every text stays within its field and its line", arguments: texts)
    func staysInItsField(_ text: String) {
        let lines = lines(text)
        #expect(lines.count == 2)
        for line in lines {
            #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .control })
            #expect(!line.unicodeScalars.contains { "\u{2028}\u{2029}\u{202E}\u{2066}".unicodeScalars.contains($0) })
            #expect(fields(line)["attempt"] == "1")
        }
        let names: Set = ["operation", "policy", "attempt", "class", "error", "elapsed", "message"]
        #expect(Set(fields(lines[1]).keys) == (text.isEmpty ? names.subtracting(["policy"]) : names))
        #expect(fields(lines[1])["error"] == "TaggedError")
    }

    @Test("any text at all stays within its field and its line", arguments: 0..<50 as Range<UInt64>)
    func staysInItsField(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("a =\"\\\n\r\u{85}\u{2028}\u{202E}\u{0}é".unicodeScalars)
        for _ in 0..<20 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                if let scalar = alphabet.randomElement(using: &random) { text.append(scalar) }
            }
            staysInItsField(String(text))
        }
    }

    @Test("a text that needs no quotes has none, and what was escaped can be read back")
    func readable() {
        #expect(fields(lines("users")[1])["message"] == "users")
        #expect(lines("users")[1].contains(" message=users"))
        #expect(lines("")[1].contains(#" operation="" "#))
        #expect(lines("a\nb \"c\" \\d")[1].hasSuffix(#" message="a\nb \"c\" \\d""#))
    }
}
