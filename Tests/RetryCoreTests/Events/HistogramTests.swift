import RetryCore
import Testing

@Suite("Histograms", .timeLimit(.minutes(20)))
struct HistogramTests {
    /// The histogram of the waits of calls that wait this long, once each.
    private func histogram(_ waits: [Duration]) -> RetryMetrics.Histogram {
        let metrics = RetryMetrics()
        for wait in waits {
            _ = try? retryBlocking(
                RetryPipeline(policy: RetryPolicy(maxAttempts: 2, backoff: .constant(wait)))
                    .observer(metrics.observer)
                    .sleeper(RetrySleeper { _, _ in })
            ) { throw TransientError() }
        }
        return metrics.snapshot().delays
    }

    @Test("have one bucket more than bounds, and these rise")
    func shape() {
        let histogram = histogram([])
        #expect(histogram.counts.count == histogram.bounds.count + 1)
        #expect(histogram.bounds == histogram.bounds.sorted())
        #expect(Set(histogram.bounds).count == histogram.bounds.count)
    }

    @Test("put a value at a bound below it, and one just above it in the next bucket")
    func bounds() {
        for (index, bound) in histogram([]).bounds.enumerated() {
            let wait = Duration.nanoseconds(Int64(bound * 1e9))
            #expect(histogram([wait]).counts.firstIndex(of: 1) == index)
            #expect(histogram([wait + .nanoseconds(1)]).counts.firstIndex(of: 1) == index + 1)
        }
    }

    @Test("count and add up all values, the longest too")
    func sums() {
        let histogram = histogram([.zero, .milliseconds(250), .seconds(2), .longest])
        #expect(histogram.count == 4)
        #expect(histogram.sum == 2.25 + Double(Int64.max) / 1e9)
        #expect(histogram.counts.last == 1)
    }

    @Test("find the bound that a share of the values reaches")
    func quantiles() {
        let histogram = histogram([.zero, .milliseconds(1), .milliseconds(10), .seconds(600)])
        #expect(histogram.quantile(0) == 0)
        #expect(histogram.quantile(0.25) == 0)
        #expect(histogram.quantile(0.26) == 0.001)
        #expect(histogram.quantile(0.5) == 0.001)
        #expect(histogram.quantile(0.75) == 0.01)
        #expect(histogram.quantile(0.76) == .infinity)
        #expect(histogram.quantile(1) == .infinity)
    }

    @Test("have no quantile of nothing")
    func empty() {
        #expect(histogram([]).quantile(0.5) == nil)
    }
}
