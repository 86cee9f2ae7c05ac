/// The class that the name of an error type suggests.
enum TypeNames {
    /// Returns the class that a type's name suggests, or `nil` if it suggests none.
    ///
    /// The name is read word by word: `AuthTimeoutError` is `auth`, `timeout`, `error`. So an `AuthorNotFoundError` is
    /// no matter of authentication. The types that a generic one is about play no part: a `Failed<AuthToken>` has
    /// nothing to do with how it failed.
    static func errorClass(of typeName: String) -> ErrorClass? {
        let words = words(of: typeName.prefix { $0 != "<" })
        return table.first { entry in words.contains { word in entry.matches(word) } }?.errorClass
    }

    private struct Entry: Sendable {
        let errorClass: ErrorClass
        let whole: Set<String>
        let beginnings: [String]

        func matches(_ word: String) -> Bool {
            whole.contains(word) || beginnings.contains { word.hasPrefix($0) }
        }
    }

    // In this order: an AuthTimeoutError is a matter of authentication.
    private static let table = [
        Entry(
            errorClass: .auth, whole: ["auth", "oauth"],
            beginnings: ["authent", "authoriz", "authoris", "unauth", "credential"]),
        Entry(errorClass: .permission, whole: [], beginnings: ["forbid", "permission"]),
        Entry(errorClass: .transient, whole: [], beginnings: ["timeout", "connection"]),
    ]

    /// Splits a type's name before each capital that starts a word: `HTTPTimeoutError` is `http`, `timeout`, `error`.
    ///
    /// Digits part words and belong to none: `OAuth2Error` is `o`, `auth`, `error`.
    private static func words(of typeName: some StringProtocol) -> [String] {
        var words: [String] = []
        var word = ""
        let characters = Array(typeName)
        for (index, character) in characters.enumerated() {
            let isBreak = !character.isLetter
            let next = index + 1 < characters.count ? characters[index + 1] : " "
            let startsWord =
                character.isUppercase && (word.last?.isUppercase == false || (next.isLowercase && !word.isEmpty))
            if isBreak || startsWord, !word.isEmpty {
                words.append(word.lowercased())
                word = ""
            }
            if !isBreak { word.append(character) }
        }
        return word.isEmpty ? words : words + [word.lowercased()]
    }
}
