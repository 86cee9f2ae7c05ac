import RetryCore

/// A place where threads wait until all of them are there; as often as they like.
final class Meeting: @unchecked Sendable {
    // Unchecked, because the compiler cannot know that the lock guards the rest.
    private let monitor = SystemMonitor()
    private let size: Int
    private var present = 0
    private var round = 0

    init(of size: Int) {
        self.size = size
    }

    /// Waits until every thread has arrived.
    func wait() {
        monitor.lock()
        defer { monitor.unlock() }
        present += 1
        let mine = round
        if present == size {
            present = 0
            round += 1
            monitor.wakeAll()
        }
        while round == mine { monitor.wait() }
    }
}
