import RetryCore

extension Bulkhead {
    /// Makes a call when a permit is free.
    ///
    /// ```swift
    /// let page = try await bulkhead.call { try await client.search(text) }
    /// ```
    ///
    /// - Parameters:
    ///   - maxWait: The longest wait that the call accepts, up to that of the policy.
    ///   - operation: The call; run once on the caller's actor, or not at all.
    /// - Returns: The operation's value.
    /// - Throws: `BulkheadFullError` if the call was rejected, `CancellationError` if it was cancelled while it waited; else
    ///   the operation's error.
    public nonisolated(nonsending) func call<Value: ~Copyable>(
        maxWait: Duration = .seconds(31_536_000), _ operation: nonisolated(nonsending) () async throws -> Value
    ) async throws -> Value {
        let permit = try await acquire(maxWait: maxWait)
        do {
            let value = try await operation()
            permit.release(.success)
            return value
        } catch {
            permit.release(result(of: error))
            throw error
        }
    }

    /// Waits for a permit.
    ///
    /// ```swift
    /// let permit = try await bulkhead.acquire()
    /// let page = try await client.search(text)
    /// permit.release(.success)
    /// ```
    ///
    /// - Parameter maxWait: The longest wait that the call accepts, up to that of the policy.
    /// - Returns: The permit, which is released when it is dropped.
    /// - Throws: `BulkheadFullError` if no permit is free in time, or the queue is full. `CancellationError` if the task is
    ///   cancelled meanwhile.
    public nonisolated(nonsending) func acquire(maxWait: Duration = .seconds(31_536_000)) async throws -> Permit {
        var state = startWaiting(maxWait: maxWait.saturatedNanoseconds)
        while case .waiting(let wait) = state {
            let end = await wait.turn.wait(wait.left(on: clock), on: clock)
            if Task.isCancelled {
                cancel(wait)
                throw CancellationError()
            }
            if end == .failed {
                cancel(wait)
                throw error()
            }
            state = goOn(wait)
        }
        guard case .granted = state else { throw error() }
        return Permit(self)
    }
}
