import Synchronization

/// Stops calling a service that fails, and finds out when it is back.
///
/// One breaker guards one dependency, and is shared by everybody who calls it:
///
/// ```swift
/// let payments = CircuitBreaker("payments", policy: .stable)
///
/// let receipt = try payments.call { try client.charge(order) }
/// ```
///
/// While the service is well the circuit is *closed*, and calls cost next to nothing. When too many fail it *opens*:
/// calls are turned away with a ``CircuitOpenError``, without being made. After the break it is *half open*: a few
/// probes are let through, and decide whether it closes or opens again.
///
/// What comes late counts for nothing: a call that was let through before the state last changed changes nothing when
/// it ends. A cancelled call counts for nothing either.
public final class CircuitBreaker: Sendable {
    /// A call that was let through.
    @usableFromInline package typealias Admission = CircuitBreakerState.Admission

    /// What errors, events and dashboards call the breaker.
    public let name: String
    /// What opens and closes the circuit.
    public let policy: CircuitBreakerPolicy

    let classifier: ErrorClassifier?
    private let clock: RetryClock
    private let random: RandomSource
    private let observer: CircuitBreakerObserver?
    private let needsTime: Bool
    private let drawsJitter: Bool
    private let word: Atomic<UInt64>
    /// Until when calls are turned away where the word says so; `.max` where no time ends that.
    private let closedUntil = Atomic<Int64>(0)
    private let core: Locked<Core>

    private struct Core: Sendable {
        var machine: CircuitBreakerState
        var events = EventQueue()
        var spare: SpareNumber
    }

    /// Creates a breaker whose circuit is closed.
    ///
    /// - Parameters:
    ///   - name: What errors, events and dashboards call the breaker.
    ///   - policy: What opens and closes the circuit.
    ///   - classifier: Finds out what kind of failure an error of ``call(classifier:rejecting:_:)`` is;
    ///     ``ErrorClassifier/default`` if `nil`.
    ///   - clock: The time source; the system's if `nil`.
    ///   - random: Draws the jitter of the breaks; the system's if `nil`.
    ///   - observer: Sees the state change.
    public init(
        _ name: String, policy: CircuitBreakerPolicy = .default, classifier: ErrorClassifier? = nil,
        clock: RetryClock? = nil, random: RandomSource? = nil, observer: CircuitBreakerObserver? = nil
    ) {
        self.name = name
        self.policy = policy
        self.classifier = classifier
        self.clock = clock ?? .system
        self.random = random ?? .system
        self.observer = observer
        needsTime = policy.slowCallRule != nil
        drawsJitter = policy.breakDuration.jitter.kind != .none
        let machine = CircuitBreakerState(policy: policy)
        word = Atomic(BreakerWord.of(machine))
        core = Locked(Core(machine: machine, spare: SpareNumber(isUsed: false, value: 0)))
        refillSpareNumber()
    }
}

// MARK: Calls

extension CircuitBreaker {
    /// Lets a call through, or turns it away: `nil`.
    ///
    /// What it returns must be handed to ``finish(_:_:)`` once.
    @usableFromInline
    package func admit() -> Admission? {
        let known = word.load(ordering: .acquiring)
        if known & BreakerWord.passes != 0 { return Admission(generation: BreakerWord.generation(of: known)) }
        guard known & BreakerWord.turnsAway != 0 else { return admitSlowly(at: clock.nanoseconds) }
        let end = closedUntil.load(ordering: .acquiring)
        if end == .max { return nil }
        let now = clock.nanoseconds
        return now < end ? nil : admitSlowly(at: now)
    }

    /// Tells how a call ended.
    @usableFromInline
    package func finish(_ admission: Admission, _ result: BreakerResult) {
        let known = word.load(ordering: .acquiring)
        // A call of an earlier generation, or one whose end changes nothing.
        if BreakerWord.generation(of: known) != admission.generation || known & result.harmless != 0 { return }
        finishSlowly(admission, result)
    }

    @inline(never)
    private func admitSlowly(at now: Int64) -> Admission? {
        update { machine, spare in machine.admit(at: now, using: &spare) }
    }

    private func finishSlowly(_ admission: Admission, _ result: BreakerResult) {
        let now = time(for: admission, result)
        update { machine, spare in machine.finish(admission, result, at: now, using: &spare) }
    }

