/// The class that the name of an error type suggests: the weakest evidence, asked last.
///
/// A name is read word by word, and its end decides, as in English: an `AuthServerTimeoutError` is a timeout, and an
/// `InvalidConnectionStringError` is about a string. A name whose end matches no phrase of the table has no class.
enum TypeNames {
    /// Returns the class that a type's name suggests, or `nil` if it suggests none.
    ///
    /// The arguments of a generic type are left out: a `Failed<AuthToken>` says nothing about its cause.
    static func errorClass(of typeName: String) -> ErrorClass? {
        var words = words(of: typeName.prefix { $0 != "<" })
        while let last = words.last, fillers.contains(last) { words.removeLast() }
        if words.contains("non") { return nil }  // a NonTransientConnectionException
        for (phrases, errorClass) in endings {
            for phrase in phrases where ends(words, with: phrase) {
                guard errorClass == .transient else { return errorClass }
                let before = words.dropLast(phrase.count)
                // An UnauthorizedConnectionError is no matter of the connection.
                if let last = before.last, ["unauthorized", "unauthorised", "unauthenticated"].contains(last) {
                    return .auth
                }
                return before.contains(where: denials.contains) ? nil : errorClass
            }
        }
        return decisiveWords.first { words.contains($0.word) }?.errorClass
    }

    private static func ends(_ words: [String], with phrase: [String]) -> Bool {
        words.suffix(phrase.count).elementsEqual(phrase)
    }

    /// Words at the end of a name that say nothing.
    private static let fillers: Set<String> = ["error", "errors", "exception", "failure", "fault", "failed"]

    /// Words before a timeout or a connection that make it a matter of its value: an `InvalidTimeoutError`.
    private static let denials: Set<String> = [
        "bad", "duplicate", "illegal", "incorrect", "insecure", "invalid", "malformed", "misconfigured", "missing",
        "negative", "permanent", "unknown", "unparsable", "unsupported", "untrusted", "wrong", "zero",
    ]

    /// Words that decide wherever they are, if the end of the name does not.
    private static let decisiveWords: [(word: String, errorClass: ErrorClass)] = [
        ("forbidden", .permission), ("unauthenticated", .auth), ("unauthorised", .auth), ("unauthorized", .auth),
    ]

    private static let endings: [(phrases: [[String]], errorClass: ErrorClass)] = [
        (phrases(of: authEndings), .auth), (phrases(of: permissionEndings), .permission),
        (phrases(of: transientEndings), .transient),
    ]

    private static let authEndings =
        [
            "auth", "auth timeout", "auth token", "authenticate", "authentication", "authorisation", "authorization",
            "credential", "credentials", "not authorised", "not authorized", "oauth", "oauth token",
        ]
        + combinations(
            ["auth", "authentication", "authorisation", "authorization", "credential", "credentials"],
            ["denied", "expired", "invalid", "missing", "rejected", "required", "revoked"])

    private static let permissionEndings = ["access denied", "permission", "permission denied", "permissions"]

    private static let transientEndings =
        [
            "busy", "connect", "connection", "time out", "timed out", "timeout",
        ]
        + combinations(
            ["connection"],
            ["aborted", "broken", "closed", "dropped", "interrupted", "lost", "refused", "reset", "unavailable"])
        + combinations(["host", "network", "server", "service"], ["unavailable", "unreachable"])

    private static func combinations(_ firsts: [String], _ seconds: [String]) -> [String] {
        firsts.flatMap { first in seconds.map { "\(first) \($0)" } }
    }

    private static func phrases(of texts: [String]) -> [[String]] {
        texts.map { $0.split(separator: " ").map(String.init) }
    }

    /// Splits a type's name before each capital that starts a word: `HTTPTimeoutError` is `http`, `timeout`, `error`.
    ///
    /// Digits part words and belong to none: `Auth0Error` is `auth`, `error`. `OAuth` is one word.
    private static func words(of typeName: some StringProtocol) -> [String] {
        var words: [String] = []
        var word = ""
        func end() {
            guard !word.isEmpty else { return }
            if word == "Auth", words.last == "o" {
                words.removeLast()
                word = "OAuth"
            }
            words.append(word.lowercased())
            word = ""
        }
        let characters = Array(typeName)
        for (index, character) in characters.enumerated() {
            let isBreak = !character.isLetter
            let next = index + 1 < characters.count ? characters[index + 1] : " "
            let startsWord =
                character.isUppercase && (word.last?.isUppercase == false || (next.isLowercase && !word.isEmpty))
            if isBreak || startsWord { end() }
            if !isBreak { word.append(character) }
        }
        end()
        return words
    }
}
