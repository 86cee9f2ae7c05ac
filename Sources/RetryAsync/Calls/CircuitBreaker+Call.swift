extension CircuitBreaker {
    /// Makes a call if the circuit admits it, and records its outcome.
    ///
    /// ```swift
    /// let receipt = try await payments.call { try await client.charge(order) }
    /// ```
    ///
    /// - Parameters:
    ///   - classifier: The classifier of errors; the breaker's own if `nil`.
    ///   - rejection: Returns a classification for a value that counts as a failure; the call still returns that value.
    ///   - operation: The call; run once on the caller's actor, or not at all.
    /// - Returns: The operation's value.
    /// - Throws: `CircuitOpenError` if the call was rejected; else the operation's error. A cancellation is neutral.
    public nonisolated(nonsending) func call<Value: ~Copyable>(
        classifier: ErrorClassifier? = nil,
        rejecting rejection: ((borrowing Value) -> Classification?)? = nil,
        _ operation: nonisolated(nonsending) () async throws -> Value
    ) async throws -> Value {
        guard let admission = admit() else { throw openError() }
        do {
            let value = try await operation()
            returned(rejection?(value), admission)
            return value
        } catch {
            finish(admission, result(of: error, classifier: classifier, isCancelled: Task.isCancelled))
            throw error
        }
    }

    /// Returns a function that makes its calls through this breaker.
    ///
    /// ```swift
    /// let charge = payments.protect(client.charge)
    /// let receipt = try await charge(order)
    /// ```
    ///
    /// - Parameter function: Any asynchronous function; its arguments are passed on.
    /// - Returns: A value that is called like the function.
    public func protect<each Argument, Result>(
        _ function: @escaping @Sendable (repeat each Argument) async throws -> Result
    ) -> ProtectedFunction<repeat each Argument, Result> {
        ProtectedFunction(breaker: self, function: function)
    }
}

/// An asynchronous function with a circuit breaker around it; made by `protect`, called like the function.
public struct ProtectedFunction<each Argument, Result>: Sendable {
    let breaker: CircuitBreaker
    let function: @Sendable (repeat each Argument) async throws -> Result

    /// Calls the function if the circuit admits the call.
    ///
    /// - Returns: The function's result.
    /// - Throws: As `call` of the breaker does.
    public nonisolated(nonsending) func callAsFunction(_ argument: repeat each Argument) async throws -> Result {
        try await breaker.call { try await function(repeat each argument) }
    }
}

// The `protect` of any number of arguments, for up to three. A closure that is written out in place of a function
// with a parameter pack crashes the compiler, or at run time if it has no argument (Swift 6.3).
extension CircuitBreaker {
    /// Returns a function without arguments that makes its calls through this breaker.
    ///
    /// - Parameter function: Any asynchronous function without arguments.
    /// - Returns: A value that is called like the function.
    public func protect<Result>(_ function: @escaping @Sendable () async throws -> Result) -> ProtectedFunction<Result>
    {
        ProtectedFunction(breaker: self, function: function)
    }

    /// Returns a function of one argument that makes its calls through this breaker.
    ///
    /// - Parameter function: Any asynchronous function of one argument, which is passed on.
    /// - Returns: A value that is called like the function.
    public func protect<Argument, Result>(
        _ function: @escaping @Sendable (Argument) async throws -> Result
    ) -> ProtectedFunction<Argument, Result> {
        ProtectedFunction(breaker: self, function: function)
    }

    /// Returns a function of two arguments that makes its calls through this breaker.
    ///
    /// - Parameter function: Any asynchronous function of two arguments, which are passed on.
    /// - Returns: A value that is called like the function.
    public func protect<First, Second, Result>(
        _ function: @escaping @Sendable (First, Second) async throws -> Result
    ) -> ProtectedFunction<First, Second, Result> {
        ProtectedFunction(breaker: self, function: function)
    }

    /// Returns a function of three arguments that makes its calls through this breaker.
    ///
    /// - Parameter function: Any asynchronous function of three arguments, which are passed on.
    /// - Returns: A value that is called like the function.
    public func protect<First, Second, Third, Result>(
        _ function: @escaping @Sendable (First, Second, Third) async throws -> Result
    ) -> ProtectedFunction<First, Second, Third, Result> {
        ProtectedFunction(breaker: self, function: function)
    }
}
