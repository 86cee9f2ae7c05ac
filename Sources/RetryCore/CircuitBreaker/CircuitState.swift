/// What a circuit breaker does with the next call.
public enum CircuitState: String, Sendable, Hashable, CaseIterable, Codable {
    /// Lets calls through and counts how they end.
    case closed
    /// Turns calls away until its break is over.
    case open
    /// Lets a few calls through to see whether the service is back.
    case halfOpen = "half_open"
    /// Turns calls away as long as somebody holds an ``CircuitBreaker/Isolation``.
    case isolated
    /// Turns calls away until it is reset.
    case forcedOpen = "forced_open"
    /// Lets calls through and counts them, but opens for nothing until it is reset.
    case forcedClosed = "forced_closed"
    /// Lets calls through and counts nothing until it is reset.
    case disabled
}

/// Why the state of a circuit breaker changed: a value to compare with, since there may be more of them one day.
public struct CircuitChangeCause: Sendable, Hashable, CustomStringConvertible {
    private enum Value: String, Sendable {
        case consecutiveFailures = "consecutive_failures"
        case failureRatio = "failure_ratio"
        case failureRatioOverTime = "failure_ratio_over_time"
        case slowCalls = "slow_calls"
        case hint
        case breakElapsed = "break_elapsed"
        case probeFailed = "probe_failed"
        case probesSucceeded = "probes_succeeded"
        case isolated, released, forced, reset, restored
    }

    private let value: Value

    /// The name for metrics and logs, such as `consecutive_failures`.
    public var code: String { value.rawValue }

    /// So many failures in a row.
    public static var consecutiveFailures: Self { Self(value: .consecutiveFailures) }
    /// The share of failures among the last calls.
    public static var failureRatio: Self { Self(value: .failureRatio) }
    /// The share of failures in the last time.
    public static var failureRatioOverTime: Self { Self(value: .failureRatioOverTime) }
    /// The share of slow calls.
    public static var slowCalls: Self { Self(value: .slowCalls) }
    /// A server said for how long it wants no calls.
    public static var hint: Self { Self(value: .hint) }
    /// The break was over when a call came.
    public static var breakElapsed: Self { Self(value: .breakElapsed) }
    /// More probes failed than may.
    public static var probeFailed: Self { Self(value: .probeFailed) }
    /// Enough probes succeeded.
    public static var probesSucceeded: Self { Self(value: .probesSucceeded) }
    /// Somebody called ``CircuitBreaker/isolate()``.
    public static var isolated: Self { Self(value: .isolated) }
    /// The last isolation ended.
    public static var released: Self { Self(value: .released) }
    /// Somebody forced the state, or switched the breaker off.
    public static var forced: Self { Self(value: .forced) }
    /// Somebody called ``CircuitBreaker/reset()``.
    public static var reset: Self { Self(value: .reset) }
    /// The state was restored from a saved one.
    public static var restored: Self { Self(value: .restored) }

    /// The name of the cause.
    public var description: String { code }
}

/// A change of a circuit's state.
public struct CircuitChange: Sendable, Hashable {
    /// The state before.
    public let from: CircuitState
    /// The state now.
    public let to: CircuitState
    /// Why it changed.
    public let cause: CircuitChangeCause
    /// For how long the circuit stays open, if it opened.
    public let breakDuration: Duration?
}
