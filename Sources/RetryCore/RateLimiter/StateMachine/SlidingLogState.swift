/// The exact sliding window: at most so many tokens in any period, from the times of the last admissions.
struct SlidingLogState: Sendable, Hashable {
    private struct Entry: Sendable, Hashable {
        var time: Int64
        /// The tokens of all entries up to this one.
        var sum: Int64
    }

    private let period: Int64
    /// The number of tokens in any period.
    var limit: Int64
    /// The admissions of the last period, and those reserved, by their times; those before `first` are past.
    private var entries: [Entry] = []
    private var first = 0
    /// The tokens of all admissions, and of those that count no more.
    private var total: Int64 = 0
    private var dropped: Int64 = 0
    /// The end of the time in which calls are spaced, and the earliest start of the next one.
    private var pacedUntil = Int64.min
    private var nextStart = Int64.min

    init(_ rules: RateLimiterRules) {
        period = rules.period
        limit = rules.limit
    }

    /// The time between two calls that are spaced, rounded up.
    private var interval: Int64 { (period - 1) / limit + 1 }

    /// Returns whether no reserved start lies ahead.
    func isIdle(at now: Int64) -> Bool { lastTime <= now }

    /// Returns whether a start lies beyond a time: the clock has jumped back.
    func isBeyond(_ time: Int64) -> Bool { max(lastTime, nextStart) > time }

    /// Returns whether the log holds nothing that counts.
    var isEmpty: Bool { total == dropped }

    private var lastTime: Int64 { first < entries.count ? entries[entries.count - 1].time : .min }

    /// Drops the admissions that have left the window.
    mutating func advance(to now: Int64) {
        while first < entries.count, entries[first].time.saturatingAdd(period) <= now {
            dropped = max(dropped, entries[first].sum)
            first += 1
        }
        if first == entries.count {
            entries.removeAll(keepingCapacity: true)
            first = 0
        } else if first > 64, first > entries.count / 2 {
            entries.removeFirst(first)
            first = 0
        }
    }

    /// The start that a call would get now; never before that of a call that waits.
    func start(of cost: Int64, at now: Int64) -> Int64 {
        var start = max(now, lastTime)
        // The tokens of the entries up to this sum must have left the window.
        let mustLeave = min(total, total + cost - limit)
        if mustLeave > dropped { start = max(start, entries[index(of: mustLeave)].time.saturatingAdd(period)) }
        return start < pacedUntil ? max(start, nextStart) : start
    }

    /// The tokens that a call may take at once.
    func available(at now: Int64) -> Int64 {
        isIdle(at: now) && start(of: 1, at: now) <= now ? max(0, limit - (total - dropped)) : 0
    }

    /// Reserves the start of a call, behind those that wait.
    mutating func reserve(_ cost: Int64, at now: Int64) -> RateReservation {
        let start = start(of: cost, at: now)
        if start < pacedUntil { nextStart = start.saturatingAdd(cost.saturatingMultiply(interval)) }
        append(cost, at: start)
        return RateReservation(position: total, amount: cost)
    }

    /// The start of a reservation, which is past if its entry is.
    func start(of reservation: RateReservation) -> Int64 {
        guard reservation.position > dropped, reservation.position <= total else { return .min }
        return entries[index(of: reservation.position)].time
    }

    /// Returns a reservation, if none stands behind it.
    mutating func giveBack(_ reservation: RateReservation) -> Bool {
        guard reservation.position == total, first < entries.count else { return false }
        let last = entries.count - 1
        total = max(dropped, total - reservation.amount)
        let before = last > first ? entries[last - 1].sum : dropped
        if max(before, dropped) >= total { entries.removeLast() } else { entries[last].sum = total }
        return true
    }

    /// Takes tokens that a call has used beyond its estimate: later calls wait for them.
    mutating func charge(_ cost: Int64, at now: Int64) {
        append(cost, at: max(now, lastTime))
    }

    /// Puts back tokens that a call has not used of its estimate: the oldest that count, which is never too many.
    mutating func refund(_ cost: Int64, at now: Int64) {
        var latest = dropped
        for entry in entries[first...].reversed() where entry.time <= now {
            latest = max(latest, entry.sum)
            break
        }
        dropped = min(latest, dropped.saturatingAdd(cost))
    }

    /// Takes tokens, so that no more than these are left.
    mutating func leave(_ tokens: Int64, at now: Int64) {
        let left = available(at: now)
        if left > tokens { append(left - tokens, at: now) }
    }

    /// Spaces the calls of one period after a time.
    mutating func pace(from time: Int64) {
        pacedUntil = time.saturatingAdd(period)
        nextStart = max(time, nextStart)
    }

    /// Fills the window, after a jump of the clock.
    mutating func fill(at now: Int64) {
        (entries, first, total, dropped) = ([Entry(time: now, sum: limit)], 0, limit, 0)
        (pacedUntil, nextStart) = (.min, .min)
    }

    private mutating func append(_ cost: Int64, at time: Int64) {
        total += cost
        if first < entries.count, entries[entries.count - 1].time >= time {
            entries[entries.count - 1].sum = total
        } else {
            entries.append(Entry(time: time, sum: total))
        }
    }

    /// The index of the first entry whose sum is at least `sum`; there is one.
    private func index(of sum: Int64) -> Int {
        var (low, high) = (first, entries.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].sum >= sum { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
