/// Which errors a call may retry at all; everything else ends it as permanent.
///
/// ```swift
/// try await retry(policy: .api, retryOn: [TimeoutError.self, HTTPError.self]) { … }
/// try await retry(policy: .api, retryOn: .where { ($0 as? HTTPError)?.status == 503 }) { … }
/// ```
///
/// A condition only narrows: an error that it lets through is still classified, and its class still decides.
public struct RetryCondition: Sendable, ExpressibleByArrayLiteral {
    private let matches: @Sendable (any Error) -> Bool

    /// Lets through what `predicate` is true for.
    public static func `where`(_ predicate: @escaping @Sendable (any Error) -> Bool) -> RetryCondition {
        RetryCondition(matches: predicate)
    }

    /// Lets through errors of these types.
    public static func errors(_ types: any Error.Type...) -> RetryCondition {
        RetryCondition(types: types)
    }

    /// Lets through what looks like a rate limit: a throttling code, the status 429, or a text that says so.
    ///
    /// An error with a code or a status is judged by that alone, any other by its text.
    public static let rateLimits = RetryCondition { error in
        let facts = ErrorTypeFacts.of(error)
        if let own = facts.classification?(error) { return own.errorClass == .rateLimit }
        if let code = facts.serviceCode?(error) { return AWSErrorCodes.throttling.contains(code) }
        if facts.hasStatusCode, let status = (error as? any StatusCodeError)?.statusCode { return status == 429 }
        return MessageTable.awsRateLimit.errorClass(of: String(describing: error)) == .rateLimit
    }

    /// Lets through errors of these types.
    public init(arrayLiteral types: any Error.Type...) {
        self.init(types: types)
    }

    private init(types: [any Error.Type]) {
        self.init { error in types.contains { Self.isInstance(error, of: $0) } }
    }

    private init(matches: @escaping @Sendable (any Error) -> Bool) {
        self.matches = matches
    }

    /// Returns whether the condition lets an error through.
    public func contains(_ error: any Error) -> Bool {
        matches(error)
    }

    private static func isInstance<E: Error>(_ error: any Error, of type: E.Type) -> Bool {
        error is E
    }
}
