import Dispatch
import Foundation
import RetryCore

/// A thread of its own, for what must block.
final class TestThread<Value: Sendable>: Sendable {
    private let hasEnded = DispatchSemaphore(value: 0)
    private let value = Locked<Value?>(nil)

    init(_ body: @escaping @Sendable () -> Value) {
        Thread.detachNewThread { [hasEnded, value] in
            let result = body()
            value.withLock { $0 = result }
            hasEnded.signal()
        }
    }

    /// Waits for the end of the thread, and returns its value; nil if it does not come, so that a test fails
    /// instead of hanging.
    func join() -> Value? {
        guard hasEnded.wait(timeout: .now() + 30) == .success else { return nil }
        return value.withLock { $0 }
    }
}
