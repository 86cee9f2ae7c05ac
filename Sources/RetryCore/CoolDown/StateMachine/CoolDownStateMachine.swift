/// The state machine of a cool-down gate: closes for all callers when one is throttled, and lets them out one by one.
///
/// It is pure: it takes no lock, reads no clock and wakes no waiter.
///
/// - Open: every call starts at once.
/// - Closed: no call starts before the end of the hold.
/// - Pacing: calls start at an interval, in the order of their arrival, until none has come for eight of them: then the
///   gate is open.
package struct CoolDownStateMachine<Waiter: Sendable>: Sendable {
    /// The answer to a call that wants to start.
    package enum Answer: Sendable, Hashable {
        /// The call may start, in the period of this number.
        case admitted(UInt64)
        /// The call has to wait, for so many nanoseconds as far as is known.
        case wait(Int64)
    }

    let rules: CoolDownPolicy
    private var law: CoolDownLaw
    private var learner = PaceLearner()
    private var line = WaiterLine<Waiter>()
    /// The end of the hold, and the earliest start of the next call.
    private var heldUntil = Int64.min
    private var nextStart = Int64.min
    /// The time between two starts.
    private var interval: Int64 = 1_000_000_000
    /// True once the end of the hold was noticed.
    private var hasOpened = true
    /// The number of holds: calls that began in an earlier period say nothing about this one.
    package private(set) var period: UInt64 = 0
    /// True if every call may start at once.
    package private(set) var isOpen = true

    package init(_ policy: CoolDownPolicy) {
        rules = policy
        law = policy.law
    }
}

// MARK: Calls

extension CoolDownStateMachine {
    /// Admits a call, if none waits before it.
    package mutating func admit(at now: Int64) -> Answer {
        pass(now)
        if isOpen { return .admitted(period) }
        if line.isEmpty, now >= nextStart { return start(at: now) }
        return .wait(wait(of: line.count, at: now))
    }

    /// Lets a call wait behind the others; returns its place.
    package mutating func enqueue(_ waiter: Waiter) -> UInt64 { line.append(waiter) }

    /// Admits a call that waits at a place, if its turn has come, and removes it from the line.
    ///
    /// - Returns: The wait, if the call is first in line; `nil` if others wait before it.
    package mutating func confirm(_ place: UInt64, at now: Int64) -> Answer? {
        pass(now)
        guard isOpen || line.firstID == place else { return nil }
        if isOpen || now >= nextStart {
            _ = line.remove(place)
            return isOpen ? .admitted(period) : start(at: now)
        }
        return .wait(nextStart.saturatingSubtract(now))
    }

    /// Removes a call that does not wait any longer.
    package mutating func leave(_ place: UInt64) { _ = line.remove(place) }

    /// The call that is first in line.
    package var first: Waiter? { line.firstID.flatMap { line[$0] } }

    /// The waiter at a place.
    package func waiter(at place: UInt64) -> Waiter? { line[place] }

    /// A call was throttled: closes the gate for all.
    ///
    /// - Parameters:
    ///   - hint: The time that the service named, in nanoseconds; zero for none.
    ///   - period: The period in which the call began.
    ///   - now: The time.
    /// - Returns: The hold in nanoseconds; `nil` if nothing changes.
    package mutating func throttled(hint: Int64, period: UInt64, at now: Int64) -> Int64? {
        pass(now)
        let isNew = period == self.period
        guard let hold = law.hold(hint: hint, isNew: isNew), hold > holdLeft(at: now) else { return nil }
        learner.held(hold, isNew: isNew, at: now)
        heldUntil = now.saturatingAdd(hold)
        nextStart = max(nextStart, heldUntil)
        (hasOpened, isOpen) = (false, false)
        if isNew { self.period += 1 }
        return hold
    }

    /// A call succeeded that began in a period.
    package mutating func succeeded(period: UInt64, at now: Int64) {
        pass(now)
        learner.succeeded()
        if period == self.period { law.succeeded() }
        if hasOpened { setInterval() }
    }

    private mutating func start(at now: Int64) -> Answer {
        // A call that starts late does not delay the ones behind it: else the pace would be slower by all delays.
        let isLate = now.saturatingSubtract(nextStart) < interval
        nextStart = (isLate ? nextStart : now).saturatingAdd(interval)
        return .admitted(period)
    }

    /// Takes notice of the time: of the end of a hold, of an idle gate, and of a clock that jumped back.
    private mutating func pass(_ now: Int64) {
        if isOpen { return }
        if heldUntil > now.saturatingAdd(law.longestHint) { heldUntil = now }
        guard holdLeft(at: now) == 0 else { return }
        if !hasOpened {
            hasOpened = true
            learner.opened(at: heldUntil)
            setInterval()
        }
        if nextStart > now.saturatingAdd(interval) { nextStart = now.saturatingAdd(interval) }
        isOpen = line.isEmpty && now.saturatingSubtract(nextStart) >= interval.saturatingMultiply(8)
    }

    private mutating func setInterval() { interval = rules.fixedInterval ?? learner.interval }
}

// MARK: State

extension CoolDownStateMachine {
    /// The number of calls that wait.
    package var waiting: Int { line.count }

    /// The rest of the hold.
    package func holdLeft(at now: Int64) -> Int64 { max(0, heldUntil.saturatingSubtract(now)) }

    /// The time between two starts, in nanoseconds; `nil` while the gate is open.
    package var pace: Int64? { isOpen ? nil : interval }

    /// The wait of a call that would come now.
    package mutating func wait(at now: Int64) -> Int64 {
        pass(now)
        return isOpen || line.isEmpty && now >= nextStart ? 0 : wait(of: line.count, at: now)
    }

    /// True if a success changes nothing, and a fresh gate would be no different but for what this one has learned.
    package var isQuiet: Bool { isOpen && !law.isEscalated }

    private func wait(of place: Int, at now: Int64) -> Int64 {
        max(0, nextStart.saturatingSubtract(now)).saturatingAdd(interval.saturatingMultiply(Int64(place)))
    }
}
