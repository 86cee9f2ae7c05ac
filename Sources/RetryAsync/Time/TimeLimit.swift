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
nonisolated(nonsending) func withTimeLimit<Value: ~Copyable>(
    _ nanoseconds: Int64, clock: RetryClock, classifier: ErrorClassifier?,
    operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value? {
    try await race(nanoseconds, clock: clock, classifier: classifier, isolation: #isolation, operation)
}

/// Runs the operation and a timer as two child tasks; the operation's starts at once on the caller's actor.
private func race<Value: ~Copyable>(
    _ nanoseconds: Int64, clock: RetryClock, classifier: ErrorClassifier?, isolation: isolated (any Actor)?,
    _ operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value? {
    let end = End<Value>()
    let limit = clock.nanoseconds.saturatingAdd(nanoseconds)
    let isTimeOver = await withoutActuallyEscaping(operation) { operation in
        await withTaskGroup(of: RaceEnd.self) { group in
            // The timer comes first and has its instant: the limit covers the operation's synchronous beginning, too.
            group.addTask {
                let left = limit.saturatingAdd(-clock.nanoseconds)
                if left <= 0 { return .timeIsOver }
                return await clock.sleep(left) == .over ? .timeIsOver : .timerFailed
            }
            if #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) {
                group.addImmediateTask {
                    _ = isolation
                    await end.take(operation)
                    return .operationEnded
                }
            } else {
                let handedOver = HandedOver(end: end, operation: operation)
                group.addTask {
                    await handedOver.run(isolation: isolation)
                    return .operationEnded
                }
            }
            var first = await group.next(isolation: isolation)
            if first == .timerFailed { first = await group.next(isolation: isolation) }
            group.cancelAll()
            await group.waitForAll(isolation: isolation)
            return first == .timeIsOver
        }
    }
    if let error = end.error, !isTimeOver || Task.isCancelled || !isCancellation(error, by: classifier) { throw error }
    return end.value.take()
}

/// The end of a child task of the race.
private enum RaceEnd: Sendable {
    case operationEnded, timeIsOver
    /// The clock threw an error, or the caller was cancelled, which the operation is told by itself.
    case timerFailed
}