    /// The time at which a call ended, as exactly as somebody needs it.
    private func time(for admission: Admission, _ result: BreakerResult) -> Int64 {
        if needsTime || admission.probe != 0 { return clock.nanoseconds }
        if case .failure = result { return clock.nanoseconds }
        return policy.timeRule == nil ? 0 : clock.coarseNanoseconds
    }
}

extension BreakerResult {
    /// The flag that says that this result changes nothing.
    fileprivate var harmless: UInt64 {
        switch self {
        case .success: BreakerWord.isQuiet
        case .neutral: BreakerWord.passes
        case .failure: 0
        }
    }
}

// MARK: The state

extension CircuitBreaker {
    /// After how many nanoseconds a call may be let through: `nil` for now, `.max` if no time does it.
    package var timeUntilProbe: Int64? {
        let now = clock.nanoseconds
        return core.withLock { $0.machine.timeUntilProbe(at: now) }
    }

    /// The error for a call that was turned away just now.
    @usableFromInline
    package func openError() -> CircuitOpenError {
        let now = clock.nanoseconds
        let (left, state) = core.withLock { ($0.machine.timeUntilProbe(at: now), $0.machine.state(at: now)) }
        return CircuitOpenError(
            name: name, retryAfter: left == .max ? nil : .nanoseconds(left ?? 0), state: state)
    }

    /// What the next call would meet: a circuit whose break is over is half open.
    public var state: CircuitState {
        let now = clock.nanoseconds
        return core.withLock { $0.machine.state(at: now) }
    }

    /// The time on the clock of the breaker.
    var nanoseconds: Int64 { clock.nanoseconds }

    /// A copy of the machine.
    package var machine: CircuitBreakerState { core.withLock { $0.machine } }

    /// What was counted up to now.
    public var snapshot: CircuitBreakerSnapshot {
        let machine = machine
        return machine.snapshot(name: name, at: clock.nanoseconds)
    }

    /// Changes the state by hand.
    package func control(_ change: (inout CircuitBreakerState, _ now: Int64, inout SpareNumber) -> Void) {
        let now = clock.nanoseconds
        update { machine, spare in change(&machine, now, &spare) }
    }

    /// Changes the state under the lock, and does outside of it what follows from that.
    @inline(__always)
    private func update<Result>(
        _ change: (inout CircuitBreakerState, inout SpareNumber) -> Result
    ) -> Result {
        let (result, hasChanged) = core.withLock { core in
            let result = change(&core.machine, &core.spare)
            publish(core.machine)
            guard let change = core.machine.change else { return (result, false) }
            core.machine.change = nil
            if observer != nil {
                core.events.add(change, breaker: name, consecutiveFailures: core.machine.consecutiveFailures)
            }
            return (result, true)
        }
        if hasChanged { stateHasChanged() }
        return result
    }

    /// Shows the word of a state to those who take no lock.
    @inline(__always)
    private func publish(_ machine: borrowing CircuitBreakerState) {
        let new = BreakerWord.of(machine)
        if word.load(ordering: .relaxed) == new { return }
        let isEndless = machine.isolations > 0 || machine.phase == .forcedOpen
        closedUntil.store(isEndless ? .max : min(machine.openUntil, .max - 1), ordering: .releasing)
        word.store(new, ordering: .releasing)
    }

    @inline(never)
    private func stateHasChanged() {
        refillSpareNumber()
        deliverEvents()
    }

    /// Draws the number of the next jitter before it is needed: a generator of the caller's never runs under the lock.
    private func refillSpareNumber() {
        guard drawsJitter, core.withLock({ $0.spare.isUsed || $0.spare.value == 0 }) else { return }
        var random = random
        let number = random.next()
        core.withLock { $0.spare = SpareNumber(isUsed: false, value: number) }
    }

    /// Delivers the events that wait, unless somebody else does.
    private func deliverEvents() {
        guard let observer, core.withLock({ $0.events.beginDraining() }) else { return }
        while true {
            let batch = core.withLock { $0.events.next(breaker: name) }
            if batch.isEmpty { return }
            for event in batch { observer.observe(event) }
        }
    }
}

/// A generator of one number, which was drawn before.
package struct SpareNumber: RandomNumberGenerator, Sendable {
    var isUsed: Bool
    var value: UInt64

    package mutating func next() -> UInt64 {
        defer {
            isUsed = true
            // For a second break before the next number is there: another one, for what it is worth.
            value = value &* 0x5851_F42D_4C95_7F2D &+ 1
        }
        return value
    }
}
