/// The state machine of a rate limiter: decides by a ``RateLimiterPolicy`` when each call may start.
///
/// It is pure: it takes no lock and reads no clock. All its states are on the limiter's own time, which is the clock's
/// less the time of all holds: in a hold the limiter's time stands still, so that waiting calls keep their order and
/// their spacing.
package struct RateLimiterStateMachine: Sendable, Hashable {
    /// The answer to a call that wants to start.
    package enum Answer: Sendable, Hashable {
        /// The call may start after a wait in nanoseconds; zero for now.
        case admitted(RateReservation, wait: Int64)
        /// The call would wait too long: so many nanoseconds.
        case refused(wait: Int64)
        /// The cost is above the burst: no wait helps.
        case impossible
    }

    let rules: RateLimiterRules
    /// The state of a token bucket.
    var bucket: TokenBucketState
    /// The state of a sliding log.
    private var log: SlidingLogState
    /// The time of all holds.
    private(set) var offset: Int64 = 0
    /// The end of the hold, on the clock.
    private var heldUntil = Int64.min
    /// The limit in force: the policy's, or a server's.
    private(set) var limit: Int64
    /// The law by which calls are held back when the service throttles one.
    private var coolDown = CoolDownLaw()
    /// The limiter's time of the last hold that a throttled call began: calls that started before say nothing new.
    private var throttledAt = Int64.min
    /// The time of the last refusal while the limiter counts as exhausted, on the clock.
    private var refusedAt = Int64.min

    /// A Boolean value that indicates whether a call was refused, and none since for a period.
    package private(set) var isExhausted = false

    package init(_ policy: RateLimiterPolicy, at now: Int64) {
        self.init(RateLimiterRules(policy), at: now)
    }

    init(_ rules: RateLimiterRules, at now: Int64) {
        self.rules = rules
        limit = rules.limit
        bucket = TokenBucketState(rules, at: now)
        log = SlidingLogState(rules)
    }
}

// MARK: Inputs

extension RateLimiterStateMachine {
    /// Reserves the start of a call, or refuses it where the wait is longer than it accepts.
    ///
    /// - Parameters:
    ///   - cost: The tokens that the call takes; at least 1.
    ///   - maxWait: The longest wait that the call accepts, up to that of the policy.
    ///   - earliest: The time before which the call does not start, because another limiter holds it up.
    ///   - now: The time.
    /// - Returns: The answer.
    package mutating func reserve(
        _ cost: Int64, maxWait: Int64, notBefore earliest: Int64 = .min, at now: Int64
    ) -> Answer {
        guard cost >= 1, cost <= rules.burst else { return .impossible }
        pass(now)
        let time = time(at: max(now, earliest))
        let wait = startTime(of: cost, at: time).saturatingSubtract(self.time(at: now))
        guard wait <= min(maxWait, rules.maxWait) else {
            (isExhausted, refusedAt) = (true, now)
            return .refused(wait: wait)
        }
        let reservation = rules.isExact ? log.reserve(cost, at: time) : bucket.reserve(cost, at: time)
        return .admitted(reservation, wait: max(0, wait))
    }

    /// The time for which a call that has waited must wait further; a hold that began meanwhile moves its start.
    package mutating func waitLeft(_ reservation: RateReservation, at now: Int64) -> Int64 {
        pass(now)
        return max(0, start(of: reservation).saturatingSubtract(time(at: now)))
    }

    /// Returns the reservation of a call that does not start, if none stands behind it; `false` if it is lost.
    package mutating func giveBack(_ reservation: RateReservation, at now: Int64) -> Bool {
        pass(now)
        return rules.isExact ? log.giveBack(reservation) : bucket.giveBack(reservation)
    }

    /// Replaces the estimated cost of a call by its actual cost.
    package mutating func settle(_ estimate: Int64, actual: Int64, at now: Int64) {
        pass(now)
        let time = time(at: now)
        let more = min(actual, rules.burst.saturatingMultiply(2)).saturatingSubtract(estimate)
        switch (rules.isExact, more > 0) {
        case (true, true): log.charge(more, at: time)
        case (true, false): log.refund(-more, at: time)
        case (false, true): bucket.charge(more, at: time)
        case (false, false): bucket.refund(-more, at: time)
        }
    }

    /// Starts no call before a time, and spaces the calls after it.
    ///
    /// - Returns: `true` if that is later than the end of the hold before.
    package mutating func hold(until end: Int64, at now: Int64) -> Bool {
        pass(now)
        let begin = max(now, heldUntil)
        let end = min(end, now.saturatingAdd(RateLimiterRules.longestHold))
        guard end > begin else { return false }
        let time = begin.saturatingSubtract(offset)
        offset = offset.saturatingAdd(end.saturatingSubtract(begin))
        heldUntil = end
        if rules.isExact { log.pace(from: time) } else { bucket.pace(from: time) }
        return true
    }

