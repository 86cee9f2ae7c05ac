/// The error of a fault that chaos has injected: the operation was not run.
public struct ChaosError: SelfClassifyingError, ExecutionAwareError, Hashable, CustomStringConvertible {
    /// The class of the error.
    public let errorClass: ErrorClass

    /// Creates the error.
    public init(_ errorClass: ErrorClass) { self.errorClass = errorClass }

    /// Always not executed.
    public var execution: ExecutionCertainty { .notExecuted }

    /// The class, without a hint.
    public var classification: ErrorClassification { ErrorClassification(errorClass) }

    /// The origin of the error, so that it is not taken for one of the service.
    public var description: String { "Chaos injected this fault (\(errorClass)): the operation was not run." }
}
