/// A table of texts, and the class of failure that each suggests.
///
/// A table matches whole words by default: in `timeout after 4013ms` the word `4013ms` is not the status 401. Phrases
/// match words in a row. Tables that match anywhere in the text exist for a migration from a library that does so.
public struct ErrorMessageTable: Sendable {
    private let entries: [(needle: String, errorClass: ErrorClass)]
    private let matchesWords: Bool

    /// Creates a table of phrases that match whole words; the first entry that matches decides.
    public init(_ phrases: KeyValuePairs<String, ErrorClass>) {
        self.init(phrases.map { ($0.key, $0.value) }, matchesWords: true)
    }

    /// Creates a table of texts that match anywhere, even inside a word; the first entry that matches decides.
    public static func substrings(_ needles: KeyValuePairs<String, ErrorClass>) -> ErrorMessageTable {
        ErrorMessageTable(needles.map { ($0.key, $0.value) }, matchesWords: false)
    }

    private init(_ entries: [(String, ErrorClass)], matchesWords: Bool) {
        self.entries = entries.map { (matchesWords ? Self.words(in: $0.0) : $0.0.lowercased(), $0.1) }
        self.matchesWords = matchesWords
    }

    /// Returns the class that a text suggests, or `nil` if it suggests none.
    ///
    /// Letter case plays no part. Only the first 4,096 bytes of a text are read; a word that is cut there is left out.
    public func errorClass(of message: String) -> ErrorClass? {
        let bytes = message.utf8.prefix(4_096)
        let beginning = String(decoding: bytes, as: UTF8.self)
        let text: String
        if matchesWords {
            let isCut = bytes.endIndex < message.utf8.endIndex
            text = Self.words(in: isCut ? Self.dropLastWord(beginning) : beginning[...])
        } else {
            text = beginning.lowercased()
        }
        return entries.first { text.contains($0.needle) }?.errorClass
    }

    /// The words of a text in lower case, with one space before, between and after them.
    private static func words(in text: some StringProtocol) -> String {
        " " + text.lowercased().split { !isOfWord($0) }.joined(separator: " ") + " "
    }

    private static func dropLastWord(_ text: String) -> Substring {
        text[..<(text.lastIndex { !isOfWord($0) } ?? text.startIndex)]
    }

    private static func isOfWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber
    }
}

extension ErrorMessageTable {
    /// Words and phrases of common error texts, matched as whole words.
    public static let standard = ErrorMessageTable([
        "too many requests": .rateLimit, "rate limit": .rateLimit, "rate limited": .rateLimit,
        "ratelimit": .rateLimit, "throttled": .rateLimit, "throttling": .rateLimit, "throttle": .rateLimit,
        "slow down": .rateLimit, "429": .rateLimit,
        "unauthorized": .auth, "unauthorised": .auth, "unauthenticated": .auth, "authentication failed": .auth,
        "invalid credentials": .auth, "invalid token": .auth, "token expired": .auth, "401": .auth,
        "forbidden": .permission, "permission denied": .permission, "access denied": .permission,
        "not permitted": .permission, "blocked by policy": .permission, "403": .permission,
        "not found": .permanent, "404": .permanent, "bad request": .permanent, "400": .permanent,
        "invalid": .permanent, "validation failed": .permanent, "validation error": .permanent, "422": .permanent,
        "conflict": .concurrency, "deadlock": .concurrency, "409": .concurrency,
        "timeout": .transient, "timed out": .transient, "connection refused": .transient,
        "connection reset": .transient, "connection closed": .transient, "connection lost": .transient,
        "broken pipe": .transient, "temporarily unavailable": .transient, "try again": .transient,
        "internal server error": .serverError, "service unavailable": .serverError, "bad gateway": .serverError,
        "gateway timeout": .serverError, "overloaded": .serverError, "500": .serverError, "502": .serverError,
        "503": .serverError, "504": .serverError,
    ])

    /// The table of nodus-retry: texts that are not retried, matched anywhere: `4013ms` counts as 401.
    public static let nodus = ErrorMessageTable.substrings([
        "permission": .permission, "unauthorized": .auth, "forbidden": .permission, "not found": .permanent,
        "404": .permanent, "401": .auth, "403": .permission, "invalid": .permanent, "blocked by policy": .permission,
    ])

    /// The table of the AWS retry utilities: texts that mean a rate limit, matched anywhere.
    public static let awsRateLimit = ErrorMessageTable.substrings([
        "429": .rateLimit, "rate limit": .rateLimit, "throttl": .rateLimit,
    ])
}
