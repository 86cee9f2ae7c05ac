extension CallRateLimiter {
    /// Makes a call when its turn comes, on this thread.
    ///
    /// ```swift
    /// let page = try limiter.callBlocking { try client.search(text) }
    /// ```
    ///
    /// - Parameters:
    ///   - cost: The tokens that the call takes, from 1 to the policy's burst.
    ///   - maxWait: The longest wait that the call accepts, up to that of the policy.
    ///   - sleeper: The sleeper that performs the wait; the system's if `nil`.
    ///   - cancellation: A token that ends the wait from another thread.
    ///   - operation: The call; run once, or not at all.
    /// - Returns: The operation's value.
    /// - Throws: ``RateLimitedError`` if the call was rejected, `CancellationError` if it was cancelled while it waited; else
    ///   the operation's error.
    public func callBlocking<Value: ~Copyable>(
        cost: Int = 1, maxWait: Duration = .seconds(31_536_000), sleeper: RetrySleeper? = nil,
        cancellation: RetryCancellationToken? = nil, _ operation: () throws -> Value
    ) throws -> Value {
        let cost = Int64(cost)
        var wait = try startWaiting(cost, maxWait: maxWait.saturatedNanoseconds)
        while wait.left > 0 {
            if !isCancelled(cancellation) {
                (sleeper ?? .system).sleep(for: .nanoseconds(wait.left), cancellation: cancellation)
            }
            if isCancelled(cancellation) {
                giveBack(wait.reservation)
                throw CancellationError()
            }
            try goOn(&wait, cost: cost)
        }
        return try operation()
    }

    private func isCancelled(_ token: RetryCancellationToken?) -> Bool {
        token?.isCancelled == true || Task.isCancelled
    }
}
