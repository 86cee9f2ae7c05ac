extension RetryCondition {
    /// Lets through what a classifier takes for a rate limit, in place of what ``rateLimits`` detects.
    ///
    /// ```swift
    /// try await retry(policy: .rateLimited, retryOn: .rateLimits(by: .grpcStatus)) { … }
    /// ```
    ///
    /// Where an error type of yours stands for a rate limit, a list of types is enough: `retryOn: [BusyError.self]`.
    ///
    /// - Parameter classifier: Finds out what kind of failure an error is.
    /// - Returns: The condition.
    public static func rateLimits(by classifier: ErrorClassifier) -> RetryCondition {
        .where { classifier.classification(of: $0)?.errorClass == .rateLimit }
    }
}
