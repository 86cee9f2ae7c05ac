extension RetryAttempt {
    /// Returns the header that says how long this attempt's caller still waits; `nil` if it waits without a limit.
    ///
    /// Make it for each attempt: each has less time than the one before.
    ///
    /// - Parameters:
    ///   - header: The header.
    ///   - shortest: The time below which an attempt is pointless.
    /// - Returns: The name and the value of the header.
    /// - Throws: ``InsufficientTimeError`` if less than that is left: do not send the request.
    public func header(
        _ header: DeadlineHeader, atLeast shortest: Duration = .milliseconds(5)
    ) throws(InsufficientTimeError) -> (name: String, value: String)? {
        guard let remaining else { return nil }
        if remaining < shortest { throw InsufficientTimeError(remaining: remaining, needed: shortest) }
        return (header.name, header.value(for: remaining))
    }

    /// The header by which a service recognises repeated attempts, in the form of `amz-sdk-request`.
    ///
    /// ```swift
    /// request.headers["amz-sdk-request"] = attempt.sdkRequestHeader    // attempt=2; max=4
    /// ```
    public var sdkRequestHeader: String { "attempt=\(number); max=\(maxAttempts)" }
}
