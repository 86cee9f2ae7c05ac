extension RetryPipeline {
    /// The same pipeline with a rate limiter that spaces all attempts; none if `nil`.
    ///
    /// An attempt that comes too early waits for its turn. The call ends at once, with a ``RateLimitedError``, if the wait
    /// is longer than the limiter's policy or the call's deadline allows.
    ///
    /// - Parameters:
    ///   - limiter: The limiter.
    ///   - cost: The tokens that each attempt takes, from 1 to the limiter's burst.
    /// - Returns: The pipeline.
    public consuming func limiter(_ limiter: CallRateLimiter?, cost: Int = 1) -> RetryPipeline {
        guarded(by: limiter.map { RateLimiterGuard($0, cost: cost) }, inPlaceOf: RateLimiterGuard.self)
    }
}

/// A rate limiter among the guards of a call.
///
/// Each attempt takes its cost, whatever its result.
final class RateLimiterGuard: OrderedGuard {
    let limiter: CallRateLimiter
    private let cost: Int64

    init(_ limiter: CallRateLimiter, cost: Int) {
        self.limiter = limiter
        self.cost = Int64(cost)
    }

    var order: Int { 1 }
    var place: GuardPlace { .pace }

    func admit(_ request: GuardRequest) -> GuardAnswer {
        switch limiter.reserve(cost, maxWait: .max) {
        case .admitted(let reservation, wait: 0): return .admitted(GuardTicket(reservation, latestStart: .max))
        case .admitted(let reservation, let wait):
            return .admitted(
                after: .nanoseconds(wait), GuardTicket(reservation, latestStart: limiter.latestStart(within: .max)))
        case .refused, .impossible: return .rejected
        }
    }

    func confirm(_ ticket: GuardTicket) -> GuardAnswer {
        guard let wait = limiter.waitLeft(ticket.reservation, latestStart: ticket.time) else { return .rejected }
        return .admitted(after: .nanoseconds(wait), ticket)
    }

    // An attempt keeps the tokens that it took, whatever its result.
    func finish(_ ticket: GuardTicket, _ result: AttemptResult) { limiter.finish(ticket.reservation, result) }

    func giveBack(_ ticket: GuardTicket) { limiter.giveBack(ticket.reservation) }

    func rejection() -> any AttemptRejectedError { limiter.error(cost: cost) }

    var closedFor: Duration { .nanoseconds(limiter.closedFor(cost: cost)) }
}

extension GuardTicket {
    /// The ticket of a reservation, whose call starts no later than a time on the limiter's clock.
    init(_ reservation: RateReservation, latestStart: Int64) {
        self.init(
            UInt64(bitPattern: reservation.position), time: latestStart,
            detail: UInt64(bitPattern: reservation.amount))
    }

    var reservation: RateReservation {
        RateReservation(position: Int64(bitPattern: number), amount: Int64(bitPattern: detail))
    }
}
