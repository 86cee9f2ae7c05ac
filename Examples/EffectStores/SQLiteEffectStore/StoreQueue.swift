import Dispatch

/// Runs what is to be done with a value that only one thread at a time may use.
///
/// Callers that wait do so by their own thread. Callers that await leave theirs to others: the queue has a thread of
/// its own, which is none of the cooperative pool, so that a slow disk holds up nobody else.
final class StoreQueue<Value>: @unchecked Sendable {
    // Unchecked, because the compiler cannot see that `value` is only reached on the queue.
    private let queue: DispatchQueue
    private let value: Value

    init(label: String, _ value: Value) {
        queue = DispatchQueue(label: label)
        self.value = value
    }

    /// Runs `body`, and waits for its end.
    func sync<Answer>(_ body: (Value) throws -> Answer) rethrows -> Answer {
        try queue.sync { try body(value) }
    }

    /// Runs `body`, to its end also if the task is cancelled: the caller learns what has been recorded.
    func async<Answer: Sendable>(_ body: @escaping @Sendable (Value) throws -> Answer) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body(self.value) }) }
        }
    }
}
