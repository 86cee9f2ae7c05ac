import Synchronization

/// A rate limiter: spaces the calls of all callers, so that a service with a rate limit admits them.
///
/// One limiter stands for one limit of one service, and is shared by all its callers. It is thread-safe:
///
/// ```swift
/// let limiter = CallRateLimiter(.tokenBucket(100, per: .seconds(60)), named: "search")
///
/// let page = try await retry(.api.limiter(limiter)) { try await client.search(text) }   // in a pipeline
/// let same = try await limiter.call { try await client.search(text) }                   // by itself
/// if limiter.tryAcquire() { … }                                                         // without a wait
/// ```
///
/// A call that comes too early waits for its turn, in the order of arrival, and at most for the policy's `maxWait` and up
/// to its deadline. A call that would wait longer is rejected at once, by a ``RateLimitedError`` with the time after which
/// to try again. A call that is cancelled while it waits returns its turn if no other call stands behind it; otherwise the
/// turn is lost.
///
/// It learns from the service: a call of a pipeline that gets a 429, or another failure whose service names a time to come
/// back, holds back all calls, as a ``CoolDownGate`` does. For more, see ``hold(for:)`` and ``learn(_:)``.
public final class CallRateLimiter: Sendable {
    /// The policy by which calls are spaced.
    public let policy: RateLimiterPolicy
    /// The name of the limiter in errors, events and logs.
    public let name: String?

    let rules: RateLimiterRules
    package let clock: RetryClock
    private let observer: RateLimiterObserver?
    /// The theoretical arrival time of a token bucket, while nothing else decides; ``underLock`` otherwise.
    private let word: Atomic<Int64>
    /// The time of all holds, and the time of one token: both change under the lock alone.
    private let offset = Atomic<Int64>(0)
    private let interval: Atomic<Int64>
    /// True while the service has throttled calls without naming a time, and none has succeeded since.
    let isEscalated = Atomic<Bool>(false)
    private let core: Locked<Core>

    struct Core: EventQueueOwner {
        var machine: RateLimiterStateMachine
        var counts = Counts()
        var events: EventQueue<RateLimiterEvent>?
    }

    struct Counts: Sendable, Hashable {
        var waits = 0
        var refusals = 0
        var returns = 0
        var losses = 0
    }

    /// The word that sends every call to the lock.
    private static let underLock = Int64.min

    /// Creates a limiter that has its whole burst.
    ///
    /// - Parameters:
    ///   - policy: The policy by which calls are spaced.
    ///   - name: The name of the limiter in errors, events and logs, such as the name of the service.
    ///   - clock: The time source; the system's if `nil`. It is read under the limiter's lock, so it must not use the
    ///     limiter.
    ///   - observer: Receives an event when the limiter rejects calls, is held, or learns a limit.
    public convenience init(
        _ policy: RateLimiterPolicy, named name: String? = nil, clock: RetryClock? = nil,
        observer: RateLimiterObserver? = nil
    ) {
        self.init(policy, RateLimiterRules(policy), named: name, clock: clock, observer: observer)
    }

    init(
        _ policy: RateLimiterPolicy, _ rules: RateLimiterRules, named name: String?, clock: RetryClock?,
        observer: RateLimiterObserver?
    ) {
        self.policy = policy
        self.name = name
        self.rules = rules
        self.clock = clock ?? .system
        self.observer = observer
        let machine = RateLimiterStateMachine(rules, at: self.clock.nanoseconds)
        interval = Atomic(rules.interval)
        word = Atomic(rules.isExact ? Self.underLock : machine.bucket.arrival)
        let events = observer.map { _ in EventQueue { RateLimiterEvent(number: $0, limiter: name, lost: $1) } }
        core = Locked(Core(machine: machine, events: events))
    }
}

// MARK: Calls

extension CallRateLimiter {
    /// Admits a call that may start now; never waits.
    ///
    /// - Parameter cost: The tokens that the call takes; at least 1.
    /// - Returns: `true` if the call may start; `false` if it would have to wait.
    public func tryAcquire(cost: Int = 1) -> Bool {
        if admitNow(Int64(cost)) != nil { return true }
        if case .admitted = reserveSlowly(Int64(cost), maxWait: 0) { return true }
        return false
    }

    /// Reserves the start of a call.
    package func reserve(_ cost: Int64, maxWait: Int64) -> RateLimiterStateMachine.Answer {
        if let reservation = admitNow(cost) { return .admitted(reservation, wait: 0) }
        return reserveSlowly(cost, maxWait: maxWait)
    }

    /// Reserves the start of a call that another limiter holds up until a time on the clock.
    func reserve(_ cost: Int64, notBefore earliest: Int64) -> RateLimiterStateMachine.Answer {
        reserveSlowly(cost, maxWait: .max, notBefore: earliest)
    }

    /// The time that a call of this cost would wait now.
    func wait(of cost: Int64) -> Int64 { update { core, now in core.machine.wait(of: cost, at: now) } }

    /// Admits a call without the lock, if it may start now.
    ///
    /// A coarse time costs a fraction of the precise one, and is never later: what it admits may start.
    @inline(__always)
    private func admitNow(_ cost: Int64) -> RateReservation? {
        guard cost >= 1, cost <= rules.burst else { return nil }
        var known = word.load(ordering: .acquiring)
        if known == Self.underLock { return nil }
        let need = cost &* interval.load(ordering: .relaxed)
        let now = clock.coarseNanoseconds.saturatingSubtract(offset.load(ordering: .relaxed))
        repeat {
            let next = TokenBucketState.next(known, need, at: now)
            guard TokenBucketState.isWithin(rules.capacity, next, at: now) else { return nil }
            let (isExchanged, current) = word.weakCompareExchange(
                expected: known, desired: next, ordering: .acquiringAndReleasing)
            if isExchanged { return RateReservation(position: next, amount: need) }
            known = current
        } while known != Self.underLock
        return nil
    }

