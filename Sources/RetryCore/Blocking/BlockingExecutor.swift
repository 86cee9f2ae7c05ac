/// An executor for synchronous operations under one policy: created once, used for every call of its dependency.
///
/// ```swift
/// let disk = BlockingExecutor(policy: .fast, named: "disk")
/// let text = try disk.execute { try String(contentsOf: file, encoding: .utf8) }
///
/// let read = disk.wrap { (file: URL) in try String(contentsOf: file, encoding: .utf8) }
/// let more = try read(otherFile)
/// ```
public struct BlockingExecutor: Sendable {
    /// The retry policy of operations: attempts, delays and deadline.
    public let policy: RetryPolicy
    @usableFromInline let surroundings: Surroundings
    @usableFromInline let guards: Guards
    @usableFromInline let waiting: Waiting

    /// Creates an executor.
    ///
    /// - Parameters:
    ///   - policy: The retry policy: attempts, delays and deadline.
    ///   - name: The name of the operations in events.
    ///   - breaker: The circuit breaker that every attempt passes; none if `nil`.
    ///   - budget: The budget for the retries of all calls that share it; none if `nil`.
    ///   - classifier: The classifier of errors; ``ErrorClassifier/default`` if `nil`.
    ///   - condition: The errors that may be retried; all that their class allows if `nil`.
    ///   - observer: Receives every event of the calls.
    ///   - onRetry: Receives the error and the number of the failed attempt before each retry.
    ///   - sleeper: The sleeper that performs the waits.
    ///   - cancellation: The token that cancels the calls from another thread.
    ///   - clock: The time source; the system's if `nil`.
    ///   - random: The random source for jitter; the system's if `nil`.
    public init(
        policy: RetryPolicy = .default,
        named name: String? = nil,
        breaker: CircuitBreaker? = nil,
        budget: RetryBudget? = nil,
        classifier: ErrorClassifier? = nil,
        retryOn condition: RetryCondition? = nil,
        observer: RetryObserver? = nil,
        onRetry: (@Sendable (any Error, Int) -> Void)? = nil,
        sleeper: Sleeper? = nil,
        cancellation: CancellationToken? = nil,
        clock: RetryClock? = nil,
        random: RandomSource? = nil
    ) {
        self.policy = policy
        self.surroundings = Surroundings(
            name: name, classifier: classifier, condition: condition, observer: observer, onRetry: onRetry,
            clock: clock, random: random)
        self.guards = Guards(breaker: breaker, budget: budget)
        self.waiting = Waiting(sleeper: sleeper, cancellation: cancellation)
    }

    /// Runs an operation until it succeeds, or until the policy gives up.
    ///
    /// - Parameters:
    ///   - rejection: Returns a classification for a value that counts as a failure.
    ///   - operation: The operation. It runs once, and again after each failure that the policy retries.
    /// - Returns: The operation's value.
    /// - Throws: The operation's last error. `CancellationError` if the call was cancelled. ``PolicyError``, before the
    ///   first attempt, if the policy has a setting that a blocking call cannot honour.
    @inlinable
    public func execute<Value: ~Copyable>(
        rejecting rejection: ((borrowing Value) -> Classification?)? = nil,
        operation: () throws -> Value
    ) throws -> Value {
        try runBlocking(
            policy, surroundings: surroundings, guards: guards, waiting: waiting,
            isObserved: surroundings.observer != nil, clock: surroundings.clock, rejecting: rejection,
            operation: operation)
    }

    /// Runs an operation that receives its attempt.
    ///
    /// - Parameters:
    ///   - rejection: Returns a classification for a value that counts as a failure.
    ///   - operation: The operation. It runs once, and again after each failure that the policy retries.
    /// - Returns: The operation's value.
    /// - Throws: As ``execute(rejecting:operation:)-(_,()->Value)`` does.
    public func execute<Value: ~Copyable>(
        rejecting rejection: ((borrowing Value) -> Classification?)? = nil,
        operation: (RetryAttempt) throws -> Value
    ) throws -> Value {
        let driver = try BlockingDriver(
            policy: policy, surroundings: surroundings, guards: guards, waiting: waiting)
        return try driver.run(rejecting: rejection, operation: operation)
    }

    /// Runs an operation, as ``execute(rejecting:operation:)-(_,()->Value)`` does.
    ///
    /// - Parameter operation: The operation. It runs once, and again after each failure that the policy retries.
    /// - Returns: The operation's value.
    /// - Throws: As ``execute(rejecting:operation:)-(_,()->Value)`` does.
    @inlinable
    public func callAsFunction<Value: ~Copyable>(_ operation: () throws -> Value) throws -> Value {
        try execute(operation: operation)
    }

    /// Runs an operation and returns the whole outcome of the call: value or error, attempts, waits, reason.
    ///
    /// - Parameters:
    ///   - rejection: Returns a classification for a value that counts as a failure.
    ///   - operation: The operation. It runs once, and again after each failure that the policy retries.
    /// - Returns: The outcome; its `get()` returns or throws what ``execute(rejecting:operation:)-(_,()->Value)`` would.
    /// - Throws: ``PolicyError``, before the first attempt, if the policy has a setting that a blocking call cannot
    ///   honour.
    public func outcome<Value: ~Copyable>(
        rejecting rejection: ((borrowing Value) -> Classification?)? = nil,
        operation: () throws -> Value
    ) throws(PolicyError) -> RetryOutcome<Value> {
        let driver = try BlockingDriver(
            policy: policy, surroundings: surroundings, guards: guards, waiting: waiting, recordsTimeline: true)
        do {
            let value = try driver.run(rejecting: rejection) { _ in try operation() }
            return RetryOutcome(ending: .value(value), call: driver.call)
        } catch {
            return RetryOutcome(ending: .error(error), call: driver.call)
        }
    }

    /// Returns a function that runs `function` through this executor.
    public func wrap<each Argument, Result>(
        _ function: @escaping @Sendable (repeat each Argument) throws -> Result
    ) -> BlockingFunction<repeat each Argument, Result> {
        BlockingFunction(executor: self, function: function)
    }
}

/// A synchronous function whose calls are retried; made by ``BlockingExecutor/wrap(_:)`` and called like the function.
public struct BlockingFunction<each Argument, Result>: Sendable {
    let executor: BlockingExecutor
    let function: @Sendable (repeat each Argument) throws -> Result

    /// Calls the function, and again after each failure that the policy retries.
    ///
    /// - Returns: The function's result.
    /// - Throws: As ``BlockingExecutor/execute(rejecting:operation:)-(_,()->Value)`` does.
    public func callAsFunction(_ argument: repeat each Argument) throws -> Result {
        try executor.execute { try function(repeat each argument) }
    }
}
