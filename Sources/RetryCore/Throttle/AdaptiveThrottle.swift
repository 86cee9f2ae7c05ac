/// An adaptive throttle: rejects calls at the caller when the service accepts too few of them.
///
/// One throttle stands for one service, and is shared by all its callers. It is thread-safe:
///
/// ```swift
/// let throttle = AdaptiveThrottle(named: "search")
///
/// let page = try await retry(.api.throttle(throttle)) { try await client.search(text) }
/// ```
///
/// A service that has too much to do spends its time on the requests that it rejects. The throttle rejects a share of the
/// calls before they are sent, which grows with the share that the service does not accept, and never rejects all: so it
/// follows an overload that comes and goes, without the states of a circuit breaker. The formula is in ``ThrottlePolicy``.
public final class AdaptiveThrottle: Sendable {
    /// The policy of the throttle.
    public let policy: ThrottlePolicy
    /// The name of the throttle in errors, events and logs.
    public let name: String?

    private let clock: RetryClock
    private let observer: ThrottleObserver?
    private let core: Locked<Core>

    struct Core: EventQueueOwner {
        var machine: ThrottleStateMachine
        var random: RetryRandomSource
        var refusals = 0
        var isThrottling = false
        var events: EventQueue<ThrottleEvent>?
    }

    /// Creates a throttle that has counted nothing.
    ///
    /// - Parameters:
    ///   - policy: The policy of the throttle.
    ///   - name: The name of the throttle in errors, events and logs, such as the name of the service.
    ///   - clock: The time source; the system's if `nil`. It is read under the throttle's lock, so it must not use it.
    ///   - random: The random source by which calls are rejected; the system's if `nil`.
    ///   - observer: Receives an event when the throttle begins to reject calls, and when it has recovered.
    public init(
        _ policy: ThrottlePolicy = ThrottlePolicy(), named name: String? = nil, clock: RetryClock? = nil,
        random: RetryRandomSource? = nil, observer: ThrottleObserver? = nil
    ) {
        self.policy = policy
        self.name = name
        self.clock = clock ?? .system
        self.observer = observer
        let events = observer.map { _ in EventQueue { ThrottleEvent(number: $0, throttle: name, lost: $1) } }
        core = Locked(Core(machine: ThrottleStateMachine(policy), random: random ?? .system, events: events))
    }

    /// Admits or rejects a call; the result of one that is admitted is to be recorded.
    ///
    /// - Returns: `true` if the call may start.
    public func admit() -> Bool {
        update { core, now in
            let rejection = core.machine.rejection(at: now)
            // Most of the time nothing is rejected, and no number need be drawn.
            let draw = rejection > 0 ? Double.random(in: 0..<1, using: &core.random) : 1
            let isAdmitted = core.machine.admit(draw, at: now)
            if !isAdmitted { core.refusals += 1 }
            if isAdmitted ? rejection == 0 && core.isThrottling : !core.isThrottling {
                core.isThrottling = !isAdmitted
                note(isAdmitted ? .recovered : .throttling, in: &core)
            }
            return isAdmitted
        }
    }

    /// Records the result of a call that was admitted.
    public func record(_ result: AttemptResult) {
        guard policy.accepts(result) != false else { return }
        update { core, now in
            if result == .neutral { core.machine.forget(at: now) } else { core.machine.accepted(at: now) }
        }
    }

    /// The error for a call that was rejected just now.
    package func error() -> CallThrottledError {
        update { core, now in CallThrottledError(name: name, rejection: core.machine.rejection(at: now)) }
    }

    /// Returns the state and the counts of the throttle.
    ///
    /// - Returns: The state at this moment.
    public func snapshot() -> ThrottleSnapshot {
        update { core, now in ThrottleSnapshot(name: name, policy: policy, core: &core, at: now) }
    }

    private func update<Result>(_ change: (inout Core, Int64) -> Result) -> Result {
        let (result, hasEvents) = core.withLock { core in
            let result = change(&core, clock.coarseNanoseconds)
            return (result, core.events?.awaitsDraining == true)
        }
        if hasEvents { core.deliver(to: observer) }
        return result
    }

    @inline(never)
    private func note(_ kind: ThrottleEvent.Kind, in core: inout Core) {
        let refusals = core.refusals
        core.events?.add { ThrottleEvent(number: $0, kind: kind, throttle: name, refusals: refusals) }
    }
}

extension RetryPipeline {
    /// The same pipeline with an adaptive throttle, which rejects a share of the attempts while the service accepts too
    /// few; none if `nil`.
    ///
    /// - Parameter throttle: The throttle.
    /// - Returns: The pipeline.
    public consuming func throttle(_ throttle: AdaptiveThrottle?) -> RetryPipeline {
        guarded(by: throttle.map { ThrottleGuard($0) }, inPlaceOf: ThrottleGuard.self)
    }
}

/// An adaptive throttle among the guards of a call.
final class ThrottleGuard: OrderedGuard {
    let throttle: AdaptiveThrottle

    init(_ throttle: AdaptiveThrottle) { self.throttle = throttle }

    var order: Int { 1 }
    var place: GuardPlace { .gate }

    func admit(_ request: GuardRequest) -> GuardAnswer { throttle.admit() ? .admitted() : .rejected }

    func finish(_ ticket: GuardTicket, _ result: AttemptResult) { throttle.record(result) }

    func rejection() -> any AttemptRejectedError { throttle.error() }
}

/// The rejection of a call by an adaptive throttle: the operation was not run.
public struct CallThrottledError: SelfClassifyingError, AttemptRejectedError, Hashable, CustomStringConvertible {
    /// The name of the throttle.
    public let name: String?
    /// The share of the calls that is rejected, from 0 to 1.
    public let rejection: Double

    /// Creates the error.
    public init(name: String?, rejection: Double) { (self.name, self.rejection) = (name, rejection) }

    /// A transient failure: the next call may be admitted.
    public var classification: ErrorClassification { .transient }

    /// Unknown: each call has its chance.
    public var retryAfter: Duration? { nil }

    /// The share, and the advice that follows from it.
    public var description: String {
        let title = name.map { " \"\($0)\"" } ?? ""
        let percent = Int((rejection * 100).rounded())
        return
            "The throttle\(title) rejected the call, because the service accepts too few: it rejects \(percent) % of the "
            + "calls now. Make fewer calls until the service has recovered."
    }
}
