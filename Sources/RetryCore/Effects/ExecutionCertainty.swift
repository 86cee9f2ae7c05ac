/// What the error of an attempt says about whether the effect happened.
public enum ExecutionCertainty: Sendable, Hashable {
    /// The receiver has done nothing: it was not reached, or it refused. Trying again is safe.
    case notExecuted
    /// The receiver may have done it and the answer was lost: a timeout, a broken connection, anything not recognised.
    case unknown
}

/// An error that knows whether the effect happened.
///
/// ```swift
/// extension PaymentError: ExecutionAwareError {
///     var execution: ExecutionCertainty { self == .cardDeclined ? .notExecuted : .unknown }
/// }
/// ```
public protocol ExecutionAwareError: Error {
    /// Whether the receiver has certainly done nothing.
    var execution: ExecutionCertainty { get }
}

/// Says of another error that the receiver has done nothing.
///
/// Throw it from an effect that fails before it has sent anything:
///
/// ```swift
/// guard order.isValid else { throw NotExecutedError(InvalidOrder()) }
/// ```
public struct NotExecutedError: ExecutionAwareError, WrappingError, CustomStringConvertible {
    /// What went wrong.
    public let underlying: any Error
    /// Always not executed.
    public var execution: ExecutionCertainty { .notExecuted }
    /// What went wrong; it decides whether trying again makes sense.
    public var wrappedError: (any Error)? { underlying }

    /// Creates the error.
    public init(_ underlying: any Error) {
        self.underlying = underlying
    }

    /// What went wrong.
    public var description: String { "not executed: \(underlying)" }
}

extension CircuitOpenError: ExecutionAwareError {
    /// Always not executed: the call was not made.
    public var execution: ExecutionCertainty { .notExecuted }
}

/// Finds out whether the effect happened, from the error of an attempt.
///
/// ```swift
/// let execution = ExecutionClassifier.errors(PSPError.self) { $0.wasSent ? .unknown : .notExecuted }.or(.default)
/// ```
///
/// A classifier answers or passes. What none knows is ``ExecutionCertainty/unknown``, which is always safe: a wrong
/// *not executed* makes an effect happen twice.
public struct ExecutionClassifier: Sendable {
    private let classify: @Sendable (any Error, Classification) -> ExecutionCertainty?

    /// Creates a classifier from a closure that returns `nil` for an error it does not know.
    ///
    /// - Parameter classify: Gets the error and what kind of failure it stands for.
    public init(_ classify: @escaping @Sendable (any Error, Classification) -> ExecutionCertainty?) {
        self.classify = classify
    }

    /// Knows the errors of one type, by a closure.
    public static func errors<E: Error>(
        _ type: E.Type, _ classify: @escaping @Sendable (E) -> ExecutionCertainty?
    ) -> ExecutionClassifier {
        ExecutionClassifier { error, _ in (error as? E).flatMap(classify) }
    }

    /// Asks this classifier, and `other` about what this one does not know.
    public func or(_ other: ExecutionClassifier) -> ExecutionClassifier {
        ExecutionClassifier { self.classify($0, $1) ?? other.classify($0, $1) }
    }

    /// Returns what this classifier says of an error.
    ///
    /// - Parameters:
    ///   - error: The error of an attempt.
    ///   - classification: What kind of failure it stands for.
    /// - Returns: The answer; unknown where the classifier has none.
    public func certainty(of error: any Error, _ classification: Classification) -> ExecutionCertainty {
        classify(error, classification) ?? .unknown
    }

    /// What is right for most: an error's own word, a status by which a server refuses, and a rate limit.
    ///
    /// An error that conforms to ``ExecutionAwareError`` decides for itself, also where it is inside another one. The
    /// statuses are those of a request that was refused as it is: 400 to 407, 410 to 418, 421, 422, 425, 426, 428, 429,
    /// 431 and 451. Not among them are 408 and 409, which can come while the first request is still being worked on,
    /// and all from 500 on.
    public static let `default` = ExecutionClassifier { error, classification in
        if let own = ownWord(of: error) { return own }
        if let error = error as? any StatusCodeError, let status = error.statusCode {
            return refusals.contains(status) ? .notExecuted : .unknown
        }
        return classification.errorClass == .rateLimit ? .notExecuted : nil
    }

    private static let refusals: Set<Int> = Set([421, 422, 425, 426, 428, 429, 431, 451])
        .union(400...407).union(410...418)

    private static func ownWord(of error: any Error) -> ExecutionCertainty? {
        var current = error
        for _ in 0...ErrorTypeFacts.maximumDepth {
            if let aware = current as? any ExecutionAwareError { return aware.execution }
            guard let inner = (current as? any WrappingError)?.wrappedError else { return nil }
            current = inner
        }
        return nil
    }
}
