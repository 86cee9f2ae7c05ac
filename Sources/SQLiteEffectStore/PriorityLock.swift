#if SQLite
import RetryCore

/// A lock that urgent callers get before ordinary ones, for any number of those.
final class PriorityLock: @unchecked Sendable {
    enum Priority: Sendable {
        case urgent
        case ordinary
    }

    // Unchecked, because the compiler cannot see that the counts are only reached under the monitor's mutex.
    private let monitor = SystemMonitor(conditions: 2)
    private let urgent = 0
    private let ordinary = 1
    private var isHeld = false
    private var urgentCount = 0

    /// The number of urgent callers that wait.
    var urgentWaiting: Int {
        monitor.lock()
        defer { monitor.unlock() }
        return urgentCount
    }

    func lock(_ priority: Priority) {
        monitor.lock()
        switch priority {
        case .urgent:
            urgentCount += 1
            while isHeld { monitor.wait(urgent) }
            urgentCount -= 1
        case .ordinary:
            while isHeld || urgentCount > 0 { monitor.wait(ordinary) }
        }
        isHeld = true
        monitor.unlock()
    }

    func unlock() {
        monitor.lock()
        isHeld = false
        monitor.wakeOne(urgentCount > 0 ? urgent : ordinary)
        monitor.unlock()
    }
}
#endif
