import RetryAsync

/// An error of the operation, of a class that the test chooses; each can be told from the others.
struct Fault: SelfClassifyingError, Hashable {
    let number: Int
    let classification: ErrorClassification

    init(_ number: Int, _ classification: ErrorClassification = .transient) {
        self.number = number
        self.classification = classification
    }
}

/// An error that nothing is known about.
struct Mystery: Error, Hashable {}

/// An error that is the same one only if it is the same object.
final class FaultObject: SelfClassifyingError {
    let classification: ErrorClassification = .transient
}

/// An error that carries another one.
struct Wrapper: WrappingError {
    let wrappedError: (any Error)?
}

/// An error that says of itself whether it is a cancellation.
struct Disconnected: CancellationAwareError, Hashable {
    let isCancellation: Bool
}
