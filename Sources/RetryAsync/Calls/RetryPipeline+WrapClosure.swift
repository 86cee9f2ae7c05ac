// The `wrap` of any number of arguments, for up to three. A closure that is written out in place of a function with a
// parameter pack crashes the compiler, or at run time if it has no argument (Swift 6.3): these functions take it.
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
    public func wrap<Result>(_ function: @escaping @Sendable () async throws -> Result) -> RetryingFunction<Result> {
        RetryingFunction(pipeline: self, function: function)
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
    ) -> RetryingFunction<Argument, Result> {
        RetryingFunction(pipeline: self, function: function)
    }

    /// Returns a function of two arguments that runs `function` through this pipeline.
    ///
    /// - Parameter function: Any asynchronous function of two arguments, which are passed on.
    /// - Returns: A value that is called like the function.
    public func wrap<First, Second, Result>(
        _ function: @escaping @Sendable (First, Second) async throws -> Result
    ) -> RetryingFunction<First, Second, Result> {
        RetryingFunction(pipeline: self, function: function)
    }

    /// Returns a function of three arguments that runs `function` through this pipeline.
    ///
    /// - Parameter function: Any asynchronous function of three arguments, which are passed on.
    /// - Returns: A value that is called like the function.
    public func wrap<First, Second, Third, Result>(
        _ function: @escaping @Sendable (First, Second, Third) async throws -> Result
    ) -> RetryingFunction<First, Second, Third, Result> {
        RetryingFunction(pipeline: self, function: function)
    }
}
