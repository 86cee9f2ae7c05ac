import Foundation
import RetryCore

/// An error as Foundation describes its own: by a domain, by a code, and by the error below it.
///
/// Conformances are looked up once per type, but one type, `NSError`, stands for every domain: so each answer is made
/// from the instance.
struct DomainError {
    let domain: String
    let code: Int
    let underlying: (any Error)?

    /// Describes an `NSError`.
    init(_ error: NSError) {
        self.init(domain: error.domain, code: error.code, userInfo: error.userInfo)
    }

    init(domain: String, code: Int, userInfo: [String: Any]) {
        self.domain = domain
        self.code = code
        self.underlying = userInfo[NSUnderlyingErrorKey] as? any Error
    }

    /// Whether this error itself, whatever is below it, stands for a cancellation.
    var isCancellation: Bool { meaning == .cancellation }

    /// The class of this error itself; `nil` if its domain and code do not tell.
    var classification: Classification? {
        switch meaning {
        case .failure(let errorClass): Classification(errorClass)
        case .cancellation: .permanent
        case nil: nil
        }
    }

    private var meaning: ErrorMeaning? {
        switch domain {
        case NSPOSIXErrorDomain: POSIXErrorTable.meaning(of: code)
        case NSCocoaErrorDomain: CocoaErrorTable.meaning(of: code)
        case let domain where URLErrorTable.domains.contains(domain): URLErrorTable.meaning(of: code)
        // A CancellationError that became an NSError keeps nothing but its domain.
        case "Swift.CancellationError": .cancellation
        default: nil
        }
    }
}
