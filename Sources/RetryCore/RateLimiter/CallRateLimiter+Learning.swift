import Synchronization

// The corrections of a limiter by its service.
extension CallRateLimiter {
    /// Starts no call within a time, as a service asked that answered 429; then calls are spaced evenly, without a burst.
    ///
    /// Waiting calls keep their order: the time of the limiter stands still meanwhile.
    ///
    /// - Parameter duration: The time that the service named; at most an hour counts. A shorter hold than the one in force
    ///   changes nothing.
    public func hold(for duration: Duration) {
        let time = duration.saturatedNanoseconds
        guard time > 0 else { return }
        update { core, now in
            guard core.machine.hold(until: now.saturatingAdd(time), at: now) else { return }
            note(.held, in: &core, wait: core.machine.holdLeft(at: now))
        }
    }

    /// Records the result of a call: all calls are held back if the service throttled it.
    func finish(_ reservation: RateReservation, _ result: AttemptResult) {
        if let hint = result.throttling {
            update { core, now in
                guard core.machine.throttled(hint: hint, reservation, at: now) else { return }
                isEscalated.store(core.machine.isEscalated, ordering: .relaxed)
                note(.held, in: &core, wait: core.machine.holdLeft(at: now))
            }
        } else if result == .success, isEscalated.load(ordering: .relaxed) {
            update { core, _ in
                core.machine.succeeded(reservation)
                isEscalated.store(core.machine.isEscalated, ordering: .relaxed)
            }
        }
    }

    /// Replaces the estimated cost of a call by its actual cost, which is known after the call.
    ///
    /// Tokens that were used beyond the estimate are owed by the calls that follow. Tokens that were not used are put back;
    /// the starts of waiting calls stay, and the calls behind them gain, by one burst at most.
    ///
    /// - Parameters:
    ///   - estimate: The cost by which the call was admitted.
    ///   - actual: The cost of the call; not negative.
    public func settle(estimate: Int, actual: Int) {
        let (estimate, actual) = (Int64(max(0, estimate)), Int64(max(0, actual)))
        guard actual != estimate else { return }
        update { core, now in core.machine.settle(min(estimate, rules.burst), actual: actual, at: now) }
    }

    /// Corrects the limiter by the state of the limit as the service reports it, such as in the headers of a response.
    ///
    /// - A limit replaces the policy's, down to a hundredth of it, and up to the policy's own or what
    ///   ``RateLimiterPolicy/learns(upTo:)`` allows. It is taken as a number per period of the policy, and ignored if the
    ///   service names another period. The burst of a token bucket stays the same stretch of time: it changes with the
    ///   limit.
    /// - If less remains than the limiter has, it takes away the difference. If more remains, nothing changes: other calls
    ///   may be on their way.
    /// - If nothing remains, no call starts up to the reset, for an hour at most.
    ///
    /// Negative numbers say nothing. Whatever a service claims, calls go on within these bounds; an event reports each
    /// change.
    ///
    /// - Parameter status: The limit, the remainder and the reset.
    public func learn(_ status: RateLimitStatus) {
        let isOfPeriod = status.period.map { $0.saturatedNanoseconds == rules.period } ?? true
        update { core, now in
            if let claimed = status.limit, claimed >= 0, isOfPeriod,
                let limit = core.machine.learn(limit: Int64(claimed))
            {
                note(.learned, in: &core, limit: limit, claimed: claimed)
            }
            guard let remaining = status.remaining, remaining >= 0 else { return }
            guard remaining == 0, let reset = status.reset?.saturatedNanoseconds, reset > 0 else {
                return core.machine.leave(Int64(remaining), at: now)
            }
            if core.machine.hold(until: now.saturatingAdd(reset), at: now) {
                note(.held, in: &core, wait: core.machine.holdLeft(at: now))
            }
        }
    }
}
