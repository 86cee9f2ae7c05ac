import Synchronization

/// A bulkhead: limits the calls of all callers that run at the same time, so that a slow service does not take all
/// resources.
///
/// One bulkhead stands for one service, and is shared by all its callers. It is thread-safe:
///
/// ```swift
/// let bulkhead = Bulkhead(.permits(20, queue: 50, maxWait: .seconds(1)), named: "search")
///
/// let page = try await retry(.api.bulkhead(bulkhead)) { try await client.search(text) }   // in a pipeline
/// let same = try await bulkhead.call { try await client.search(text) }                    // by itself
/// if let permit = bulkhead.tryAcquire() { … }                                             // without a wait
/// ```
///
/// Each attempt holds a permit while it runs, and never while it waits for a retry. If none is free, the attempt waits in
/// a first-in-first-out queue, or is rejected at once by a ``BulkheadFullError`` if the queue is full; without a setting
/// there is no queue. A caller that is cancelled, or whose time is over, leaves the queue at once, and no permit is lost.
///
/// Where the right number of permits is not known, ``BulkheadPolicy/adaptive(_:queue:maxWait:)`` finds it from the
/// latencies of the calls.
public final class Bulkhead: Sendable {
    /// The policy of the bulkhead: its permits and its queue.
    public let policy: BulkheadPolicy
    /// The name of the bulkhead in errors, events and logs.
    public let name: String?

    package let clock: RetryClock
    private let observer: BulkheadObserver?
    /// The free permits, which calls change without the lock; ``underLock`` while they must not.
    private let word: Atomic<Int>
    let isAdaptive: Bool
    /// The number of calls of an adaptive bulkhead, and the mask of those that are measured: one in a power of two.
    private let callCount = Atomic<UInt64>(0)
    private let unmeasured = Atomic<UInt64>(0)
    private let core: Locked<Core>

    struct Core: EventQueueOwner {
        var permits: PermitStateMachine<GuardTurn>
        var law: AdaptiveLimitStateMachine?
        var counts = Counts()
        /// The time of the last rejection while the bulkhead counts as saturated.
        var refusedAt = Int64.min
        var isSaturated = false
        var events: EventQueue<BulkheadEvent>?
    }

    struct Counts: Sendable, Hashable {
        var waits = 0
        var refusals = 0
        var timeouts = 0
        var departures = 0
    }

    /// The answer to a call that wants a permit.
    package enum Answer: Sendable {
        case granted
        /// The call waits at a place of the queue.
        case queued(UInt64, GuardTurn)
        case refused
    }

    /// The word that sends every call to the lock.
    private static let underLock = Int.min
    /// The time without a rejection after which a bulkhead has recovered.
    private static let quiet: Int64 = 1_000_000_000

    /// Creates a bulkhead whose permits are all free.
    ///
    /// - Parameters:
    ///   - policy: The permits and the queue.
    ///   - name: The name of the bulkhead in errors, events and logs, such as the name of the service.
    ///   - clock: The time source; the system's if `nil`. It is read under the bulkhead's lock, so it must not use the
    ///     bulkhead.
    ///   - observer: Receives an event when the bulkhead rejects calls, recovers, or changes its permits.
    public init(
        _ policy: BulkheadPolicy, named name: String? = nil, clock: RetryClock? = nil, observer: BulkheadObserver? = nil
    ) {
        self.policy = policy
        self.name = name
        self.clock = clock ?? .system
        self.observer = observer
        isAdaptive = policy.adaptiveLimit != nil
        let permits = PermitStateMachine<GuardTurn>(limit: policy.firstPermits)
        word = Atomic(permits.free)
        let now = self.clock.nanoseconds
        let law = policy.adaptiveLimit.map { AdaptiveLimitStateMachine($0, at: now) }
        let events = observer.map { _ in EventQueue { BulkheadEvent(number: $0, bulkhead: name, lost: $1) } }
        core = Locked(Core(permits: permits, law: law, events: events))
    }
}

// MARK: Permits

