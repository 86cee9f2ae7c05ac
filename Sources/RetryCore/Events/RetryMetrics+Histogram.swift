extension RetryMetrics {
    /// A histogram: counts of values at most the first bound, above it up to the second, and so on.
    public struct Histogram: Sendable, Hashable {
        /// The upper bounds of all buckets but the last, rising.
        public let bounds: [Double]
        /// The number of values in each bucket; the last one holds the values above all bounds.
        public private(set) var counts: [Int]
        /// The sum of all values.
        public private(set) var sum: Double = 0

        init(bounds: [Double]) {
            self.bounds = bounds
            self.counts = Array(repeating: 0, count: bounds.count + 1)
        }

        /// The number of counted values.
        public var count: Int { counts.reduce(0, +) }

        /// Returns the bound of the bucket in which a share of all values is reached.
        ///
        /// - Parameter share: The share, from 0 to 1: 0.5 for the median, 0.99 for the 99th percentile.
        /// - Returns: Infinity if the share is reached above all bounds; `nil` if nothing was counted.
        public func quantile(_ share: Double) -> Double? {
            let total = count
            guard total > 0 else { return nil }
            var reached = 0
            for (index, bound) in bounds.enumerated() {
                reached += counts[index]
                if Double(reached) >= share * Double(total) { return bound }
            }
            return .infinity
        }

        /// Adds a value some times.
        mutating func add(_ value: Double, times: Int) {
            counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += times
            sum += value * Double(times)
        }

        mutating func add(_ count: Int, toBucket bucket: Int) {
            counts[bucket] += count
        }

        mutating func add(toSum sum: Double) {
            self.sum += sum
        }
    }
}
