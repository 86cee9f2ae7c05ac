import Synchronization

/// A cool-down gate: when a service throttles one caller, all its callers hold back, and come back one by one.
///
/// One gate stands for one limit of one service, such as a host or an API key, and is shared by all its callers. It is
/// thread-safe:
///
/// ```swift
/// let gate = CoolDownGate(named: "search")
///
/// let page = try await retry(.api.coolDown(gate)) { try await client.search(text) }
/// ```
///
/// A 429, or a failure whose service names a time to come back, closes the gate until that time. Then calls start at a
/// pace, in the order of their arrival: the known one of the policy, or one that the gate learns. When no call has come for
/// a while, the gate is open again, and takes no lock. Calls in flight are left alone. A call that would wait for
/// longer than the policy's `maxWait`, or than its deadline, is rejected at once, by a ``CoolingDownError``.
///
/// It is no circuit breaker: it waits where that rejects, and a service that throttles is not ill. A ``CallRateLimiter``
/// holds back all callers by the same law, so that a service whose limit is known needs no gate beside its limiter.
public final class CoolDownGate: Sendable {
    /// The policy of the gate.
    public let policy: CoolDownPolicy
    /// The name of the gate in errors, events and logs.
    public let name: String?

    package let clock: RetryClock
    private let observer: CoolDownObserver?
    /// The period of a gate that is open and has nothing to learn; ``underLock`` otherwise.
    private let word = Atomic<UInt64>(0)
    private let core: Locked<Core>

    struct Core: EventQueueOwner {
        var machine: CoolDownStateMachine<GuardTurn>
        var counts = Counts()
        var events: EventQueue<CoolDownEvent>?
    }

    struct Counts: Sendable, Hashable {
        var holds = 0
        var waits = 0
        var refusals = 0
        var departures = 0
    }

    private static let underLock = UInt64.max

    /// Creates a gate that is open.
    ///
    /// - Parameters:
    ///   - policy: For how long callers hold back, and how they come back.
    ///   - name: The name of the gate in errors, events and logs, such as the name of the service.
    ///   - clock: The time source; the system's if `nil`. It is read under the gate's lock, so it must not use the gate.
    ///   - observer: Receives an event when the gate closes, paces calls, or opens.
    public init(
        _ policy: CoolDownPolicy = CoolDownPolicy(), named name: String? = nil, clock: RetryClock? = nil,
        observer: CoolDownObserver? = nil
    ) {
        self.policy = policy
        self.name = name
        self.clock = clock ?? .system
        self.observer = observer
        let events = observer.map { _ in EventQueue { CoolDownEvent(number: $0, gate: name, lost: $1) } }
        core = Locked(Core(machine: CoolDownStateMachine(policy), events: events))
    }
}

// MARK: Calls

extension CoolDownGate {
    /// Closes the gate, as a throttled call does.
    ///
    /// - Parameter duration: The time for which no call starts; by the policy if `nil`.
    public func hold(for duration: Duration? = nil) {
        throttled(duration.map { max(1, $0.saturatedNanoseconds) } ?? 0, period: nil)
    }

    /// The answer to a call that wants to start.
    package enum Answer: Sendable {
        /// The call may start, in the period of this number.
        case admitted(UInt64)
        /// The call waits at a place up to its turn, for so many nanoseconds as far as is known.
        case wait(UInt64, GuardTurn, estimate: Int64)
        case refused
    }

    /// Admits a call, or lets it wait in line, or refuses it where the wait is too long.
    package func admit(maxWait: Int64, mayQueue: Bool = true) -> Answer {
        let known = word.load(ordering: .acquiring)
        if known != Self.underLock { return .admitted(known) }
        return admitSlowly(mayQueue ? min(maxWait, policy.maxWaitNanoseconds) : -1)
    }

    @inline(never)
    private func admitSlowly(_ maxWait: Int64) -> Answer {
        update { core, now in
            switch core.machine.admit(at: now) {
            case .admitted(let period): return .admitted(period)
            case .wait(let wait) where wait <= maxWait:
                let turn = GuardTurn()
                core.counts.waits += 1
                return .wait(core.machine.enqueue(turn), turn, estimate: wait)
            case .wait:
                core.counts.refusals += 1
                return .refused
            }
        }
    }

