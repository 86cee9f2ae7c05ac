/// Finds the number of calls that a service bears at the same time, by an ``AdaptiveLimit``.
///
/// It is pure: it takes no lock and reads no clock.
package struct AdaptiveLimitStateMachine: Sendable {
    private let rules: AdaptiveLimit
    private var law: Law
    /// The limit before it is rounded down.
    package private(set) var value: Double

    private enum Law: Sendable {
        case gradient(GradientLimitState)
        case aimd(AIMDLimitState)
    }

    package init(_ rules: AdaptiveLimit, at now: Int64) {
        self.rules = rules
        value = Double(rules.start)
        law =
            switch rules.law {
            case .gradient: .gradient(GradientLimitState(at: now))
            case .aimd(let timeout): .aimd(AIMDLimitState(timeout: timeout))
            }
    }

    /// The limit in force.
    package var limit: Int { Int(value) }

    /// Of so many calls one is to be measured.
    package var measuredShare: Int { if case .gradient(let state) = law { state.measuredShare } else { 1 } }

    /// Sets the limit from outside, within its bounds.
    mutating func set(_ limit: Double) { value = min(max(limit, Double(rules.min)), Double(rules.max)) }

    /// Records the result of a call.
    ///
    /// A call that was cancelled says nothing, and neither does one that failed without being refused: its latency is that
    /// of a failure. A call that a time limit of the caller ended counts as refused.
    ///
    /// - Parameters:
    ///   - result: The result.
    ///   - latency: The time from the permit to the result, in nanoseconds.
    ///   - inFlight: The calls in flight when the call ended, with it.
    ///   - isHeldBack: Whether no permit was free, so that the limit holds calls back.
    ///   - now: The time.
    /// - Returns: `true` if the limit or the measured share may have changed.
    package mutating func record(
        _ result: AttemptResult, latency: Int64, inFlight: Int, isHeldBack: Bool, at now: Int64
    ) -> Bool {
        guard result == .success || result.isOverload else { return false }
        let call = LimitedCall(
            latency: max(0, latency), isRefused: result.isOverload, inFlight: inFlight, isHeldBack: isHeldBack)
        let next: Double?
        switch law {
        case .gradient(var state):
            next = state.next(value, after: call, at: now)
            law = .gradient(state)
        case .aimd(var state):
            next = state.next(value, after: call, at: now)
            law = .aimd(state)
        }
        guard let next else { return false }
        set(next)
        return true
    }
}

/// A call whose result an adaptive limit records.
struct LimitedCall {
    /// In nanoseconds.
    let latency: Int64
    /// True if the service refused the call, or did not answer it in time.
    let isRefused: Bool
    /// The calls in flight when it ended, with it.
    let inFlight: Int
    /// True if the limit holds calls back.
    let isHeldBack: Bool
}

/// The law of an adaptive limit.
protocol LimitLaw {
    /// The limit after a call; `nil` if it stays.
    mutating func next(_ limit: Double, after call: LimitedCall, at now: Int64) -> Double?
}

extension AttemptResult {
    /// True if the result says that the service has more to do than it can: it limits the rate, names a time to come back,
    /// or does not answer in time.
    var isOverload: Bool {
        switch self {
        case .success, .neutral: false
        case .cutOff: true
        case .failure(let failure): failure.errorClass == .rateLimit || failure.isDelayed
        }
    }
}

extension ErrorClassification {
    /// True if the service named a time to come back.
    fileprivate var isDelayed: Bool { if case .after = hint { true } else { false } }
}
