/// Runs an operation that no cancellation reaches, and waits until it has ended.
///
/// It starts at once, and stays on the task's preferred executor. Where the language has no cancellation shields
/// (SE-0504), it is a task of its own.
nonisolated(nonsending) func shielded<Value: Sendable>(
    _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    #if compiler(>=6.4)
    if #available(macOS 27, iOS 27, tvOS 27, watchOS 27, visionOS 27, *) {
        return try await withTaskCancellationShield { try await operation() }
    }
    #endif
    if #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) {
        return try await Task.immediate(executorPreference: preferredExecutor) { try await operation() }.value
    } else {
        return try await Task(executorPreference: preferredExecutor) { try await operation() }.value
    }
}
