/// Runs an operation, and cancels it when its time is over.
///
/// The operation stays on the caller's actor. It is cancelled and awaited, never abandoned: when this function returns,
/// the operation has ended. A value that it returns in spite of the cancellation counts.
///
/// - Returns: The operation's value, or `nil` if it threw after its time was over.
/// - Throws: The operation's error, if it threw in time, or after the caller's own task was cancelled.
nonisolated(nonsending) func withTimeLimit<Value: ~Copyable>(
    _ nanoseconds: Int64, clock: RetryClock, operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value? {
    try await withInterruption({ await !clock.sleepWasInterrupted(nanoseconds) }, operation: operation)
}