    @inline(never)
    private func reserveSlowly(
        _ cost: Int64, maxWait: Int64, notBefore earliest: Int64 = .min
    ) -> RateLimiterStateMachine.Answer {
        update { core, now in
            let answer = core.machine.reserve(cost, maxWait: maxWait, notBefore: earliest, at: now)
            switch answer {
            case .admitted(_, let wait): if wait > 0 { core.counts.waits += 1 }
            case .refused, .impossible: core.counts.refusals += 1
            }
            return answer
        }
    }

    /// The time for which a call that has waited must wait further, because of a hold that began meanwhile.
    package func waitLeft(_ reservation: RateReservation) -> Int64 {
        update { core, now in core.machine.waitLeft(reservation, at: now) }
    }

    /// Returns the turn of a call that does not start, if no call stands behind it.
    package func giveBack(_ reservation: RateReservation) {
        update { core, now in
            if core.machine.giveBack(reservation, at: now) {
                core.counts.returns += 1
            } else {
                core.counts.losses += 1
            }
        }
    }

    /// The error for a call of this cost that was rejected just now.
    package func error(cost: Int64) -> RateLimitedError {
        error(cost: cost, wait: wait(of: cost))
    }

    /// The error for a call of this cost that would wait for so many nanoseconds.
    func error(cost: Int64, wait: Int64) -> RateLimitedError {
        let isPossible = cost >= 1 && cost <= rules.burst
        return RateLimitedError(
            name: name, cost: Int(cost), policy: policy, retryAfter: isPossible ? .nanoseconds(wait) : nil)
    }

    /// The time for which calls of this cost are rejected, whatever they accept.
    package func closedFor(cost: Int64) -> Int64 {
        max(0, wait(of: cost).saturatingSubtract(rules.maxWait))
    }
}

// MARK: State and events

extension CallRateLimiter {
    /// Returns the state and the counts of the limiter.
    ///
    /// - Returns: The state at this moment.
    public func snapshot() -> RateLimiterSnapshot {
        update { core, now in
            RateLimiterSnapshot(
                name: name, policy: policy, machine: &core.machine, counts: core.counts, at: now)
        }
    }

    /// A copy of the state machine.
    package var machine: RateLimiterStateMachine { update { core, _ in core.machine } }

    /// Changes the state in one step, with an event if the limiter is now exhausted, or recovered.
    func update<Result>(_ change: (inout Core, Int64) -> Result) -> Result {
        let (result, hasEvents) = updateQuietly(change)
        if hasEvents {
            core.deliver(to: observer) { [self] core in
                if core.events?.awaitsDraining != true { publish(&core) }
            }
        }
        return result
    }

    /// Changes the state in one step; returns whether events wait for their delivery.
    ///
    /// The word is taken out for that time, so that calls without the lock change nothing meanwhile.
    private func updateQuietly<Result>(_ change: (inout Core, Int64) -> Result) -> (Result, hasEvents: Bool) {
        core.withLock { core in
            let known = word.exchange(Self.underLock, ordering: .acquiringAndReleasing)
            if known != Self.underLock { core.machine.bucket.arrival = known }
            let wasExhausted = core.machine.isExhausted
            // Read under the lock: the order of the changes is the order of their times.
            let result = change(&core, clock.nanoseconds)
            if core.machine.isExhausted != wasExhausted {
                note(core.machine.isExhausted ? .exhausted : .recovered, in: &core)
            }
            let hasEvents = core.events?.awaitsDraining == true
            offset.store(core.machine.offset, ordering: .relaxed)
            interval.store(core.machine.bucket.interval, ordering: .relaxed)
            word.store(hasEvents ? Self.underLock : core.machine.word, ordering: .releasing)
            return (result, hasEvents)
        }
    }

    /// Hands the word back to calls without the lock, after events were delivered.
    private func publish(_ core: inout Core) {
        let known = word.exchange(Self.underLock, ordering: .acquiringAndReleasing)
        if known != Self.underLock { core.machine.bucket.arrival = known }
        word.store(core.machine.word, ordering: .releasing)
    }

    @inline(never)
    func note(
        _ kind: RateLimiterEvent.Kind, in core: inout Core, wait: Int64? = nil, limit: Int64? = nil, claimed: Int? = nil
    ) {
        let refusals = core.counts.refusals
        core.events?.add { number in
            RateLimiterEvent(
                number: number, kind: kind, limiter: name, refusals: refusals, wait: wait.map { .nanoseconds($0) },
                limit: limit.map { Int($0) }, claimed: claimed)
        }
    }

    /// Returns whether a registry loses nothing when it evicts the limiter.
    func isForgettable(at now: Int64) -> Bool {
        updateQuietly { core, now in core.machine.isForgettable(at: now) && core.events?.isEmpty != false }.0
    }
}

extension RateLimiterStateMachine {
    /// The theoretical arrival time if it alone decides, and ``Int64/min`` otherwise.
    fileprivate var word: Int64 {
        rules.isExact || isExhausted || bucket.credit != 0 ? .min : max(bucket.arrival, .min + 1)
    }
}
