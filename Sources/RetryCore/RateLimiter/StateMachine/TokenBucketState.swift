/// A token bucket in one number: the generic cell rate algorithm (GCRA).
///
/// The number is the theoretical arrival time, at which the bucket is full again. An admission of cost *n* moves it by
/// *n* intervals, and may start when it lies no further ahead than the whole burst takes. Waiting calls reserve their
/// start in the order of their arrival.
///
/// Source: ITU-T Recommendation I.371, Annex A (virtual scheduling).
struct TokenBucketState: Sendable, Hashable {
    /// The time in which an empty bucket fills, in nanoseconds.
    let capacity: Int64
    /// The time in which one token flows in, rounded up.
    var interval: Int64
    /// The theoretical arrival time, on the limiter's own time.
    var arrival: Int64
    /// The time of refunds that came while calls were waiting, of use for the calls behind them.
    private(set) var credit: Int64 = 0
    /// The theoretical arrival time of a call that starts at the end of the last hold: none starts before.
    private var held = Int64.min
    /// The least theoretical arrival time that this leaves, whatever is put back.
    private var floor: Int64 { held.saturatingSubtract(interval) }

    /// Creates a full bucket.
    init(_ rules: RateLimiterRules, at now: Int64) {
        capacity = rules.capacity
        interval = rules.interval
        arrival = now
    }

    /// The theoretical arrival time after an admission.
    @inline(__always)
    static func next(_ arrival: Int64, _ need: Int64, at now: Int64) -> Int64 {
        max(arrival, now).saturatingAdd(need)
    }

    /// Returns whether a bucket with this theoretical arrival time owes nothing: no call waits.
    @inline(__always)
    static func isWithin(_ capacity: Int64, _ arrival: Int64, at now: Int64) -> Bool {
        arrival.saturatingSubtract(capacity) <= now
    }

    /// Returns whether no reserved start lies ahead.
    func isIdle(at now: Int64) -> Bool { Self.isWithin(capacity, arrival, at: now) }

    /// The start that a call would get now.
    func start(of cost: Int64, at now: Int64) -> Int64 {
        let need = max(0, cost.saturatingMultiply(interval) - credit)
        return max(now, max(held, Self.next(arrival, need, at: now)).saturatingSubtract(capacity))
    }

    /// The tokens that a call may take at once.
    func available(at now: Int64) -> Int64 {
        max(0, now.saturatingAdd(capacity).saturatingSubtract(max(arrival, now)) / interval)
    }

    /// Reserves the start of a call, behind those that wait.
    mutating func reserve(_ cost: Int64, at now: Int64) -> RateReservation {
        let need = cost.saturatingMultiply(interval)
        let used = min(credit, need)
        credit -= used
        arrival = max(held, Self.next(arrival, need - used, at: now))
        return RateReservation(position: arrival, amount: need - used)
    }

    /// The start of a reservation.
    func start(of reservation: RateReservation) -> Int64 { reservation.position.saturatingSubtract(capacity) }

    /// Returns a reservation, if none stands behind it.
    mutating func giveBack(_ reservation: RateReservation) -> Bool {
        guard reservation.position == arrival else { return false }
        arrival = max(floor, arrival.saturatingSubtract(reservation.amount))
        return true
    }

    /// Takes tokens that a call has used beyond its estimate: later calls wait for them.
    mutating func charge(_ cost: Int64, at now: Int64) {
        arrival = Self.next(arrival, cost.saturatingMultiply(interval), at: now)
    }

    /// Puts back tokens that a call has not used of its estimate.
    ///
    /// The starts of waiting calls stay: what is put back while they wait counts for the calls behind them, up to one
    /// burst.
    mutating func refund(_ cost: Int64, at now: Int64) {
        let time = cost.saturatingMultiply(interval)
        if isIdle(at: now) {
            arrival = max(floor, arrival.saturatingSubtract(time))
        } else {
            credit = min(capacity, credit.saturatingAdd(time))
        }
    }

    /// Takes tokens, so that no more than these are left.
    mutating func leave(_ tokens: Int64, at now: Int64) {
        arrival = max(arrival, now.saturatingAdd(capacity).saturatingSubtract(tokens.saturatingMultiply(interval)))
    }

    /// Spaces the calls after a time by one interval each: nothing is left of the burst then.
    mutating func pace(from time: Int64) {
        held = time.saturatingAdd(capacity)
        arrival = max(arrival, floor)
        credit = 0
    }

    /// Empties the bucket, after a jump of the clock.
    mutating func empty(at now: Int64) {
        (arrival, credit, held) = (now.saturatingAdd(capacity), 0, .min)
    }
}

/// A place in the order of a limiter's calls.
package struct RateReservation: Sendable, Hashable {
    /// The state after the reservation, by which the last one is known.
    package let position: Int64
    /// The amount that the reservation took.
    package let amount: Int64

    package init(position: Int64, amount: Int64) {
        self.position = position
        self.amount = amount
    }
}
