import Synchronization

/// A circuit breaker: stops calling a service that fails, and probes it until it is back.
///
/// One breaker guards one dependency, and is shared by all its callers. It is thread-safe:
///
/// ```swift
/// let payments = CircuitBreaker("payments", policy: .stable)
///
/// let receipt = try payments.call { try client.charge(order) }
/// ```
///
/// While the service is healthy the circuit is *closed*, and calls cost next to nothing. When too many fail it *opens*:
/// calls fail fast with a ``CircuitOpenError``, without being made. After the break it is *half open*: a few probes are
/// admitted, and decide whether it closes or opens again.
///
/// Results of calls that were admitted before the last change of the state are ignored. A cancelled call is neutral.
public final class CircuitBreaker: Sendable {
    /// A call that was admitted.
    @usableFromInline package typealias Admission = CircuitBreakerStateMachine.Admission

    /// The name of the breaker in errors, events and dashboards.
    public let name: String
    /// The rules by which the circuit opens and closes.
    public var policy: CircuitBreakerPolicy { rules.policy }

    let rules: CircuitBreakerRules
    let classifier: ErrorClassifier?
    private let clock: RetryClock
    private let random: RetryRandomSource
    private let observer: CircuitBreakerObserver?
    private let drawsJitter: Bool
    private let word: Atomic<UInt64>
    /// The end of the break while the word rejects calls; `.max` if no time ends the rejection.
    private let closedUntil = Atomic<Int64>(0)
    private let core: Locked<Core>

    private struct Core: EventQueueOwner {
        var machine: CircuitBreakerStateMachine
        var events: EventQueue<CircuitBreakerEvent>?
        var spare: SpareNumber
    }

    /// Creates a breaker whose circuit is closed.
    ///
    /// - Parameters:
    ///   - name: The name of the breaker in errors, events and dashboards.
    ///   - policy: The rules by which the circuit opens and closes; traps if it has none.
    ///   - classifier: The classifier for errors of ``call(classifier:rejecting:_:)``; ``ErrorClassifier/default`` if
    ///     `nil`.
    ///   - clock: The time source; the system's if `nil`.
    ///   - random: The random source for the jitter of the breaks; the system's if `nil`.
    ///   - observer: Receives every change of the state.
    public convenience init(
        _ name: String, policy: CircuitBreakerPolicy = .default, classifier: ErrorClassifier? = nil,
        clock: RetryClock? = nil, random: RetryRandomSource? = nil, observer: CircuitBreakerObserver? = nil
    ) {
        self.init(
            name, rules: CircuitBreakerRules(policy), classifier: classifier, clock: clock, random: random,
            observer: observer)
    }

    init(
        _ name: String, rules: CircuitBreakerRules, classifier: ErrorClassifier?, clock: RetryClock?,
        random: RetryRandomSource?,
        observer: CircuitBreakerObserver?
    ) {
        self.name = name
        self.rules = rules
        self.classifier = classifier
        self.clock = clock ?? .system
        self.random = random ?? .system
        self.observer = observer
        drawsJitter = rules.policy.breakDuration.jitter.kind != .none
        let machine = CircuitBreakerStateMachine(rules: rules)
        word = Atomic(CircuitBreakerWord.of(machine))
        let events = observer.map { _ in EventQueue { CircuitBreakerEvent(number: $0, breaker: name, lost: $1) } }
        core = Locked(Core(machine: machine, events: events, spare: SpareNumber(isUsed: false, value: 0)))
        refillSpareNumber()
    }
}

// MARK: Calls

extension CircuitBreaker {
    /// Admits a call, or rejects it: `nil`.
    ///
    /// The admission must be handed to ``finish(_:_:)`` once.
    @usableFromInline
    package func admit(isRetry: Bool = false) -> Admission? {
        let known = word.load(ordering: .acquiring)
        if known & CircuitBreakerWord.passes != 0 {
            return Admission(generation: CircuitBreakerWord.generation(of: known))
        }
        guard known & CircuitBreakerWord.rejects != 0 else { return admitSlowly(isRetry, at: clock.nanoseconds) }
        let end = closedUntil.load(ordering: .acquiring)
        if end == .max { return nil }
        let now = clock.nanoseconds
        if now >= end { return admitSlowly(isRetry, at: now) }
        return rules.rejectsRetriesOnly && !isRetry ? .uncounted : nil
    }

    /// Records the outcome of a call.
    @usableFromInline
    package func finish(_ admission: Admission, _ result: AttemptResult) {
        let known = word.load(ordering: .acquiring)
        // A call of an earlier generation, or one whose end changes nothing.
        if CircuitBreakerWord.generation(of: known) != admission.generation || known & result.harmless != 0 { return }
        finishSlowly(admission, result)
    }

