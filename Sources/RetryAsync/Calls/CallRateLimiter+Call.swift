extension CallRateLimiter {
    /// Makes a call when its turn comes.
    ///
    /// ```swift
    /// let page = try await limiter.call { try await client.search(text) }
    /// ```
    ///
    /// - Parameters:
    ///   - cost: The tokens that the call takes, from 1 to the policy's burst.
    ///   - maxWait: The longest wait that the call accepts, up to that of the policy.
    ///   - operation: The call; run once on the caller's actor, or not at all.
    /// - Returns: The operation's value.
    /// - Throws: `RateLimitedError` if the call was rejected, `CancellationError` if it was cancelled while it waited; else the
    ///   operation's error.
    public nonisolated(nonsending) func call<Value: ~Copyable>(
        cost: Int = 1, maxWait: Duration = .seconds(31_536_000),
        _ operation: nonisolated(nonsending) () async throws -> Value
    ) async throws -> Value {
        try await acquire(cost: cost, maxWait: maxWait)
        return try await operation()
    }

    /// Waits for the turn of a call.
    ///
    /// ```swift
    /// try await limiter.acquire()
    /// let page = try await client.search(text)
    /// ```
    ///
    /// - Parameters:
    ///   - cost: The tokens that the call takes, from 1 to the policy's burst.
    ///   - maxWait: The longest wait that the call accepts, up to that of the policy.
    /// - Throws: `RateLimitedError` if the wait would be longer: at once. `CancellationError` if the task is cancelled
    ///   meanwhile: then the turn is given back.
    public nonisolated(nonsending) func acquire(cost: Int = 1, maxWait: Duration = .seconds(31_536_000)) async throws {
        let cost = Int64(cost)
        var wait = try startWaiting(cost, maxWait: maxWait.saturatedNanoseconds)
        while wait.left > 0 {
            // On the timer: a task that sleeps takes ten times the memory, and a cancelled one keeps it.
            let end = await GuardTurn().wait(wait.left, on: clock)
            if Task.isCancelled || end == .failed {
                giveBack(wait.reservation)
                throw Task.isCancelled ? CancellationError() : error(cost: cost)
            }
            try goOn(&wait, cost: cost)
        }
    }
}
