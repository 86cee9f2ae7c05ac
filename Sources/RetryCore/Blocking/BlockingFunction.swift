/// A synchronous function that an executor or a circuit breaker runs; called like the function.
///
/// ``BlockingExecutor/wrap(_:)`` and ``CircuitBreaker/protect(_:)`` make it.
public struct BlockingFunction<each Argument, Result>: Sendable {
    let runner: FunctionRunner
    let function: @Sendable (repeat each Argument) throws -> Result

    /// Calls the function: again after each failure that the policy retries, or if the breaker admits the call.
    ///
    /// - Returns: The function's result.
    /// - Throws: As ``BlockingExecutor/execute(_:)`` and ``CircuitBreaker/call(classifier:rejecting:_:)`` do.
    public func callAsFunction(_ argument: repeat each Argument) throws -> Result {
        switch runner {
        case .pipeline(let pipeline): try retryBlocking(pipeline) { try function(repeat each argument) }
        case .breaker(let breaker): try breaker.call { try function(repeat each argument) }
        }
    }
}

/// The value that runs a function.
package enum FunctionRunner: Sendable {
    case pipeline(RetryPipeline)
    case breaker(CircuitBreaker)
}

extension CircuitBreaker {
    /// Returns a function that makes its calls through this breaker.
    ///
    /// ```swift
    /// let read = disk.protect { (file: URL) in try String(contentsOf: file, encoding: .utf8) }
    /// let text = try read(file)
    /// ```
    ///
    /// - Parameter function: Any function; its arguments are passed on.
    /// - Returns: A value that is called like the function.
    public func protect<each Argument, Result>(
        _ function: @escaping @Sendable (repeat each Argument) throws -> Result
    ) -> BlockingFunction<repeat each Argument, Result> {
        BlockingFunction(runner: .breaker(self), function: function)
    }
}
