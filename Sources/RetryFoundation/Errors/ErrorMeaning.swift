import RetryCore

/// What a code of a system stands for.
enum ErrorMeaning: Sendable, Hashable {
    /// Somebody did not want the operation any longer.
    case cancellation
    /// The operation failed, and the failure has this class.
    case failure(ErrorClass)
}
