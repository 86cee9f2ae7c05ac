import Foundation
import RetryCore

// Conformances are looked up once per type, but one type, `NSError`, represents every domain: so each answer is made
// from the instance.
extension DomainError {
    /// Creates the description of an `NSError`.
    init(_ error: NSError) {
        self.init(domain: error.domain, code: error.code, userInfo: error.userInfo)
    }
}
