extension CircuitBreaker {
    /// The number of calls in a window, and of those among them that failed, or were slow.
    public struct CallCounts: Sendable, Hashable {
        /// The number of calls.
        public internal(set) var calls = 0
        /// The number of failures; for the slow-call rule, of slow calls.
        public internal(set) var failures = 0

        package init(calls: Int = 0, failures: Int = 0) {
            self.calls = calls
            self.failures = failures
        }

        /// The share of failures; 0 if there were no calls.
        public var ratio: Double { calls == 0 ? 0 : Double(failures) / Double(calls) }

        /// Returns whether there are enough calls, and enough failures among them.
        ///
        /// Divided and not multiplied: 7 of 100 is exactly the number that 0.07 is.
        func reach(_ ratio: Double, minimum: Int) -> Bool {
            calls >= minimum && Double(failures) / Double(calls) >= ratio
        }

        /// Returns whether there are enough calls, and enough failures among them, after one more success.
        func reachAfterSuccess(_ ratio: Double, minimum: Int) -> Bool {
            CircuitBreaker.CallCounts(calls: calls + 1, failures: failures).reach(ratio, minimum: minimum)
        }
    }
}
