package import CoreMetrics
import Synchronization

/// The metrics of a process in memory, and as the text that Prometheus collects.
///
/// It supports the needs of the examples: counters, gauges, and recorders as sums and counts. A service takes a complete
/// one from a package.
package final class PrometheusRegistry: MetricsFactory {
    private let series = Mutex<[String: Series]>([:])

    package init() {}

    /// All metrics, a line each.
    package var text: String {
        series.withLock { $0 }.sorted { $0.key < $1.key }.map { $0.value.text }.joined()
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series("\(label)_total", dimensions, .counter)
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        series(label, dimensions, aggregate ? .summary : .gauge)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        NOOPMetricsHandler.instance
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    /// Returns the same series for the same label and dimensions.
    private func series(_ label: String, _ dimensions: [(String, String)], _ kind: Series.Kind) -> Series {
        let label = named(label)
        let labels = dimensions.map { "\(named($0))=\"\(escaped($1))\"" }.joined(separator: ",")
        return series.withLock { all in
            let key = "\(label){\(labels)}"
            if let known = all[key] { return known }
            let new = Series(name: label, labels: labels, kind: kind)
            all[key] = new
            return new
        }
    }

    /// The name in the alphabet of Prometheus, which has no dots.
    private func named(_ name: String) -> String { String(name.map { $0 == "." ? "_" : $0 }) }

    private func escaped(_ value: String) -> String {
        String(value.flatMap { $0 == "\\" || $0 == "\"" ? ["\\", $0] : $0 == "\n" ? ["\\", "n"] : [$0] })
    }
}

/// One line of the text, or two of them for a summary.
private final class Series: CounterHandler, RecorderHandler {
    enum Kind {
        case counter, summary, gauge
    }

    private let name: String
    private let labels: String
    private let kind: Kind
    private let state = Mutex((sum: 0.0, count: 0))

    init(name: String, labels: String, kind: Kind) {
        (self.name, self.labels, self.kind) = (name, labels, kind)
    }

    var text: String {
        let (sum, count) = state.withLock { $0 }
        return switch kind {
        case .counter: "\(name){\(labels)} \(Int(sum))\n"
        case .gauge: "\(name){\(labels)} \(sum)\n"
        case .summary: "\(name)_sum{\(labels)} \(sum)\n\(name)_count{\(labels)} \(count)\n"
        }
    }

    func increment(by amount: Int64) { record(Double(amount)) }
    func reset() { state.withLock { $0 = (0, 0) } }
    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) {
        state.withLock {
            $0.sum = kind == .gauge ? value : $0.sum + value
            $0.count += 1
        }
    }
}
