extension RetryPipeline {
    /// The same pipeline with a bulkhead, which limits the attempts that run at the same time; none if `nil`.
    ///
    /// An attempt that finds no free permit waits in the bulkhead's queue, for the policy's `maxWait` and up to the
    /// deadline of the call, or is rejected by a ``BulkheadFullError``.
    ///
    /// - Parameter bulkhead: The bulkhead.
    /// - Returns: The pipeline.
    public consuming func bulkhead(_ bulkhead: Bulkhead?) -> RetryPipeline {
        guarded(by: bulkhead.map { BulkheadGuard($0) }, inPlaceOf: BulkheadGuard.self)
    }
}

/// A bulkhead among the guards of a call.
///
/// The number of a ticket is its place in the queue while it waits, and zero once it has a permit. Its time is the end of
/// the wait, and then the start of the attempt.
final class BulkheadGuard: OrderedGuard {
    let bulkhead: Bulkhead

    init(_ bulkhead: Bulkhead) { self.bulkhead = bulkhead }

    var order: Int { 0 }
    var place: GuardPlace { .permit }

    func admit(_ request: GuardRequest) -> GuardAnswer {
        switch bulkhead.acquire(queue: request.mayQueue ? bulkhead.policy.queue : 0) {
        case .granted: return granted
        case .refused: return .rejected
        case .queued(let place, let turn):
            let latest = bulkhead.latestStart(within: .max)
            return .queued(GuardTicket(place, time: latest), turn, upTo: bulkhead.policy.maxWaitNanoseconds)
        }
    }

    func confirm(_ ticket: GuardTicket) -> GuardAnswer {
        guard ticket.number != 0 else { return .admitted(ticket) }
        switch bulkhead.look(at: ticket.number, until: ticket.time) {
        case .granted: return granted
        case .expired: return .rejected
        case .waiting(let turn):
            return .queued(ticket, turn, upTo: ticket.time.saturatingSubtract(bulkhead.clock.nanoseconds))
        }
    }

    func finish(_ ticket: GuardTicket, _ result: AttemptResult) {
        if ticket.number != 0 { bulkhead.leave(ticket.number) } else { bulkhead.finish(start: ticket.time, result) }
    }

    func giveBack(_ ticket: GuardTicket) {
        if ticket.number != 0 { bulkhead.leave(ticket.number) } else { bulkhead.release() }
    }

    func rejection() -> any AttemptRejectedError { bulkhead.error() }

    private var granted: GuardAnswer { .admitted(GuardTicket(0, time: bulkhead.measuredStart())) }
}
