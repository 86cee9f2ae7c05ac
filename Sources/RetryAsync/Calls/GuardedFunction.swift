/// An asynchronous function that a pipeline or a circuit breaker runs; called like the function.
///
/// `wrap` of a pipeline and `protect` of a breaker make it.
public struct GuardedFunction<each Argument, Result>: Sendable {
    private let runner: FunctionRunner
    private let function: @Sendable (repeat each Argument) async throws -> Result

    init(_ runner: FunctionRunner, _ function: @escaping @Sendable (repeat each Argument) async throws -> Result) {
        self.runner = runner
        self.function = function
    }

    /// Calls the function: again after each failure that the pipeline retries, or if the breaker admits the call.
    ///
    /// - Returns: The function's result.
    /// - Throws: As `execute` of the pipeline and `call` of the breaker do.
    public nonisolated(nonsending) func callAsFunction(_ argument: repeat each Argument) async throws -> Result {
        switch runner {
        case .pipeline(let pipeline): try await pipeline.execute { try await function(repeat each argument) }
        case .breaker(let breaker): try await breaker.call { try await function(repeat each argument) }
        }
    }
}

// The `wrap` and the `protect` of any number of arguments, for up to three. A closure that is written out in place of a
// function with a parameter pack crashes the compiler, or at run time if it has no argument (Swift 6.3).
extension RetryPipeline {
    /// Returns a function without arguments that runs `function` through this pipeline.
    ///
    /// ```swift
    /// let refresh = users.wrap { try await client.refresh() }
    /// try await refresh()
    /// ```
    ///
    /// - Parameter function: Any asynchronous function without arguments.
    /// - Returns: A value that is called like the function.
    public func wrap<Result>(_ function: @escaping @Sendable () async throws -> Result) -> GuardedFunction<Result> {
        GuardedFunction(.pipeline(self), function)
    }

    /// Returns a function of one argument that runs `function` through this pipeline.
    ///
    /// ```swift
    /// let fetch = users.wrap { (id: User.ID) in try await client.user(id) }
    /// let user = try await fetch(id)
    /// ```
    ///
    /// - Parameter function: Any asynchronous function of one argument, which is passed on.
    /// - Returns: A value that is called like the function.
    public func wrap<Argument, Result>(
        _ function: @escaping @Sendable (Argument) async throws -> Result
    ) -> GuardedFunction<Argument, Result> {
        GuardedFunction(.pipeline(self), function)
    }

    /// Returns a function of two arguments that runs `function` through this pipeline.
    ///
    /// - Parameter function: Any asynchronous function of two arguments, which are passed on.
    /// - Returns: A value that is called like the function.
    public func wrap<First, Second, Result>(
        _ function: @escaping @Sendable (First, Second) async throws -> Result
    ) -> GuardedFunction<First, Second, Result> {
        GuardedFunction(.pipeline(self), function)
    }

    /// Returns a function of three arguments that runs `function` through this pipeline.
    ///
    /// - Parameter function: Any asynchronous function of three arguments, which are passed on.
    /// - Returns: A value that is called like the function.
    public func wrap<First, Second, Third, Result>(
        _ function: @escaping @Sendable (First, Second, Third) async throws -> Result
    ) -> GuardedFunction<First, Second, Third, Result> {
        GuardedFunction(.pipeline(self), function)
    }
}

extension CircuitBreaker {
    /// Returns a function without arguments that makes its calls through this breaker.
    ///
    /// - Parameter function: Any asynchronous function without arguments.
    /// - Returns: A value that is called like the function.
    public func protect<Result>(_ function: @escaping @Sendable () async throws -> Result) -> GuardedFunction<Result> {
        GuardedFunction(.breaker(self), function)
    }

    /// Returns a function of one argument that makes its calls through this breaker.
    ///
    /// - Parameter function: Any asynchronous function of one argument, which is passed on.
    /// - Returns: A value that is called like the function.
    public func protect<Argument, Result>(
        _ function: @escaping @Sendable (Argument) async throws -> Result
    ) -> GuardedFunction<Argument, Result> {
        GuardedFunction(.breaker(self), function)
    }

    /// Returns a function of two arguments that makes its calls through this breaker.
    ///
    /// - Parameter function: Any asynchronous function of two arguments, which are passed on.
    /// - Returns: A value that is called like the function.
    public func protect<First, Second, Result>(
        _ function: @escaping @Sendable (First, Second) async throws -> Result
    ) -> GuardedFunction<First, Second, Result> {
        GuardedFunction(.breaker(self), function)
    }

    /// Returns a function of three arguments that makes its calls through this breaker.
    ///
    /// - Parameter function: Any asynchronous function of three arguments, which are passed on.
    /// - Returns: A value that is called like the function.
    public func protect<First, Second, Third, Result>(
        _ function: @escaping @Sendable (First, Second, Third) async throws -> Result
    ) -> GuardedFunction<First, Second, Third, Result> {
        GuardedFunction(.breaker(self), function)
    }
}
