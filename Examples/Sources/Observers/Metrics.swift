package import CoreMetrics
package import RetryCore

extension EventObserver {
    /// Counts events over swift-metrics.
    package static func swiftMetrics(_ system: any MetricsFactory = MetricsSystem.factory) -> EventObserver {
        .metrics(
            counter: {
                let counter = Counter(label: $0.name, dimensions: $0.dimensions, factory: system)
                return { counter.increment(by: $0) }
            },
            histogram: {
                let recorder = Recorder(label: $0.name, dimensions: $0.dimensions, aggregate: true, factory: system)
                return { recorder.record($0) }
            },
            gauge: {
                let gauge = Gauge(label: $0.name, dimensions: $0.dimensions, factory: system)
                return { gauge.record($0) }
            })
    }
}
