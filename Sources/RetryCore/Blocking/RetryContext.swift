/// Retries in a loop of your own, where a closure will not do.
///
/// ```swift
/// let context = try RetryContext(policy: .fast)
/// while true {
///     let attempt = try context.next()
///     do {
///         let receipt = try upload(chunk, attempt: attempt.number)
///         return context.succeeded(receipt)
///     } catch {
///         context.failed(error)
///     }
/// }
/// ```
///
/// ``next()`` waits where a retry follows, and throws where none does: a loop that is left in any other way than by its
/// own `return` or `break` ends with an error. In asynchronous code `import RetryAsync`, and write
/// `try await context.next()`.
///
/// A round that records nothing counts as a transient failure. A context that is dropped while its attempt runs, without
/// a recorded success, ends as ``RetryStopReason/abandoned``.
public final class RetryContext {
    private let call: RetryCall
    private let setup: CallSetup
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
    /// - Parameter pipeline: The settings of the call: the policy, the guards, the classifier, the observers.
    /// - Throws: ``InvalidPolicyError`` if the policy has an attempt timeout, an interrupting deadline, or must not
    ///   repeat the effect: a manual loop cannot keep these.
    public init(_ pipeline: RetryPipeline = .default) throws(InvalidPolicyError) {
        try pipeline.policy.checkBlocking()
        try pipeline.policy.checkGuarantee()
        setup = pipeline.setup
        call = RetryCall(pipeline)
    }

    /// Creates the context of one loop from its policy.
    ///
    /// - Throws: As ``init(_:)`` does.
    public convenience init(policy: RetryPolicy) throws(InvalidPolicyError) {
        try self.init(RetryPipeline(policy: policy))
    }

    deinit {
        switch phase {
        case .new, .over: break
        case .running, .failed, .waited: call.abandon()
        }
    }

    // MARK: The loop

    /// Starts the next attempt, after the wait that precedes it.
    ///
    /// - Returns: The attempt.
    /// - Throws: The error of the last attempt if no retry follows; `CancellationError` if the loop was cancelled.
    @discardableResult
    public func next() throws -> RetryAttempt {
        try finishRound()
        call.blocks = true
        repeat { try wait() } while try !starts()
        return attempt
    }

    /// Records that the attempt that runs succeeded; the loop is over.
    public func succeeded() {
        guard case .running = phase else { return }
        call.attemptSucceeded()
        phase = .over
    }

    /// Records that the attempt that runs succeeded, and returns its value.
    public func succeeded<Value: ~Copyable>(_ value: consuming Value) -> Value {
        succeeded()
        return value
    }

    /// Records that the attempt that runs failed, and decides what follows.
    public func failed(_ error: any Error) {
        guard case .running = phase else { return }
        lastError = error
        fail(.thrown(error))
    }

    // MARK: The state

    /// The number of the attempt that runs, or ran last; 0 before the first one.
    public var currentAttempt: Int {
        if case .new = phase { 0 } else if call.hasStarted { call.state.attempt } else { 0 }
    }

    /// The reason why the loop ended; `nil` while it goes on.
    public var stopReason: RetryStopReason? { call.state.stopReason }

    /// True if another attempt follows the failure that was recorded last.
    public var shouldRetry: Bool { delay != nil }

    /// The wait before the next attempt; `nil` if no attempt follows.
    ///
    /// ``takeDelay()`` leaves it to the caller.
    public var delay: Duration? {
        if case .failed(let wait) = phase { .nanoseconds(wait) } else { nil }
    }

    /// Returns the wait before the next attempt, and leaves it to the caller: ``next()`` does not wait any more.
    ///
    /// - Returns: The wait; `nil` if no attempt follows.
    public func takeDelay() -> Duration? {
        let delay = delay
        if delay != nil { phase = .waited }
        return delay
    }

    /// Blocks until the next attempt may start; returns at once if none follows.
    ///
    /// ``next()`` does so by itself.
    ///
    /// - Throws: `CancellationError` if the loop was cancelled.
    public func wait() throws {
        if case .failed(let wait) = phase {
            if wait > 0, !isCancelled { call.block(wait) }
            endWait()
        }
        if stopReason == .cancelled { throw endError }
    }
}

@available(*, unavailable)
extension RetryContext: Sendable {}

// The names of the AWS retry utilities.
extension RetryContext {
    /// Records that the attempt that runs succeeded, as ``succeeded()`` does.
    public func recordSuccess() { succeeded() }

    /// Records that the attempt that runs failed, as ``failed(_:)`` does.
    public func recordFailure(_ error: any Error) { failed(error) }
}

// MARK: For both forms of next()

extension RetryContext {
    /// The call, for the asynchronous wait.
    package var waitingCall: RetryCall {
        call.blocks = false
        return call
    }

    /// The attempt that runs.
    package var attempt: RetryAttempt { call.attempt }

    /// True if a retry without a wait yields to other tasks first.
    package var yields: Bool { call.yields }

    /// True if the loop was cancelled.
    package var isCancelled: Bool { setup.isCancelled }

    /// Counts a round that recorded nothing as a failure, and throws where the loop is over.
    package func finishRound() throws {
        if case .running = phase { fail(.rejected(.transient)) }
        if case .over = phase { throw endError }
    }

    /// Ends the wait after a failed attempt; the start of the next one is decided later.
    package func endWait() {
        phase = isCancelled && call.waitEnded() == .end ? .over : .waited
    }

    /// Ends the loop because the clock threw an error in place of waiting.
    package func waitFailed() {
        call.waitFailed()
        phase = .over
    }

    /// Starts the next attempt, unless the circuit breaker has it wait once more.
    package func starts() throws -> Bool {
        switch phase {
        case .new: enter(call.begins())
        case .waited: enter(call.waitEnded())
        default: break
        }
        if case .over = phase { throw endError }
        guard case .running = phase else { return false }
        call.attemptStarts()
        return true
    }

    private func enter(_ step: Step) {
        phase =
            switch step {
            case .attempt: .running
            case .wait(let wait): .failed(wait: wait)
            case .end: .over
            }
    }

    /// The error that a loop ends with.
    package var endError: any Error {
        if stopReason == .succeeded { return RetryContextEndedError() }
        return call.error
    }

    private func fail(_ failure: AttemptFailure) {
        enter(call.attemptFailed(failure))
    }
}

/// A manual loop asked for another attempt after it had recorded a success.
public struct RetryContextEndedError: Error, Hashable, CustomStringConvertible {
    /// Creates the error.
    public init() {}

    /// The description of the fault and its remedy.
    public var description: String {
        "The loop recorded a success and asked for another attempt. Leave it with return or break after a success."
    }
}
