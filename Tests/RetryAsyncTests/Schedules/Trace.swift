import RetryAsync
import RetryTesting

/// Everything that happened in one call, in order.
final class Trace: Sendable {
    enum Happening: Sendable {
        /// The operation began an attempt.
        case began(Int)
        /// The operation ended an attempt, with an error or without.
        case ended(Int, (any Error)?)
        /// The library told an observer, in a task that was cancelled or not.
        case told(RetryEvent, isCancelled: Bool)
        /// The caller cancelled the call.
        case cancelled
    }

    struct Entry: Sendable, CustomStringConvertible {
        let time: Duration
        let happening: Happening

        var description: String {
            switch happening {
            case .began(let attempt): "\(time): attempt \(attempt) begins"
            case .ended(let attempt, let error): "\(time): attempt \(attempt) ends\(error.map { " with \($0)" } ?? "")"
            case .told(let event, let isCancelled):
                "\(time): \(event.code) \(event.attempt), wait \(event.delay)\(isCancelled ? ", cancelled" : "")"
            case .cancelled: "\(time): cancelled"
            }
        }
    }

    private let log = Log<Entry>()
    private let attempts = Log<Void>()
    private let clock: ManualClock

    init(_ clock: ManualClock) {
        self.clock = clock
    }

    var entries: [Entry] { log.events }

    var observer: RetryObserver {
        RetryObserver { self.add(.told($0, isCancelled: Task.isCancelled)) }
    }

    func add(_ happening: Happening) {
        log.add(Entry(time: clock.elapsed, happening: happening))
    }

    /// Notes that the next attempt begins, and returns its number.
    func beginAttempt() -> Int {
        attempts.add(())
        let attempt = attempts.count
        add(.began(attempt))
        return attempt
    }
}

/// Something that must not happen, with all that led there.
struct Violation: Error, CustomStringConvertible {
    let description: String

    init(_ rule: String, _ scenario: Scenario, _ entries: [Trace.Entry]) {
        description = (["broken: \(rule)", "\(scenario)"] + entries.map(\.description)).joined(separator: "\n")
    }
}
