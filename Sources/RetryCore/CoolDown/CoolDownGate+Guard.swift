extension RetryPipeline {
    /// The same pipeline with a cool-down gate, which holds back all calls when the service throttles one; none if `nil`.
    ///
    /// An attempt that finds the gate closed waits for its turn. The call ends at once, with a ``CoolingDownError``, if the
    /// wait is longer than the gate's policy or the call's deadline allows.
    ///
    /// - Parameter gate: The gate.
    /// - Returns: The pipeline.
    public consuming func coolDown(_ gate: CoolDownGate?) -> RetryPipeline {
        guarded(by: gate.map { CoolDownGuard($0) }, inPlaceOf: CoolDownGuard.self)
    }
}

/// A cool-down gate among the guards of a call.
///
/// The number of a ticket is its place in line while it waits, and then the period in which the attempt began; the detail
/// is 1 while it waits. Its time is the end of the wait.
final class CoolDownGuard: OrderedGuard {
    let gate: CoolDownGate

    init(_ gate: CoolDownGate) { self.gate = gate }

    var order: Int { 0 }
    var place: GuardPlace { .pace }

    func admit(_ request: GuardRequest) -> GuardAnswer {
        answer(gate.admit(maxWait: .max, mayQueue: request.mayQueue)) { gate.latestStart(within: .max) }
    }

    func confirm(_ ticket: GuardTicket) -> GuardAnswer {
        ticket.detail == 0
            ? .admitted(ticket) : answer(gate.look(at: ticket.number, until: ticket.time)) { ticket.time }
    }

    private func answer(_ answer: CoolDownGate.Answer, _ latest: () -> Int64) -> GuardAnswer {
        switch answer {
        case .admitted(let period): return .admitted(GuardTicket(period))
        case .wait(let place, let turn, let estimate):
            return .queued(GuardTicket(place, time: latest(), detail: 1), turn, upTo: estimate, atLeast: estimate)
        case .refused: return .rejected
        }
    }

    func finish(_ ticket: GuardTicket, _ result: AttemptResult) {
        if ticket.detail == 0 { gate.finish(period: ticket.number, result) } else { gate.leave(ticket.number) }
    }

    func giveBack(_ ticket: GuardTicket) { if ticket.detail != 0 { gate.leave(ticket.number) } }

    func rejection() -> any AttemptRejectedError { gate.error() }

    var closedFor: Duration { .nanoseconds(gate.closedFor) }
}
