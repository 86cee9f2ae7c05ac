import RetryCore

/// An error with an identity: it differs from another one with the same text, and has a given class.
final class TaggedError: SelfClassifyingError, CustomStringConvertible {
    let classification: ErrorClassification
    let description: String

    init(_ classification: ErrorClassification = .transient, _ description: String = "it failed") {
        self.classification = classification
        self.description = description
    }
}

/// An error that nothing is known about.
struct StrangeError: Error, Equatable {}

/// An error around another one.
struct EnvelopeError: WrappingError {
    let wrappedError: (any Error)?
}

/// An error that may mean a cancellation.
struct MaybeCancelledError: CancellationAwareError {
    let isCancellation: Bool
}
