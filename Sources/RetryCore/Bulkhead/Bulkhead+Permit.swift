extension Bulkhead {
    /// A permit of a bulkhead, for one call.
    ///
    /// It is released once: by ``release(_:)``, or when it is dropped.
    public struct Permit: ~Copyable, Sendable {
        /// The bulkhead; `nil` once the permit was released.
        private var bulkhead: Bulkhead?
        private let start: Int64

        package init(_ bulkhead: Bulkhead) {
            self.bulkhead = bulkhead
            start = bulkhead.measuredStart()
        }

        /// Releases the permit with the result of the call, from which an adaptive bulkhead learns.
        ///
        /// - Parameter result: The result; neutral if it is not given, as for a permit that is dropped.
        public consuming func release(_ result: AttemptResult = .neutral) {
            bulkhead.take()?.finish(start: start, result)
        }

        deinit { bulkhead?.finish(start: start, .neutral) }
    }

    /// Makes a call when a permit is free, on this thread.
    ///
    /// ```swift
    /// let page = try bulkhead.callBlocking { try client.search(text) }
    /// ```
    ///
    /// A call in a task does not wait: it would block a thread that the calls before it may need.
    ///
    /// - Parameters:
    ///   - maxWait: The longest wait that the call accepts, up to that of the policy.
    ///   - cancellation: A token that ends the wait from another thread.
    ///   - operation: The call; run once, or not at all.
    /// - Returns: The operation's value.
    /// - Throws: ``BulkheadFullError`` if the call was rejected, `CancellationError` if it was cancelled while it waited;
    ///   else the operation's error.
    public func callBlocking<Value: ~Copyable>(
        maxWait: Duration = .seconds(31_536_000), cancellation: RetryCancellationToken? = nil,
        _ operation: () throws -> Value
    ) throws -> Value {
        let isInTask = withUnsafeCurrentTask { $0 != nil }
        var state = startWaiting(maxWait: isInTask ? 0 : maxWait.saturatedNanoseconds)
        while case .waiting(let wait) = state {
            wait.turn.block(wait.left(on: clock), cancellation: cancellation)
            if cancellation?.isCancelled == true {
                leave(wait.place)
                throw CancellationError()
            }
            state = goOn(wait)
        }
        guard case .granted = state else { throw error() }
        return try run(operation)
    }

    /// The result that an error stands for; it matters to an adaptive bulkhead alone.
    package func result(of error: any Error) -> AttemptResult {
        isAdaptive && !Task.isCancelled ? AttemptResult(ErrorEvidence(of: error, classifier: nil)) : .neutral
    }

    /// Runs a call that has a permit, and releases it with the result.
    private func run<Value: ~Copyable>(_ operation: () throws -> Value) throws -> Value {
        let permit = Permit(self)
        do {
            let value = try operation()
            permit.release(.success)
            return value
        } catch {
            permit.release(result(of: error))
            throw error
        }
    }
}

// MARK: Waiting

extension Bulkhead {
    /// The wait of a call that is not made through a pipeline.
    package struct Wait: Sendable {
        package let place: UInt64
        package let turn: GuardTurn
        fileprivate let latest: Int64

        /// The nanoseconds up to its end.
        package func left(on clock: RetryClock) -> Int64 { max(0, latest.saturatingSubtract(clock.nanoseconds)) }
    }

    /// The state of a call that is not made through a pipeline.
    package enum CallState: Sendable {
        case granted
        case waiting(Wait)
        case rejected
    }

    /// Takes a permit, or a place in the queue.
    package func startWaiting(maxWait: Int64) -> CallState {
        switch acquire(queue: maxWait > 0 ? policy.queue : 0) {
        case .granted: .granted
        case .refused: .rejected
        case .queued(let place, let turn):
            .waiting(Wait(place: place, turn: turn, latest: latestStart(within: maxWait)))
        }
    }

    /// Looks after a wait that has ended.
    package func goOn(_ wait: Wait) -> CallState {
        switch look(at: wait.place, until: wait.latest) {
        case .granted: .granted
        case .expired: .rejected
        case .waiting: .waiting(wait)
        }
    }

    /// Ends the wait of a call that was cancelled.
    package func cancel(_ wait: Wait) { leave(wait.place) }
}
