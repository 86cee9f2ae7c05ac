/// The errors that a call may retry; any other error ends the call as permanent.
///
/// ```swift
/// try await retry(.api.retryOn([TimeoutError.self, HTTPError.self])) { … }
/// try await retry(.api.retryOn(.where { ($0 as? HTTPError)?.status == 503 })) { … }
/// ```
///
/// A condition only narrows: an error that it admits is still classified, and its class still decides. It narrows the
/// retries alone: a circuit breaker records the class that an error has, whether it is retried or not.
public struct RetryCondition: Sendable, ExpressibleByArrayLiteral {
    private let matches: @Sendable (any Error) -> Bool

    /// Admits errors for which `predicate` is true; the predicate receives the error as it was thrown.
    public static func `where`(_ predicate: @escaping @Sendable (any Error) -> Bool) -> RetryCondition {
        RetryCondition(matches: predicate)
    }

    /// Admits errors of these types, and errors that carry one of them inside (``WrappingError``).
    public static func errors(_ types: any Error.Type...) -> RetryCondition {
        RetryCondition(types: types)
    }

    /// Admits rate limits, by the evidence of a code, a status or a known client; without any, by the error's text.
    public static let rateLimits = RetryCondition { error in
        let evidence = ErrorEvidence(of: error)
        if evidence.strength < .name { return evidence.classification.errorClass == .rateLimit }
        return ErrorMessageTable.awsRateLimit.errorClass(of: String(describing: error)) == .rateLimit
    }

    /// Admits rate limits as a classifier finds them, in place of ``rateLimits``.
    ///
    /// ```swift
    /// try await retry(.rateLimited.retryOn(.rateLimits(by: .grpcStatus))) { … }
    /// ```
    ///
    /// If a custom error type stands for a rate limit, a list of types is enough: `.retryOn([BusyError.self])`.
    ///
    /// - Parameter classifier: The classifier of errors.
    /// - Returns: The condition.
    public static func rateLimits(by classifier: ErrorClassifier) -> RetryCondition {
        .where { classifier.classification(of: $0)?.errorClass == .rateLimit }
    }

    /// Admits errors of these types, and errors that carry one of them inside.
    public init(arrayLiteral types: any Error.Type...) {
        self.init(types: types)
    }

    private init(types: [any Error.Type]) {
        self.init { error in
            ErrorChain(error).contains { link in types.contains { Self.isInstance(link.error, of: $0) } }
        }
    }

    private init(matches: @escaping @Sendable (any Error) -> Bool) {
        self.matches = matches
    }

    /// Returns whether the condition admits an error.
    public func contains(_ error: any Error) -> Bool {
        matches(error)
    }

    private static func isInstance<E: Error>(_ error: any Error, of type: E.Type) -> Bool {
        error is E
    }
}