    /// The state of a call that waits at a place up to a time on the clock.
    package func look(at place: UInt64, until latest: Int64) -> Answer {
        let (answer, next): (Answer, GuardTurn?) = update { core, now in
            guard let turn = core.machine.waiter(at: place) else { return (.refused, nil) }
            switch core.machine.confirm(place, at: now) {
            case .admitted(let period): return (.admitted(period), core.machine.first)
            case .wait(let wait) where now.saturatingAdd(wait) <= latest:
                return (.wait(place, turn, estimate: wait), nil)
            case nil where now < latest:
                // Others wait before it: they say when it is first in line.
                return (.wait(place, turn, estimate: latest.saturatingSubtract(now)), nil)
            case .wait, nil:
                core.machine.leave(place)
                core.counts.refusals += 1
                return (.refused, core.machine.first)
            }
        }
        next?.endWait()
        return answer
    }

    /// Removes a call that does not wait any longer.
    package func leave(_ place: UInt64) {
        let next: GuardTurn? = update { core, _ in
            core.machine.leave(place)
            core.counts.departures += 1
            return core.machine.first
        }
        next?.endWait()
    }

    /// The end of a wait that begins now.
    func latestStart(within maxWait: Int64) -> Int64 {
        clock.nanoseconds.saturatingAdd(min(maxWait, policy.maxWaitNanoseconds))
    }

    /// Records the result of a call that began in a period.
    package func finish(period: UInt64, _ result: AttemptResult) {
        if let hint = result.throttling {
            throttled(hint, period: period)
        } else if result == .success, word.load(ordering: .relaxed) == Self.underLock {
            let next: GuardTurn? = update { core, now in
                core.machine.succeeded(period: period, at: now)
                return core.machine.first
            }
            // The pace may have changed: the first in line looks for its turn again.
            next?.endWait()
        }
    }

    private func throttled(_ hint: Int64, period: UInt64?) {
        update { core, now in
            guard let hold = core.machine.throttled(hint: hint, period: period ?? core.machine.period, at: now) else {
                return
            }
            core.counts.holds += 1
            note(.closed, in: &core, wait: hold)
        }
    }

    /// The error for a call that was rejected just now.
    package func error() -> CoolingDownError {
        update { core, now in
            CoolingDownError(name: name, policy: policy, retryAfter: .nanoseconds(core.machine.wait(at: now)))
        }
    }

    /// The time for which calls are rejected, whatever they accept.
    var closedFor: Int64 {
        if word.load(ordering: .relaxed) != Self.underLock { return 0 }
        return update { core, now in
            max(0, core.machine.wait(at: now).saturatingSubtract(policy.maxWaitNanoseconds))
        }
    }
}

// MARK: State and events

extension CoolDownGate {
    /// Returns the state and the counts of the gate.
    ///
    /// - Returns: The state at this moment.
    public func snapshot() -> CoolDownSnapshot {
        update { core, now in CoolDownSnapshot(name: name, policy: policy, core: &core, at: now) }
    }

    /// Changes the state in one step, and delivers the events of the change.
    private func update<Result>(_ change: (inout Core, Int64) -> Result) -> Result {
        let (result, hasEvents) = core.withLock { core -> (Result, Bool) in
            let wasOpen = core.machine.isOpen
            let result = change(&core, clock.nanoseconds)
            if core.machine.isOpen, !wasOpen { note(.opened, in: &core) }
            let hasEvents = core.events?.awaitsDraining == true
            word.store(core.word(hasEvents: hasEvents), ordering: .releasing)
            return (result, hasEvents)
        }
        if hasEvents {
            core.deliver(to: observer) { [self] core in
                word.store(core.word(hasEvents: core.events?.awaitsDraining == true), ordering: .releasing)
            }
        }
        return result
    }

    @inline(never)
    private func note(_ kind: CoolDownEvent.Kind, in core: inout Core, wait: Int64? = nil) {
        let (holds, waiting) = (core.counts.holds, core.machine.waiting)
        core.events?.add { number in
            CoolDownEvent(
                number: number, kind: kind, gate: name, holds: holds, waiting: waiting,
                wait: wait.map { .nanoseconds($0) })
        }
    }

    /// Returns whether a registry loses nothing when it evicts the gate.
    func isForgettable(at now: Int64) -> Bool {
        core.withLock { core in
            _ = core.machine.wait(at: now)
            return core.machine.isQuiet && core.events?.isEmpty != false
        }
    }
}

extension CoolDownGate.Core {
    /// The period, if a call has nothing to ask; otherwise all calls take the lock.
    fileprivate func word(hasEvents: Bool) -> UInt64 { machine.isQuiet && !hasEvents ? machine.period : .max }
}
