/// An error in Foundation's form: a domain, a code, and the error below it.
///
/// RetryFoundation makes it from the types of Foundation, and the table of ``KnownClient/foundation`` from their
/// mirrors.
package struct DomainError {
    let domain: String
    let code: Int
    package let underlying: (any Error)?
    /// The URL of the request that failed: on Linux of the first one, elsewhere of the last.
    let failingURL: String?
    /// The localised description, which is curl's text on Linux.
    let text: String?

    /// Describes an error by its domain, its code and its user information.
    package init(domain: String, code: Int, userInfo: [String: Any]) {
        self.domain = domain
        self.code = code
        underlying = userInfo["NSUnderlyingError"] as? any Error
        failingURL =
            userInfo["NSErrorFailingURLStringKey"] as? String ?? userInfo["NSErrorFailingURLKey"].map { "\($0)" }
        text = userInfo["NSLocalizedDescription"] as? String
    }

    /// The evidence by the domain's table; an error of an unknown domain has the evidence of the error below it.
    package var evidence: ClientEvidence {
        var evidence = known ?? ClientEvidence(execution: nil)
        evidence.wrapped = underlying
        return evidence
    }

    /// The class of this error itself; `nil` if its domain and code do not determine it.
    ///
    /// A cancellation is permanent to a classifier that still receives it.
    package var classification: ErrorClassification? {
        let evidence = evidence
        return evidence.isCancellation ? .permanent : evidence.errorClass.map { ErrorClassification($0) }
    }

    private var known: ClientEvidence? {
        switch domain {
        case "NSURLErrorDomain", "kCFErrorDomainCFNetwork":
            URLErrorCode(code, failingURL: failingURL, text: text).evidence
        case "NSCocoaErrorDomain": CocoaErrorCode.evidence(code)
        case "NSPOSIXErrorDomain": Int32(exactly: code).map(ClientEvidence.errno)
        // A CancellationError that became an NSError keeps nothing but its domain.
        case "Swift.CancellationError": .cancellation
        default: nil
        }
    }
}

/// The codes of Foundation itself; the table is documented at `CocoaError.classification` in RetryFoundation.
enum CocoaErrorCode {
    static func evidence(_ code: Int) -> ClientEvidence? {
        if code == 3_072 { return .cancellation }  // userCancelled
        return errorClass(code).map { ClientEvidence($0) }
    }

    private static func errorClass(_ code: Int) -> ErrorClass? {
        switch code {
        case 257, 513: .permission  // no permission to read, or to write
        case 255: .concurrency  // fileLocking
        case 4, 258...264: .permanent  // no such file, a name, an encoding or a size that cannot be read
        case 514, 516...518, 642: .permanent  // a name, a file that exists, an encoding, a volume that is read-only
        case 1_024...2_047: .permanent  // a value that its own rules refuse
        case 2_048...2_559: .permanent  // a text that cannot be formatted or read
        case 3_328: .permanent  // featureUnsupported
        case 3_584...3_839: .permanent  // code that cannot be loaded
        case 3_840...4_095: .permanent  // a property list or a JSON text that cannot be read
        case 4_097: .transient  // a connection to another process was interrupted
        case 4_864...4_991: .permanent  // a coder that found another thing than it looked for
        default: nil
        }
    }
}
