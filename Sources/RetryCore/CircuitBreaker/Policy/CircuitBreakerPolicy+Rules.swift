extension CircuitBreakerPolicy {
    /// Opens the circuit when too many of the last calls failed.
    public struct CountRule: Sendable, Hashable {
        /// The share of failures that opens the circuit: above 0, at most 1; reached is enough.
        public let ratio: Double
        /// The number of last calls in the window: from 1 to 1,000,000.
        public let calls: Int
        /// The number of calls in the window from which the rule applies: from 1 to ``calls``.
        public let minimumCalls: Int

        /// Creates a rule; it is checked together with the policy that it becomes a part of.
        public init(ratio: Double, calls: Int, minimumCalls: Int) {
            self.ratio = ratio
            self.calls = calls
            self.minimumCalls = minimumCalls
        }

        func validate() throws(InvalidPolicyError) {
            try check("failure_ratio.ratio", ratio, ratio.isShare, shareRequirement)
            try check("failure_ratio.calls", calls, (1...1_000_000).contains(calls), "must be from 1 to 1000000")
            try check(
                "failure_ratio.minimum_calls", minimumCalls, (1...calls).contains(minimumCalls),
                "must be from 1 to the number of calls, \(calls)")
        }
    }

    /// Opens the circuit when too many of the calls in a sliding time window failed.
    public struct TimeRule: Sendable, Hashable {
        /// The share of failures that opens the circuit: above 0, at most 1; reached is enough.
        public let ratio: Double
        /// The length of the sliding window, which moves in steps of a tenth: at least 10 ms.
        public let window: Duration
        /// The number of calls in the window from which the rule applies: at least 1.
        public let minimumCalls: Int

        /// Creates a rule; it is checked together with the policy that it becomes a part of.
        public init(ratio: Double, window: Duration, minimumCalls: Int) {
            self.ratio = ratio
            self.window = window
            self.minimumCalls = minimumCalls
        }

        func validate() throws(InvalidPolicyError) {
            try check("failure_ratio_over_time.ratio", ratio, ratio.isShare, shareRequirement)
            try check("failure_ratio_over_time.window", window, window >= .milliseconds(10), "must be at least 10ms")
            try check(
                "failure_ratio_over_time.minimum_calls", minimumCalls, minimumCalls >= 1, "must be at least 1")
        }
    }

    /// Opens the circuit when too many calls are slow, whether they have ended or not.
    ///
    /// A call counts as slow as soon as it has run for the threshold, give or take a tenth of it, also if its caller
    /// cancels it later: a service that hangs opens the circuit, although none of its calls ends by itself.
    public struct SlowCallRule: Sendable, Hashable {
        /// The share of slow calls that opens the circuit: above 0, at most 1; reached is enough.
        public let ratio: Double
        /// The least duration of a slow call: above zero.
        public let threshold: Duration
        /// The length of the sliding window, which moves in steps of a tenth: at least 10 ms.
        public let window: Duration
        /// The number of calls, hanging ones included, from which the rule applies: at least 1.
        public let minimumCalls: Int

        /// Creates a rule; it is checked together with the policy that it becomes a part of.
        public init(ratio: Double, threshold: Duration, window: Duration, minimumCalls: Int) {
            self.ratio = ratio
            self.threshold = threshold
            self.window = window
            self.minimumCalls = minimumCalls
        }

        func validate() throws(InvalidPolicyError) {
            try check("slow_calls.ratio", ratio, ratio.isShare, shareRequirement)
            try check("slow_calls.slower_than", threshold, threshold > .zero, "must be above zero")
            try check("slow_calls.window", window, window >= .milliseconds(10), "must be at least 10ms")
            try check("slow_calls.minimum_calls", minimumCalls, minimumCalls >= 1, "must be at least 1")
        }
    }

    /// The meaning of a failure whose class is none of those that count as failures.
    public enum OtherClasses: String, Sendable, Hashable, CaseIterable, Codable {
        /// The service answered, so it is there: a success. The default.
        case success
        /// The failure says nothing of the service: the call is neutral.
        case neutral
    }

    /// The attempts that an open circuit rejects.
    public enum RejectedAttempts: String, Sendable, Hashable, CaseIterable, Codable {
        /// Every attempt: the service gets a rest, and callers fail fast. The default.
        case all
        /// Retries alone: first attempts pass an open circuit.
        ///
        /// For a service that fails often and by chance, where retries are the extra load and first attempts are worth
        /// making. While the circuit is open first attempts are not counted; after the break they serve as its probes.
        /// A circuit that is isolated or forced open rejects them too.
        case retries
    }

    /// The classes of failure that count as failures of the service.
    public struct FailureClasses: Sendable, Hashable {
        let classes: Set<ErrorClass>
        let isExcept: Bool

        /// Every class but concurrency, permanent, auth and permission: after those the service has answered, and is
        /// healthy.
        ///
        /// A rate limit counts, as it does for most breakers in use: an open circuit gives the service the pause that
        /// it asks for. Custom classes count.
        public static let `default` = except(.concurrency, .permanent, .auth, .permission)

        /// Every class counts.
        public static let all = FailureClasses(classes: [], isExcept: true)

        /// These classes count, and no other; a policy refuses an empty list, which could never open a circuit.
        public static func only(_ classes: ErrorClass...) -> FailureClasses {
            FailureClasses(classes: Set(classes), isExcept: false)
        }

        /// Every class counts but these.
        public static func except(_ classes: ErrorClass...) -> FailureClasses {
            FailureClasses(classes: Set(classes), isExcept: true)
        }

        /// Returns whether failures of this class count.
        public func contains(_ errorClass: ErrorClass) -> Bool {
            classes.contains(errorClass) != isExcept
        }
    }
}

private let shareRequirement = "must be a number above 0 and at most 1"

extension Double {
    fileprivate var isShare: Bool { self > 0 && self <= 1 }
}