    /// A call was throttled: starts no call for the time that the service named, or that the law chooses.
    ///
    /// - Parameters:
    ///   - hint: The time that the service named, in nanoseconds; zero for none.
    ///   - reservation: The reservation by which the call started.
    ///   - now: The time.
    /// - Returns: `true` if a hold began, or became longer.
    package mutating func throttled(hint: Int64, _ reservation: RateReservation, at now: Int64) -> Bool {
        pass(now)
        let isNew = start(of: reservation) > throttledAt
        guard let hold = coolDown.hold(hint: hint, isNew: isNew) else { return false }
        if isNew { throttledAt = time(at: now) }
        return self.hold(until: now.saturatingAdd(hold), at: now)
    }

    /// A call succeeded that started by this reservation.
    package mutating func succeeded(_ reservation: RateReservation) {
        if start(of: reservation) > throttledAt { coolDown.succeeded() }
    }

    /// True if a success has something to set back.
    var isEscalated: Bool { coolDown.isEscalated }

    private func start(of reservation: RateReservation) -> Int64 {
        rules.isExact ? log.start(of: reservation) : bucket.start(of: reservation)
    }

    /// Takes tokens, so that no more are left than a server says.
    package mutating func leave(_ tokens: Int64, at now: Int64) {
        pass(now)
        let time = time(at: now)
        if rules.isExact { log.leave(max(0, tokens), at: time) } else { bucket.leave(max(0, tokens), at: time) }
    }

    /// Puts a server's limit in force.
    ///
    /// - Returns: The limit that was accepted; `nil` if it is in force already.
    package mutating func learn(limit claimed: Int64) -> Int64? {
        let accepted = rules.bounded(claimed)
        guard accepted != limit else { return nil }
        limit = accepted
        log.limit = accepted
        bucket.interval = RateLimiterRules.interval(accepted, rules.period)
        return accepted
    }
}

// MARK: State

extension RateLimiterStateMachine {
    /// The time that a call of this cost would wait now.
    package mutating func wait(of cost: Int64, at now: Int64) -> Int64 {
        pass(now)
        let time = time(at: now)
        return max(0, startTime(of: min(cost, rules.burst), at: time).saturatingSubtract(time))
    }

    /// The tokens that calls may take at once.
    package mutating func available(at now: Int64) -> Int64 {
        pass(now)
        let time = time(at: now)
        if isHeld(at: now) { return 0 }
        return rules.isExact ? log.available(at: time) : bucket.available(at: time)
    }

    /// The tokens that a full limiter admits at once, under the limit in force.
    package var burst: Int64 { rules.isExact ? limit : rules.capacity / bucket.interval }

    /// The rest of the hold.
    package func holdLeft(at now: Int64) -> Int64 { isHeld(at: now) ? heldUntil.saturatingSubtract(now) : 0 }

    /// Returns whether the state is that of a fresh limiter.
    package mutating func isForgettable(at now: Int64) -> Bool {
        pass(now)
        if isExhausted || isHeld(at: now) || limit != rules.limit || isEscalated { return false }
        return rules.isExact ? log.isEmpty : bucket.arrival <= time(at: now) && bucket.credit == 0
    }

    private func isHeld(at now: Int64) -> Bool { heldUntil > now }

    /// The limiter's own time.
    private func time(at now: Int64) -> Int64 { now.saturatingSubtract(offset) }

    private func startTime(of cost: Int64, at time: Int64) -> Int64 {
        rules.isExact ? log.start(of: cost, at: time) : bucket.start(of: cost, at: time)
    }

    /// Takes notice of the time: of tokens that flowed in, of a recovery, and of a clock that jumped back.
    private mutating func pass(_ now: Int64) {
        if heldUntil > now.saturatingAdd(RateLimiterRules.longestHold) { heldUntil = now }
        if isExhausted {
            let quiet = now.saturatingSubtract(refusedAt)
            if quiet < 0 { refusedAt = now }
            if quiet >= max(rules.period, 1_000_000_000) { isExhausted = false }
        }
        let time = time(at: now)
        if rules.isExact {
            log.advance(to: time)
            if log.isBeyond(time.saturatingAdd(rules.horizon)) { log.fill(at: time) }
        } else if bucket.arrival.saturatingSubtract(time) > rules.horizon {
            bucket.empty(at: time)
        }
    }
}
