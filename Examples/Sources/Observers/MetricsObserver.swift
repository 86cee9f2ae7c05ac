package import CoreMetrics
package import RetryCore

extension RetryObserver {
    /// Counts events over swift-metrics, in the way of Prometheus.
    ///
    /// `retry_events_total` counts by event, class, error type and operation; `retry_wait_seconds` holds the waits.
    ///
    /// - Parameter factory: The factory of the counters; that of the process if `nil`.
    /// - Returns: The observer.
    package static func swiftMetrics(_ factory: (any MetricsFactory)? = nil) -> RetryObserver {
        let factory = factory ?? MetricsSystem.factory
        return RetryObserver { event in
            let dimensions = [("event", event.code)] + event.tags
            Counter(label: "retry_events_total", dimensions: dimensions, factory: factory).increment()
            guard event.kind == .retry else { return }
            Recorder(
                label: "retry_wait_seconds", dimensions: [("operation", event.operation ?? "")], aggregate: true,
                factory: factory
            ).record(event.delay / .seconds(1))
        }
    }
}
