import RetryCore

/// Runs an operation, and cancels it when its time is over.
///
/// The operation stays on the caller's actor. It is cancelled and awaited, never abandoned: when this function returns,
/// the operation has ended. A value that it returns in spite of the cancellation counts.
///
/// - Parameters:
///   - nanoseconds: The limit.
///   - clock: The clock that the limit is measured by. One that throws an error in place of waiting measures nothing: the
///     operation then runs without a limit.
///   - classifier: The classifier with the known clients whose errors are not recognised as cancellations.
///   - operation: The operation.
/// - Returns: The operation's value, or `nil` if the limit cancelled it.
/// - Throws: The operation's error, unless it is the cancellation by the limit: a late answer is still the answer.
@inlinable
nonisolated(nonsending) func withTimeLimit<Value: ~Copyable>(
    _ nanoseconds: Int64, clock: RetryClock, classifier: ErrorClassifier?,
    operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value? {
    var value: Value?
    var failure: (any Error)?
    let isReached = await run(until: nanoseconds, clock, isolation: #isolation) {
        do { value = try await operation() } catch { failure = error }
    }
    if let failure, !isReached || Task.isCancelled || !isCancellation(failure, by: classifier) { throw failure }
    return value
}

/// Runs an operation, and cancels it when other code reaches its limit.
///
/// - Returns: The operation's value, or `nil` if it threw after it was cancelled so.
/// - Throws: The operation's error, if the limit was not reached, or if the caller's own task was cancelled too.
nonisolated(nonsending) func withCutoff<Value: ~Copyable>(
    _ cutoff: Cutoff, operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value? {
    var value: Value?
    var failure: (any Error)?
    let isReached = await run(cutoff, nil, isolation: #isolation) {
        do { value = try await operation() } catch { failure = error }
    }
    if let failure, !isReached || Task.isCancelled { throw failure }
    return value
}

/// Runs `body` as a child task that is cancelled after so many nanoseconds; returns whether it was.
@usableFromInline
func run(
    until nanoseconds: Int64, _ clock: RetryClock, isolation: isolated (any Actor)?,
    _ body: nonisolated(nonsending) () async -> Void
) async -> Bool {
    let limit = (time: clock.nanoseconds.saturatingAdd(nanoseconds), clock: clock)
    return await run(Cutoff(timer: clock.timer ?? .shared), limit, isolation: isolation, body)
}

/// Runs `body` as a child task, which its limit can cancel without the caller; returns whether it did.
///
/// A child is needed because the cancellation of a task is final: that of the caller's own would outlive the body. The
/// child starts at once, on the caller's actor.
@inline(__always)
private func run(
    _ cutoff: Cutoff, _ limit: (time: Int64, clock: RetryClock)?, isolation: isolated (any Actor)?,
    _ body: nonisolated(nonsending) () async -> Void
) async -> Bool {
    let isArmed = limit.map { $0.clock.timer?.arm(cutoff, at: $0.time) ?? false } ?? true
    await withoutActuallyEscaping(body) { body in
        await withDiscardingTaskGroup { group in
            if !isArmed, let limit {
                // It comes first and has its instant: the limit covers the operation's synchronous beginning, too.
                group.addTask { await cutoff.sleep(until: limit.time, on: limit.clock) }
            }
            if #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) {
                group.addImmediateTask {
                    _ = isolation
                    cutoff.operationBegins()
                    await body()
                    cutoff.operationEnds()
                }
            } else {
                let body = TransferredBody(body: body)
                group.addTask {
                    cutoff.operationBegins()
                    await body.run(isolation: isolation)
                    cutoff.operationEnds()
                }
            }
        }
    }
    return cutoff.isReached
}

/// The operation on systems without immediate tasks: a plain child task, which hops to the caller's actor first.
///
/// Unchecked, because the compiler cannot see that the caller only waits while the child runs.
private struct TransferredBody: @unchecked Sendable {
    let body: nonisolated(nonsending) () async -> Void

    func run(isolation: isolated (any Actor)?) async { await body() }
}
