extension CircuitBreakerPolicy {
    /// Opens the circuit when too many of the last calls failed.
    public struct CountRule: Sendable, Hashable {
        /// The share of failures that opens the circuit: above 0, at most 1; reached is enough.
        public let ratio: Double
        /// How many of the last calls are looked at: from 1 to 1,000,000.
        public let calls: Int
        /// How many of them there must be before the rule says anything: from 1 to ``calls``.
        public let minimumCalls: Int

        /// Creates a rule; it is checked together with the policy that it becomes a part of.
        public init(ratio: Double, calls: Int, minimumCalls: Int) {
            self.ratio = ratio
            self.calls = calls
            self.minimumCalls = minimumCalls
        }

        func validate() throws(PolicyError) {
            try check("failure_ratio.ratio", ratio, ratio.isShare, shareRequirement)
            try check("failure_ratio.calls", calls, (1...1_000_000).contains(calls), "must be from 1 to 1000000")
            try check(
                "failure_ratio.minimum_calls", minimumCalls, (1...calls).contains(minimumCalls),
                "must be from 1 to the number of calls, \(calls)")
        }
    }

    /// Opens the circuit when too many of the calls in the last time failed.
    public struct TimeRule: Sendable, Hashable {
        /// The share of failures that opens the circuit: above 0, at most 1; reached is enough.
        public let ratio: Double
        /// How far the rule looks back, in steps of a tenth: at least 10 ms.
        public let window: Duration
        /// How many calls there must be before the rule says anything: at least 1.
        public let minimumCalls: Int

        /// Creates a rule; it is checked together with the policy that it becomes a part of.
        public init(ratio: Double, window: Duration, minimumCalls: Int) {
            self.ratio = ratio
            self.window = window
            self.minimumCalls = minimumCalls
        }

        func validate() throws(PolicyError) {
            try check("failure_ratio_over_time.ratio", ratio, ratio.isShare, shareRequirement)
            try check("failure_ratio_over_time.window", window, window >= .milliseconds(10), "must be at least 10ms")
            try check(
                "failure_ratio_over_time.minimum_calls", minimumCalls, minimumCalls >= 1, "must be at least 1")
        }
    }

    /// Opens the circuit when too many calls are slow, whether they have ended or not.
    ///
    /// A call counts as slow as soon as it has run for the threshold, give or take a tenth of it: a service that hangs
    /// opens the circuit, although none of its calls ends.
    public struct SlowCallRule: Sendable, Hashable {
        /// The share of slow calls that opens the circuit: above 0, at most 1; reached is enough.
        public let ratio: Double
        /// From how long on a call is slow: above zero.
        public let threshold: Duration
        /// How far the rule looks back, in steps of a tenth: at least 10 ms.
        public let window: Duration
        /// How many calls there must be before the rule says anything, those that hang included: at least 1.
        public let minimumCalls: Int

        /// Creates a rule; it is checked together with the policy that it becomes a part of.
        public init(ratio: Double, threshold: Duration, window: Duration, minimumCalls: Int) {
            self.ratio = ratio
            self.threshold = threshold
            self.window = window
            self.minimumCalls = minimumCalls
        }

        func validate() throws(PolicyError) {
            try check("slow_calls.ratio", ratio, ratio.isShare, shareRequirement)
            try check("slow_calls.slower_than", threshold, threshold > .zero, "must be above zero")
            try check("slow_calls.window", window, window >= .milliseconds(10), "must be at least 10ms")
            try check("slow_calls.minimum_calls", minimumCalls, minimumCalls >= 1, "must be at least 1")
        }
    }

    /// What a failure counts as whose class is none of those that count as failures.
    public enum OtherClasses: String, Sendable, Hashable, CaseIterable, Codable {
        /// The service answered, so it is there: a success. The default.
        case success
        /// Nothing is known of the service: the call counts for nothing.
        case neutral
    }

    /// Which classes of failure count as failures of the service.
    public struct FailureClasses: Sendable, Hashable {
        let classes: Set<ErrorClass>
        let isExcept: Bool

        /// Everything but concurrency, permanent, auth and permission: there the service answered, and is well.
        ///
        /// A rate limit counts, as it does for most breakers in use: a service that asks to slow down is helped by
        /// nothing better than an open circuit. Classes of your own count.
        public static let `default` = except(.concurrency, .permanent, .auth, .permission)

        /// Every class counts.
        public static let all = FailureClasses(classes: [], isExcept: true)

        /// These classes count, and no other; a policy refuses an empty list, with which nothing would open a circuit.
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
