extension CircuitBreaker {
    /// The state of a circuit breaker, which decides about the next call.
    public enum State: String, Sendable, Hashable, CaseIterable, Codable {
        /// Admits calls and counts their outcomes.
        case closed
        /// Rejects calls until its break is over.
        case open
        /// Admits a few calls as probes of the service.
        case halfOpen = "half_open"
        /// Rejects calls as long as a ``CircuitBreaker/Isolation`` is held.
        case isolated
        /// Rejects calls until it is reset.
        case forcedOpen = "forced_open"
        /// Admits and counts calls, and never opens, until it is reset.
        case forcedClosed = "forced_closed"
        /// Admits calls and counts nothing until it is reset.
        case disabled
    }

    /// The cause of a change of a circuit breaker's state: a value to compare with, since more may be added.
    public struct StateChangeCause: Sendable, Hashable, CustomStringConvertible {
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

        /// The number of failures in a row.
        public static var consecutiveFailures: Self { Self(value: .consecutiveFailures) }
        /// The share of failures among the last calls.
        public static var failureRatio: Self { Self(value: .failureRatio) }
        /// The share of failures in a window by time.
        public static var failureRatioOverTime: Self { Self(value: .failureRatioOverTime) }
        /// The share of slow calls.
        public static var slowCalls: Self { Self(value: .slowCalls) }
        /// A server's hint about coming back.
        public static var hint: Self { Self(value: .hint) }
        /// A call came after the break.
        public static var breakElapsed: Self { Self(value: .breakElapsed) }
        /// More probes failed than are allowed.
        public static var probeFailed: Self { Self(value: .probeFailed) }
        /// Enough probes succeeded.
        public static var probesSucceeded: Self { Self(value: .probesSucceeded) }
        /// A call of ``CircuitBreaker/isolate()``.
        public static var isolated: Self { Self(value: .isolated) }
        /// The end of the last isolation.
        public static var released: Self { Self(value: .released) }
        /// A state that was set manually.
        public static var forced: Self { Self(value: .forced) }
        /// A call of ``CircuitBreaker/reset()``.
        public static var reset: Self { Self(value: .reset) }
        /// A saved state that was restored.
        public static var restored: Self { Self(value: .restored) }

        /// The name of the cause.
        public var description: String { code }
    }

    /// A change of a circuit's state.
    public struct StateChange: Sendable, Hashable {
        /// The state before.
        public let from: CircuitBreaker.State
        /// The state now.
        public let to: CircuitBreaker.State
        /// The cause of the change.
        public let cause: CircuitBreaker.StateChangeCause
        /// The length of the break, if the circuit opened.
        public let breakDuration: Duration?
    }
}
