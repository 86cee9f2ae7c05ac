#if SQLite
import Dispatch

/// A queue for work on a value that only one thread at a time may use.
///
/// Synchronous callers wait on their own thread. Asynchronous callers do not block theirs: the queue has threads of its
/// own, outside the cooperative pool, so that a slow disk holds up no other task.
///
/// Renewals and settlements overtake claims: under overload the owners of keys would lose them otherwise, while claims
/// make the load greater.
final class StoreQueue<Value>: @unchecked Sendable {
    // Unchecked, because the compiler cannot see that `value` is only reached under the lock.
    let lock = PriorityLock()
    private let urgent: DispatchQueue
    private let ordinary: DispatchQueue
    private let value: Value

    init(label: String, _ value: Value) {
        urgent = DispatchQueue(label: label + ".urgent")
        ordinary = DispatchQueue(label: label)
        self.value = value
    }

    /// Runs `body`, and waits for its end.
    func sync<Answer>(_ priority: PriorityLock.Priority = .ordinary, _ body: (Value) throws -> Answer) rethrows
        -> Answer
    {
        lock.lock(priority)
        defer { lock.unlock() }
        return try body(value)
    }

    /// Runs `body`, to its end even if the task is cancelled: the caller gets what has been recorded.
    func async<Answer: Sendable>(
        _ priority: PriorityLock.Priority = .ordinary, _ body: @escaping @Sendable (Value) throws -> Answer
    ) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            (priority == .urgent ? urgent : ordinary).async {
                continuation.resume(with: Result { try self.sync(priority, body) })
            }
        }
    }
}
#endif
