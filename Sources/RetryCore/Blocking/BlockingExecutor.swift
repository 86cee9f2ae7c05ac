/// An executor for synchronous operations of one pipeline: created once, used for every call of its dependency.
///
/// ```swift
/// let disk = BlockingExecutor(RetryPipeline("disk", policy: .fast))
/// let text = try disk.execute { try String(contentsOf: file, encoding: .utf8) }
///
/// let read = disk.wrap { (file: URL) in try String(contentsOf: file, encoding: .utf8) }
/// let more = try read(otherFile)
/// ```
public struct BlockingExecutor: Sendable {
    /// The settings of the calls: the policy, the guards, the classifier, the observers.
    public let pipeline: RetryPipeline

    /// Creates an executor.
    ///
    /// - Parameters:
    ///   - pipeline: The settings of the call.
    ///   - sleeper: The sleeper that performs the waits; the pipeline's if `nil`.
    ///   - cancellation: The token that cancels the calls from another thread; the pipeline's if `nil`.
    public init(
        _ pipeline: RetryPipeline = .default, sleeper: RetrySleeper? = nil, cancellation: RetryCancellationToken? = nil
    ) {
        var pipeline = pipeline
        if let sleeper { pipeline = pipeline.sleeper(sleeper) }
        if let cancellation { pipeline = pipeline.cancellation(cancellation) }
        self.pipeline = pipeline
    }

    /// Creates an executor from its policy.
    public init(policy: RetryPolicy) {
        self.init(RetryPipeline(policy: policy))
    }

    /// Runs an operation until it succeeds, or until the policy gives up.
    ///
    /// - Parameter operation: The operation. It runs once, and again after each failure that the policy retries.
    /// - Returns: The operation's value.
    /// - Throws: As ``retryBlocking(_:operation:)`` does.
    @inlinable
    public func execute<Value: ~Copyable>(_ operation: () throws -> Value) throws -> Value {
        try retryBlocking(pipeline, operation: operation)
    }

    /// Runs an operation that receives its attempt, and whose value may count as a failure.
    ///
    /// - Parameters:
    ///   - rejection: Returns a classification for a value that counts as a failure.
    ///   - onRetry: Is called after each failure that a retry follows, before the wait.
    ///   - operation: The operation. It runs once, and again after each failure that the policy retries.
    /// - Returns: The operation's value.
    /// - Throws: As ``retryBlocking(_:operation:)`` does.
    public func execute<Value: ~Copyable>(
        rejecting rejection: (borrowing Value) -> ErrorClassification? = { _ in nil },
        onRetry: (RetryNotice) -> Void = { _ in }, operation: (RetryAttempt) throws -> Value
    ) throws -> Value {
        try retryBlocking(pipeline, rejecting: rejection, onRetry: onRetry, operation: operation)
    }

    /// Runs an operation whose value may count as a failure.
    ///
    /// - Parameters:
    ///   - rejection: Returns a classification for a value that counts as a failure.
    ///   - onRetry: Is called after each failure that a retry follows, before the wait.
    ///   - operation: The operation. It runs once, and again after each failure that the policy retries.
    /// - Returns: The operation's value.
    /// - Throws: As ``retryBlocking(_:operation:)`` does.
    public func execute<Value>(
        rejecting rejection: (Value) -> ErrorClassification? = { _ in nil }, onRetry: (RetryNotice) -> Void = { _ in },
        operation: () throws -> Value
    ) throws -> Value {
        try retryBlocking(pipeline, rejecting: rejection, onRetry: onRetry, operation: operation)
    }

    /// Runs an operation, as ``execute(_:)`` does.
    @inlinable
    public func callAsFunction<Value: ~Copyable>(_ operation: () throws -> Value) throws -> Value {
        try execute(operation)
    }

    /// Runs an operation and returns the whole outcome of the call: value or error, attempts, waits, reason.
    ///
    /// - Parameters:
    ///   - rejection: Returns a classification for a value that counts as a failure.
    ///   - operation: The operation. It runs once, and again after each failure that the policy retries.
    /// - Returns: The outcome; its `get()` returns or throws what ``execute(_:)`` would.
    /// - Throws: ``InvalidPolicyError``, before the first attempt, if the policy has a setting that a blocking call
    ///   cannot honour.
    public func outcome<Value: ~Copyable>(
        rejecting rejection: (borrowing Value) -> ErrorClassification? = { _ in nil },
        operation: () throws -> Value
    ) throws(InvalidPolicyError) -> RetryOutcome<Value> {
        let driver = try BlockingDriver(pipeline, recordsTimeline: true)
        do {
            let value = try driver.run(
                rejecting: rejection, onRetry: { _ in }, operation: { _ in try operation() })
            return RetryOutcome(ending: .value(value), call: driver.call)
        } catch {
            return RetryOutcome(ending: .error(error), call: driver.call)
        }
    }

    /// Returns a function that runs `function` through this executor.
    public func wrap<each Argument, Result>(
        _ function: @escaping @Sendable (repeat each Argument) throws -> Result
    ) -> BlockingFunction<repeat each Argument, Result> {
        BlockingFunction(runner: .pipeline(pipeline), function: function)
    }
}
