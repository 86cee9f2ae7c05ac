// A guard of one's own, for snippets that use it.

import RetryCore
import Synchronization

final class ConcurrencyLimit: AttemptGuard {
    let place = GuardPlace.permit
    private let limit: Int
    private let running = Atomic(0)

    init(_ limit: Int) { self.limit = limit }

    func admit(_ request: GuardRequest) -> GuardAnswer {
        if running.add(1, ordering: .relaxed).newValue <= limit { return .admitted() }
        running.subtract(1, ordering: .relaxed)
        return .rejected
    }

    func finish(_ ticket: GuardTicket, _ result: AttemptResult) {
        running.subtract(1, ordering: .relaxed)
    }

    func rejection() -> any AttemptRejectedError { TooManyCalls() }
}

struct TooManyCalls: AttemptRejectedError {
    var retryAfter: Duration? { nil }
}
