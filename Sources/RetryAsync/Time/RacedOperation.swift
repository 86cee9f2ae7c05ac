// The operation that a time limit or an interruption races against: both run it as a child task.

/// The ending of the operation; only touched on the caller's actor.
final class End<Value: ~Copyable> {
    var value: Value?
    var error: (any Error)?

    init() { value = nil }

    nonisolated(nonsending) func take(_ operation: nonisolated(nonsending) () async throws -> Value) async {
        do { value = try await operation() } catch { self.error = error }
    }
}

/// The same on systems without immediate tasks: a plain child task, which hops to the caller's actor first.
///
/// Unchecked, because the compiler cannot see that the caller only waits while the child runs.
struct HandedOver<Value: ~Copyable>: @unchecked Sendable {
    let end: End<Value>
    let operation: nonisolated(nonsending) () async throws -> Value

    func run(isolation: isolated (any Actor)?) async {
        await end.take(operation)
    }
}