extension Bulkhead {
    /// Takes a permit if one is free and no call waits for it; never waits.
    ///
    /// - Returns: The permit, which is released when it is dropped; `nil` if none is free.
    public func tryAcquire() -> Permit? {
        if acquireNow() { return Permit(self) }
        return if case .granted = acquire(queue: 0) { Permit(self) } else { nil }
    }

    /// Changes the number of permits, and grants those that are new to calls that wait; never waits itself.
    ///
    /// If more calls run than that, they go on, and their permits are taken away as they end. The permits of an adaptive
    /// bulkhead go on from here, within the bounds of its policy.
    ///
    /// - Parameter permits: From 1 to 1,000,000.
    public func resize(to permits: Int) {
        let permits = checked { () throws(InvalidPolicyError) in try BulkheadPolicy.checkPermits("permits", permits) }
        let granted = update { core, _ -> [GuardTurn] in
            core.law?.set(Double(permits))
            return resize(&core, to: core.law?.limit ?? permits)
        }
        for turn in granted { turn.comes() }
    }

    /// Takes a permit without the lock.
    @inline(__always)
    private func acquireNow() -> Bool {
        var known = word.load(ordering: .relaxed)
        while known > 0 {
            let (isExchanged, current) = word.weakCompareExchange(
                expected: known, desired: known - 1, successOrdering: .acquiring, failureOrdering: .relaxed)
            if isExchanged { return true }
            known = current
        }
        return false
    }

    /// Takes a permit, or waits for one in a queue of at most so many callers.
    package func acquire(queue: Int) -> Answer {
        if acquireNow() { return .granted }
        return update { core, now in
            if core.permits.acquire() { return .granted }
            // A turn is made only for a call that waits.
            if core.permits.waiting < queue {
                let turn = GuardTurn()
                core.counts.waits += 1
                return .queued(core.permits.enqueue(turn), turn)
            }
            core.counts.refusals += 1
            refuse(&core, now)
            return .refused
        }
    }

    /// Returns a permit.
    @inline(__always)
    package func release() {
        var known = word.load(ordering: .relaxed)
        while known != Self.underLock {
            let (isExchanged, current) = word.weakCompareExchange(
                expected: known, desired: known + 1, successOrdering: .releasing, failureOrdering: .relaxed)
            if isExchanged { return }
            known = current
        }
        releaseSlowly()
    }

    @inline(never)
    private func releaseSlowly() {
        update { core, _ in core.permits.release() }?.comes()
    }

    /// The state of a wait.
    package enum WaitState: Sendable {
        case granted
        case waiting(GuardTurn)
        case expired
    }

    /// Looks after a call that waits at a place up to a time on the clock.
    package func look(at place: UInt64, until latest: Int64) -> WaitState {
        update { core, now in
            guard let turn = core.permits.waiter(at: place) else { return .granted }
            guard now >= latest else { return .waiting(turn) }
            _ = core.permits.leave(place)
            core.counts.timeouts += 1
            refuse(&core, now)
            return .expired
        }
    }

    /// Ends the wait of a call at a place; returns its permit if it got one meanwhile.
    package func leave(_ place: UInt64) {
        let next: GuardTurn? = update { core, _ in
            guard core.permits.leave(place) else { return core.permits.release() }
            core.counts.departures += 1
            return nil
        }
        next?.comes()
    }

    /// The end of a wait that begins now.
    func latestStart(within maxWait: Int64) -> Int64 {
        clock.nanoseconds.saturatingAdd(min(maxWait, policy.maxWaitNanoseconds))
    }

    /// The error for a call that was rejected just now.
    package func error() -> BulkheadFullError {
        update { core, _ in
            BulkheadFullError(
                name: name, permits: core.permits.limit, queue: policy.queue, waiting: core.permits.waiting)
        }
    }
}

// MARK: Adaptive permits

extension Bulkhead {
    /// The start of a call if that is to be measured; ``unmeasuredStart`` otherwise.
    @inline(__always)
    func measuredStart() -> Int64 {
        guard isAdaptive else { return Self.unmeasuredStart }
        // Reading the time costs more than all else: where calls are many, one in a few is measured.
        let number = callCount.wrappingAdd(1, ordering: .relaxed).newValue
        guard number & unmeasured.load(ordering: .relaxed) == 0 else { return Self.unmeasuredStart }
        return clock.nanoseconds
    }

