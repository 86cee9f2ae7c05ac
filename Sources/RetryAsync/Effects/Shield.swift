/// Runs an operation that no cancellation reaches, and waits until it has ended.
///
/// It starts at once, and stays on the task's preferred executor.
nonisolated(nonsending) func shielded<Value: Sendable>(
    _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    if #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) {
        try await Task.immediate(executorPreference: preferredExecutor) { try await operation() }.value
    } else {
        try await Task(executorPreference: preferredExecutor) { try await operation() }.value
    }
}
