public import Foundation
public import RetryCore

/// Evidence for the default classifier: an `NSError`'s domain and code, and the error below it.
extension NSError: PartlyClassifyingError, CancellationAwareError, WrappingError {
    /// The class of this error, by the table of its domain.
    ///
    /// | domain | table |
    /// |---|---|
    /// | `NSURLErrorDomain`, `kCFErrorDomainCFNetwork` | as `URLError` |
    /// | `NSPOSIXErrorDomain` | as `POSIXError` |
    /// | `NSCocoaErrorDomain` | as `CocoaError` |
    ///
    /// An error of another domain, and one whose code is in no table, has the class of the error below it; without one
    /// it is unknown. To add a domain, put a classifier for it first:
    ///
    /// ```swift
    /// let classifier = ErrorClassifier { error in
    ///     let error = error as NSError
    ///     return error.domain == CKErrorDomain && error.code == 7 ? .rateLimit : nil
    /// }.or(.default)
    /// ```
    public var classification: ErrorClassification {
        ErrorClassifier.default.classification(of: self) ?? .unknown
    }

    package var ownClassification: ErrorClassification? { DomainError(self).classification }

    /// A Boolean value that indicates whether this error says that the operation was cancelled, by the user or by the
    /// program.
    public var isCancellation: Bool { DomainError(self).evidence.isCancellation }

    /// The error below this one, under `NSUnderlyingErrorKey`.
    public var wrappedError: (any Error)? { DomainError(self).underlying }
}
