import Foundation
import RetryCore

// Conformances are looked up once per type, but one type, `NSError`, stands for every domain: so each answer is made
// from the instance.
extension DomainError {
    /// Describes an `NSError`.
    init(_ error: NSError) {
        self.init(domain: error.domain, code: error.code, userInfo: error.userInfo)
    }
}
