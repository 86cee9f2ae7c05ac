/// A code of Foundation's URL loading; the table is documented at `URLError.classification` in RetryFoundation.
struct URLErrorCode {
    private let code: Int
    private let failingURL: String?
    private let text: String?

    init(_ code: Int, failingURL: String?, text: String?) {
        self.code = code
        self.failingURL = failingURL
        self.text = text
    }

    var evidence: ClientEvidence {
        switch code {
        case -999, -1_012: .cancellation  // cancelled, userCancelledAuthentication
        case -1: ClientEvidence(Self.errorClass(ofText: text))
        case -1_000, -1_002: evidenceOfURL
        case -1_003, -1_004, -1_006, -1_009, -1_018, -1_019, -1_020: .notSent(.transient)
        case -1_204 ... -1_201, -1_022: .notSent(.permanent)  // the server's certificate; no TLS
        case -1_206, -1_205: .notSent(.auth)  // the client's certificate
        default: ClientEvidence(errorClass)
        }
    }

    /// An invalid URL, or one whose scheme is not supported.
    ///
    /// On Linux, the second is also the error for an answer that is not HTTP: of an HTTP URL it proves nothing.
    private var evidenceOfURL: ClientEvidence {
        guard let failingURL else { return ClientEvidence(.permanent) }
        guard let scheme = Self.scheme(of: failingURL) else { return .notSent(.permanent) }
        switch scheme.lowercased() {
        case "http", "https": return ClientEvidence(code == -1_002 ? .serverError : .permanent)
        default: return scheme.allSatisfy(Self.isOfScheme) ? .notSent(.permanent) : ClientEvidence(.permanent)
        }
    }

    private static func scheme(of url: String) -> Substring? {
        url.firstIndex(of: ":").map { url[..<$0] }
    }

    private static func isOfScheme(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "+-.".contains(character))
    }

    private var errorClass: ErrorClass? {
        switch code {
        case -1_001, -1_005, -1_014, -1_200: .transient  // timedOut, networkConnectionLost, zeroByteResource, TLS
        case -3_007, -3_006, -997, -996: .transient  // a download broke midway, a background session
        case -1_011: .serverError  // badServerResponse
        case -1_013: .auth  // userAuthenticationRequired
        case -1_102: .permission  // noPermissionsToReadFile
        case -1_007, -1_010: .permanent  // too many redirects, or one to nowhere
        case -1_017 ... -1_015, -1_021: .permanent  // a body that cannot be decoded, or sent again
        case -995, -2_000: .permanent  // a session that may not do this
        case -1_101, -1_100, -1_103, -3_005 ... -3_000: .permanent  // files
        default: nil
        }
    }

    /// Returns the class of curl's text, for the code *unknown*: on Linux all failures of TLS have it.
    ///
    /// A text may give a class, and proves nothing.
    private static func errorClass(ofText text: String?) -> ErrorClass? {
        guard let text else { return nil }
        func begins(with prefixes: String...) -> Bool { prefixes.contains(where: text.hasPrefix) }
        if begins(with: "SSL certificate problem", "SSL: no alternative certificate subject name") { return .permanent }
        if begins(with: "SSL: certificate subject name") { return .permanent }
        if text.hasPrefix("OpenSSL/"), text.hasSuffix("wrong version number") { return .permanent }
        if begins(with: "transfer closed with", "OpenSSL SSL_connect: ", "OpenSSL SSL_read: ") { return .transient }
        return nil
    }
}