    static let unmeasuredStart = Int64.min

    /// Records the result of a call, and returns its permit.
    @inline(__always)
    func finish(start: Int64, _ result: AttemptResult) {
        if start == Self.unmeasuredStart { release() } else { finishMeasured(start, result) }
    }

    @inline(never)
    private func finishMeasured(_ start: Int64, _ result: AttemptResult) {
        let granted = update { core, now -> [GuardTurn] in
            let isHeldBack = core.permits.free <= 0 || core.isSaturated
            let inFlight = core.permits.used
            var granted = core.permits.release().map { [$0] } ?? []
            let mayChange = core.law?.record(
                result, latency: now.saturatingSubtract(start), inFlight: inFlight, isHeldBack: isHeldBack, at: now)
            guard let law = core.law else { return granted }
            unmeasured.store(UInt64(law.measuredShare) - 1, ordering: .relaxed)
            if mayChange == true { granted += resize(&core, to: law.limit) }
            return granted
        }
        for turn in granted { turn.comes() }
    }

    private func resize(_ core: inout Core, to limit: Int) -> [GuardTurn] {
        guard limit != core.permits.limit else { return [] }
        let granted = core.permits.resize(to: limit)
        note(.resized, in: &core)
        return granted
    }
}

// MARK: State and events

extension Bulkhead {
    /// Returns the state and the counts of the bulkhead.
    ///
    /// - Returns: The state at this moment.
    public func snapshot() -> BulkheadSnapshot {
        update { core, _ in BulkheadSnapshot(name: name, policy: policy, core: core) }
    }

    private func refuse(_ core: inout Core, _ now: Int64) {
        core.refusedAt = now
        guard !core.isSaturated else { return }
        core.isSaturated = true
        note(.saturated, in: &core)
    }

    /// Changes the state in one step, and delivers the events of the change.
    private func update<Result>(_ change: (inout Core, Int64) -> Result) -> Result {
        let (result, hasEvents) = core.withLock { core -> (Result, Bool) in
            // The word is taken out, so that calls without the lock change nothing meanwhile.
            let known = word.exchange(Self.underLock, ordering: .acquiring)
            if known != Self.underLock { core.permits.free = known }
            let now = clock.nanoseconds
            if core.isSaturated, now.saturatingSubtract(core.refusedAt) >= Self.quiet {
                core.isSaturated = false
                note(.recovered, in: &core)
            }
            let result = change(&core, now)
            let hasEvents = core.events?.awaitsDraining == true
            word.store(core.word(hasEvents: hasEvents), ordering: .releasing)
            return (result, hasEvents)
        }
        if hasEvents {
            core.deliver(to: observer) { [self] core in
                if core.events?.awaitsDraining != true { publish(&core) }
            }
        }
        return result
    }

    /// Hands the word back to calls without the lock, after events were delivered.
    private func publish(_ core: inout Core) {
        let known = word.exchange(Self.underLock, ordering: .acquiring)
        if known != Self.underLock { core.permits.free = known }
        word.store(core.word(hasEvents: false), ordering: .releasing)
    }

    @inline(never)
    private func note(_ kind: BulkheadEvent.Kind, in core: inout Core) {
        let (refusals, permits) = (core.counts.refusals + core.counts.timeouts, core.permits.limit)
        core.events?.add { number in
            BulkheadEvent(number: number, kind: kind, bulkhead: name, refusals: refusals, permits: permits)
        }
    }
}

extension Bulkhead.Core {
    /// The free permits if calls may change them without the lock, and ``Int/min`` otherwise.
    ///
    /// After a rejection every call takes the lock, until one of them finds that the bulkhead has recovered.
    fileprivate func word(hasEvents: Bool) -> Int {
        permits.waiting > 0 || isSaturated || hasEvents ? .min : permits.free
    }
}
