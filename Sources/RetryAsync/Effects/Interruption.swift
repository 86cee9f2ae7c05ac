/// Runs an operation, and cancels it if `interruption` returns true before it has ended.
///
/// The operation stays on the caller's actor. It is cancelled and awaited, never abandoned: when this function returns,
/// both have ended. A value that it returns in spite of the cancellation counts.
///
/// - Returns: The operation's value, or `nil` if it threw after it was interrupted.
/// - Throws: The operation's error, if it was not interrupted, or if the caller's own task was cancelled too.
nonisolated(nonsending) func withInterruption<Value: ~Copyable>(
    _ interruption: @escaping @Sendable () async -> Bool, operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value? {
    try await race(interruption, isolation: #isolation, operation)
}

/// Runs the operation and its interruption as two child tasks; the operation's starts at once on the caller's actor.
private func race<Value: ~Copyable>(
    _ interruption: @escaping @Sendable () async -> Bool, isolation: isolated (any Actor)?,
    _ operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value? {
    let end = End<Value>()
    let isInterrupted = await withoutActuallyEscaping(operation) { operation in
        await withTaskGroup(of: Bool.self) { group in
            if #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) {
                group.addImmediateTask {
                    _ = isolation
                    await end.take(operation)
                    return false
                }
            } else {
                let handedOver = HandedOver(end: end, operation: operation)
                group.addTask {
                    await handedOver.run(isolation: isolation)
                    return false
                }
            }
            group.addTask { await interruption() }
            let isInterrupted = await group.next(isolation: isolation) == true
            group.cancelAll()
            await group.waitForAll(isolation: isolation)
            return isInterrupted
        }
    }
    if let error = end.error, !isInterrupted || Task.isCancelled { throw error }
    return end.value.take()
}
