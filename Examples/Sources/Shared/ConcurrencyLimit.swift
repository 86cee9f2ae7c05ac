package import RetryCore
import Synchronization

/// Rejects attempts above a number of them at the same time: a guard of one's own.
///
/// Its place is the last one: a permit is held while the attempt runs, and not while the call waits.
package final class ConcurrencyLimit: AttemptGuard {
    package let place = GuardPlace.permit
    private let limit: Int
    private let running = Atomic(0)

    package init(_ limit: Int) { self.limit = limit }

    package func admit(_ request: GuardRequest) -> GuardAnswer {
        if running.add(1, ordering: .relaxed).newValue <= limit { return .admitted() }
        running.subtract(1, ordering: .relaxed)
        return .rejected
    }

    package func finish(_ ticket: GuardTicket, _ result: AttemptResult) {
        running.subtract(1, ordering: .relaxed)
    }

    package func rejection() -> any AttemptRejectedError { TooManyCalls(limit: limit) }
}

/// The rejection of an attempt above the limit.
package struct TooManyCalls: AttemptRejectedError, CustomStringConvertible {
    let limit: Int
    package var retryAfter: Duration? { nil }
    package var description: String { "\(limit) calls are running. Try again when one has ended." }
}
