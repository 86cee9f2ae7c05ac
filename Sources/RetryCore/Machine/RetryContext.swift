/// Retries in a loop of your own, where a closure will not do.
///
/// ```swift
/// let context = try RetryContext(policy: .fast)
/// for attempt in context {
///     do {
///         try upload(chunk, attempt: attempt)
///         context.recordSuccess()
///     } catch {
///         context.recordFailure(error)
///         guard context.shouldRetry else { throw error }
///         try context.wait()
///     }
/// }
/// ```
///
/// The loop ends after a recorded success, and when no retry follows; a `break` after a success is as good as
/// recording it. A round that neither records nor breaks counts as a transient failure, and the next one begins
/// without a wait. After a loop that ended without a success, ``lastError`` and ``stopReason`` tell why.
///
/// A context serves one loop. In asynchronous code `import RetryAsync`, and the wait is `try await context.wait()`.
public final class RetryContext: Sequence, IteratorProtocol {
    private let call: RetryCall
    private let sleeper: Sleeper
    private let cancellation: CancellationToken?
    private var phase = Phase.new

    private enum Phase {
        /// No attempt has started.
        case new
        /// An attempt runs.
        case running
        /// An attempt failed, and another one follows after this wait, in nanoseconds.
        case failed(wait: Int64)
        /// The wait is over.
        case waited
        /// No attempt follows.
        case over
    }

    /// The error of the last attempt that failed.
    public private(set) var lastError: (any Error)?

    /// Creates the context of one loop.
    ///
    /// - Parameters:
    ///   - policy: How often, how soon and for how long the loop goes round.
    ///   - name: What events call the operation.
    ///   - classifier: Finds out what kind of failure an error is; ``ErrorClassifier/default`` if `nil`.
    ///   - condition: Which errors are retried at all; by their class alone if `nil`.
    ///   - observer: Sees what happens.
    ///   - onRetry: Called with the error and the number of the attempt that failed, when a retry will follow.
    ///   - sleeper: How ``wait()`` waits.
    ///   - cancellation: Ends the loop from another thread.
    ///   - clock: The time source; the system's if `nil`.
    ///   - random: Draws the jitter; the system's if `nil`.
    /// - Throws: ``PolicyError`` if the policy has an attempt timeout, an interrupting deadline, or must not repeat the
    ///   effect: a loop of your own cannot keep these.
    public init(
        policy: RetryPolicy = .default,
        named name: String? = nil,
        classifier: ErrorClassifier? = nil,
        retryOn condition: RetryCondition? = nil,
        observer: RetryObserver? = nil,
        onRetry: (@Sendable (any Error, Int) -> Void)? = nil,
        sleeper: Sleeper = .system,
        cancellation: CancellationToken? = nil,
        clock: RetryClock? = nil,
        random: RandomSource? = nil
    ) throws(PolicyError) {
        try policy.checkBlocking()
        try policy.checkGuarantee()
        self.call = RetryCall(
            policy: policy,
            surroundings: Surroundings(
                name: name, classifier: classifier, condition: condition, observer: observer, onRetry: onRetry,
                clock: clock, random: random))
        self.sleeper = sleeper
        self.cancellation = cancellation
    }

    deinit {
        switch phase {
        case .new, .over: break
        case .running: call.attemptSucceeded()
        case .failed, .waited: call.abandon()
        }
    }

    /// The number of the attempt that runs, or ran last; 0 before the first one.
    public var currentAttempt: Int {
        if case .new = phase { 0 } else { call.state.attempt }
    }

    /// Why the loop ended; `nil` while it goes on.
    public var stopReason: StopReason? { call.state.stopReason }

    /// Whether another attempt follows the failure that was recorded last.
    public var shouldRetry: Bool { delay != nil }

    /// The wait before the next attempt, for those who wait by other means; `nil` if none follows.
    ///
    /// Asking does not change it.
    public var delay: Duration? {
        if case .failed(let wait) = phase { .nanoseconds(wait) } else { nil }
    }

    /// Starts the next attempt.
    ///
    /// - Returns: Its number, or `nil` if the loop is over.
    public func next() -> Int? {
        if case .running = phase { fail(.rejected(.transient)) }
        switch phase {
        case .new: break
        case .running, .over: return nil
        case .failed, .waited:
            guard call.waitEnded(isCancelled: isCancelled) != nil else {
                phase = .over
                return nil
            }
        }
        phase = .running
        call.attemptStarts()
        return call.state.attempt
    }

    /// Records that the attempt that runs succeeded; the loop ends.
    public func recordSuccess() {
        guard case .running = phase else { return }
        call.attemptSucceeded()
        phase = .over
    }

    /// Records that the attempt that runs failed, and decides what follows.
    public func recordFailure(_ error: any Error) {
        guard case .running = phase else { return }
        lastError = error
        fail(.thrown(error))
    }

    /// Blocks until the next attempt may start; returns at once if none follows.
    ///
    /// - Throws: `CancellationError` if the loop was cancelled.
    public func wait() throws {
        if case .failed(let wait) = phase {
            if wait > 0, !isCancelled { sleeper.sleep(for: .nanoseconds(wait), cancellation: cancellation) }
            endWait(isCancelled: isCancelled)
        }
        if stopReason == .cancelled { throw CancellationError() }
    }

    /// The clock to wait by, for the asynchronous wait.
    package var clock: RetryClock { call.clock }

    /// Whether the loop was cancelled.
    package var isCancelled: Bool { cancellation?.isCancelled == true || Task.isCancelled }

    /// Ends the wait of a failed attempt; whether the next one may start is decided when it does.
    package func endWait(isCancelled: Bool) {
        phase = isCancelled && call.waitEnded(isCancelled: true) == nil ? .over : .waited
    }

    private func fail(_ failure: AttemptFailure) {
        let wait = call.attemptFailed(failure, isCancelled: isCancelled)
        phase = wait.map { .failed(wait: $0) } ?? .over
    }
}

@available(*, unavailable)
extension RetryContext: Sendable {}