    /// Records a success: ``finish(_:_:)`` for the outcome of most calls.
    @usableFromInline
    package func succeeded(_ admission: Admission) {
        let known = word.load(ordering: .acquiring)
        if CircuitBreakerWord.generation(of: known) != admission.generation || known & CircuitBreakerWord.isQuiet != 0 {
            return
        }
        finishSlowly(admission, .success)
    }

    @inline(never)
    private func admitSlowly(_ isRetry: Bool, at now: Int64) -> Admission? {
        update { machine, spare in machine.admit(at: now, isRetry: isRetry, using: &spare) }
    }

    private func finishSlowly(_ admission: Admission, _ result: AttemptResult) {
        if case .success = result, !rules.hasSlowCallRule, admission.probe == 0 {
            // A coarse time is enough, or none, as long as the success does not open the circuit.
            let now = rules.timeRule == nil ? 0 : clock.coarseNanoseconds
            if update({ machine, _ in machine.succeedsQuietly(admission, at: now) }) { return }
        }
        let now = clock.nanoseconds
        update { machine, spare in machine.finish(admission, result, at: now, using: &spare) }
    }
}

extension AttemptResult {
    /// The flag of a state in which this result changes nothing.
    fileprivate var harmless: UInt64 {
        switch self {
        case .success: CircuitBreakerWord.isQuiet
        case .neutral: CircuitBreakerWord.passes
        case .failure, .cutOff: 0
        }
    }
}

// MARK: The state

extension CircuitBreaker {
    /// The time in nanoseconds after which a call may be admitted: `nil` for now, `.max` for never.
    package var timeUntilProbe: Int64? {
        let now = clock.nanoseconds
        return core.withLock { $0.machine.timeUntilProbe(at: now) }
    }

    /// The error for a call that was rejected just now.
    @usableFromInline
    package func openError() -> CircuitOpenError {
        let now = clock.nanoseconds
        let (left, state) = core.withLock { ($0.machine.timeUntilProbe(at: now), $0.machine.state(at: now)) }
        return CircuitOpenError(
            name: name, retryAfter: left == .max ? nil : .nanoseconds(left ?? 0), state: state)
    }

    /// The state that the next call meets: a circuit whose break is over is half open.
    public var state: CircuitBreaker.State {
        let now = clock.nanoseconds
        return core.withLock { $0.machine.state(at: now) }
    }

    /// The time on the clock of the breaker.
    var nanoseconds: Int64 { clock.nanoseconds }

    /// A copy of the state machine.
    package var machine: CircuitBreakerStateMachine { core.withLock { $0.machine } }

    /// The state and the counts at this moment.
    public var snapshot: CircuitBreakerSnapshot {
        let machine = machine
        deliverEvents()
        return machine.snapshot(name: name, at: clock.nanoseconds)
    }

    /// Returns whether a registry loses nothing when it evicts the breaker.
    func isForgettable(at now: Int64) -> Bool {
        core.withLock { $0.machine.isForgettable(at: now) && $0.events?.isEmpty != false }
    }

    /// Changes the state manually.
    package func control(_ change: (inout CircuitBreakerStateMachine, _ now: Int64, inout SpareNumber) -> Void) {
        let now = clock.nanoseconds
        update { machine, spare in change(&machine, now, &spare) }
    }

    /// Changes the state under the lock, and handles the consequences outside of it.
    @inline(__always)
    private func update<Result>(
        _ change: (inout CircuitBreakerStateMachine, inout SpareNumber) -> Result
    ) -> Result {
        let (result, hasChanged) = core.withLock { core in
            let result = change(&core.machine, &core.spare)
            let hasEvents = core.events?.awaitsDraining == true
            publish(core.machine, hasEvents: hasEvents)
            guard let change = core.machine.change else { return (result, hasEvents) }
            core.machine.change = nil
            let failures = core.machine.consecutiveFailures
            core.events?.add { number in
                CircuitBreakerEvent(number: number, breaker: name, change: change, consecutiveFailures: failures)
            }
            return (result, true)
        }
        if hasChanged { stateHasChanged() }
        return result
    }

    /// Publishes the word of a state to calls that take no lock; while events wait for a thread, every call takes it.
    @inline(__always)
    private func publish(_ machine: borrowing CircuitBreakerStateMachine, hasEvents: Bool) {
        let new = hasEvents ? machine.generation : CircuitBreakerWord.of(machine)
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

    /// Delivers a share of the queued events, unless another thread does.
    private func deliverEvents() {
        core.deliver(to: observer) { publish($0.machine, hasEvents: $0.events?.awaitsDraining == true) }
    }
}

/// A generator of one number, which was drawn before.
package struct SpareNumber: RandomNumberGenerator, Sendable {
    var isUsed: Bool
    var value: UInt64

    package mutating func next() -> UInt64 {
        defer {
            isUsed = true
            // For a second break before the next number is drawn: a number that follows from the last.
            value = value &* 0x5851_F42D_4C95_7F2D &+ 1
        }
        return value
    }
}
