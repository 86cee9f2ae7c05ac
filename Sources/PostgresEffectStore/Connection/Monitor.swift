#if PostgreSQL
import RetryCore

/// A value behind a lock, with a condition to wait for: for threads of our own, never for tasks.
final class Monitor<State: Sendable>: @unchecked Sendable {
    // Unchecked, because the compiler cannot see that `state` is only reached under the monitor's mutex.
    private let monitor = SystemMonitor()
    private var state: State

    init(_ state: State) {
        self.state = state
    }

    /// The threads to wake after a change.
    enum Wake: Sendable {
        case nobody
        case one
        case all
    }

    /// Changes the state.
    func update<Result>(waking wake: Wake = .nobody, _ body: (inout State) -> Result) -> Result {
        monitor.lock()
        let result = body(&state)
        monitor.unlock()
        switch wake {
        case .nobody: break
        case .one: monitor.wakeOne()
        case .all: monitor.wakeAll()
        }
        return result
    }

    /// Waits until `body` returns something.
    func wait<Result>(_ body: (inout State) -> Result?) -> Result {
        monitor.lock()
        defer { monitor.unlock() }
        while true {
            if let result = body(&state) { return result }
            monitor.wait()
        }
    }
}
#endif
