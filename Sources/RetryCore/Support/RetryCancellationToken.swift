import Synchronization

/// A token that cancels blocking calls from another thread: a wait ends at once, and no further attempt starts.
///
/// ```swift
/// let token = RetryCancellationToken()
/// let worker = BlockingExecutor(.critical.cancellation(token))
/// // elsewhere, when the program is asked to end:
/// token.cancel()
/// ```
///
/// A token is thread-safe. It is cancelled once and stays so. Cancelling takes a lock: it must not be done in a signal
/// handler itself, but in a thread that the handler wakes.
public final class RetryCancellationToken: Sendable {
    private let flag = Atomic<Bool>(false)
    /// The monitor of the threads that wait.
    let monitor = SystemMonitor()

    /// Creates a token that is not cancelled.
    public init() {}

    /// A Boolean value that indicates whether the token was cancelled.
    public var isCancelled: Bool { flag.load(ordering: .acquiring) }

    /// Cancels every call that has this token, now and later.
    public func cancel() {
        flag.store(true, ordering: .releasing)
        monitor.lock()
        monitor.wakeAll()
        monitor.unlock()
    }

    /// Waits until the token is cancelled, but no longer than `duration`.
    ///
    /// - Returns: `true` if the token was cancelled.
    @discardableResult
    public func wait(upTo duration: Duration) -> Bool {
        let end = SystemTime.precise.saturatingAdd(max(0, duration.saturatedNanoseconds))
        monitor.lock()
        defer { monitor.unlock() }
        while !isCancelled {
            if end <= SystemTime.precise { return isCancelled }
            monitor.wait(until: end)
        }
        return true
    }
}
