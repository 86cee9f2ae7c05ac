public import Foundation
public import RetryCore

/// Evidence for the default classifier: Foundation's errors of files and texts.
extension CocoaError: PartlyClassifyingError, CancellationAwareError, WrappingError {
    /// The class of this error, by its code.
    ///
    /// | code | class |
    /// |---|---|
    /// | `fileReadNoPermission`, `fileWriteNoPermission` | permission |
    /// | `fileNoSuchFile`, `fileReadNoSuchFile`, `fileReadCorruptFile`, `fileReadTooLarge` | permanent |
    /// | `fileWriteFileExists`, `fileWriteVolumeReadOnly`, `featureUnsupported` | permanent |
    /// | invalid names, inapplicable and unknown encodings, unsupported schemes | permanent |
    /// | 1024 to 2559: values and texts that their own rules refuse | permanent |
    /// | 3584 to 3839: code that cannot be loaded | permanent |
    /// | 3840 to 4095: property lists and JSON that cannot be read | permanent |
    /// | 4864 to 4991: coders that found another value than expected | permanent |
    /// | `fileLocking` | concurrency |
    /// | 4097: a connection to another process was interrupted | transient |
    /// | `userCancelled` | a cancellation, see ``isCancellation`` |
    /// | all others, such as `fileReadUnknown` and `fileWriteOutOfSpace` | of the error below it, else unknown |
    public var classification: ErrorClassification {
        ErrorClassifier.default.classification(of: self) ?? .unknown
    }

    package var ownClassification: ErrorClassification? { domainError.classification }

    /// A Boolean value that indicates whether this error says that the user cancelled: `userCancelled`.
    public var isCancellation: Bool { domainError.evidence.isCancellation }

    /// The error below this one, under `NSUnderlyingErrorKey`.
    public var wrappedError: (any Error)? { domainError.underlying }

    private var domainError: DomainError {
        DomainError(domain: NSCocoaErrorDomain, code: code.rawValue, userInfo: errorUserInfo)
    }
}
