extension EventObserver {
    /// Reports events to any metrics system, under the names of ``EventMetric``.
    ///
    /// Each closure makes an instrument, and returns what records its values. It is called once for each metric and
    /// value of its dimensions. With swift-metrics:
    ///
    /// ```swift
    /// let metrics = RetryObserver.metrics(
    ///     counter: { let it = Counter(label: $0.name, dimensions: $0.dimensions); return { it.increment(by: $0) } },
    ///     histogram: { let it = Recorder(label: $0.name, dimensions: $0.dimensions); return { it.record($0) } },
    ///     gauge: { let it = Gauge(label: $0.name, dimensions: $0.dimensions); return { it.record($0) } })
    /// ```
    ///
    /// The number of instruments is bounded: each dimension has 64 values, an observer makes 2,000 instruments, and what
    /// is more is reported as `_other`. The closures run outside every lock. Make one observer, and keep it.
    ///
    /// - Parameters:
    ///   - counter: Makes a counter; what it returns adds a number.
    ///   - histogram: Makes a histogram; what it returns adds a value in the metric's unit.
    ///   - gauge: Makes a gauge; what it returns sets its value.
    /// - Returns: The observer.
    public static func metrics(
        counter: @escaping @Sendable (EventInstrument) -> @Sendable (Int64) -> Void,
        histogram: @escaping @Sendable (EventInstrument) -> @Sendable (Double) -> Void,
        gauge: @escaping @Sendable (EventInstrument) -> @Sendable (Double) -> Void
    ) -> EventObserver {
        let instruments = Instruments { instrument in
            switch instrument.metric.kind {
            case .counter:
                let add = counter(instrument)
                return { add(Int64($0)) }
            case .histogram: return histogram(instrument)
            case .gauge: return gauge(instrument)
            }
        }
        return EventObserver(interest: []) { event in event.measure(instruments.record) }
    }
}

/// The instruments that an observer has made: a bounded number.
private final class Instruments: Sendable {
    typealias Record = @Sendable (Double) -> Void

    private struct Series: Hashable, Sendable {
        let metric: String
        let values: [String]
    }

    private struct State: Sendable {
        var known: [Series: Record] = [:]
        var values: [String: Set<String>] = [:]

        /// The series of a measurement; `_other` stands for values beyond the bound of their dimension.
        mutating func series(of measurement: EventMeasurement) -> Series {
            let values = measurement.dimensions.map { value($0.value.text, of: $0.name) }
            let series = Series(metric: measurement.metric.name, values: values)
            if known[series] != nil || known.count < 2_000 { return series }
            return Series(metric: measurement.metric.name, values: values.map { _ in Instruments.other })
        }

        private mutating func value(_ value: String, of dimension: String) -> String {
            let value = value.utf8.count <= 200 ? value : value.shortened
            if values[dimension]?.contains(value) == true { return value }
            guard values[dimension, default: []].count < 64 else { return Instruments.other }
            values[dimension, default: []].insert(value)
            return value
        }
    }

    private static let other = "_other"

    private let make: @Sendable (EventInstrument) -> Record
    private let state = Locked(State())

    init(_ make: @escaping @Sendable (EventInstrument) -> Record) {
        self.make = make
    }

    func record(_ measurement: EventMeasurement) {
        let (series, known) = state.withLock { state in
            let series = state.series(of: measurement)
            return (series, state.known[series])
        }
        (known ?? made(series, measurement))(measurement.value)
    }

    /// Makes an instrument outside the lock; of two threads that do, the first one's is kept.
    private func made(_ series: Series, _ measurement: EventMeasurement) -> Record {
        let names = measurement.dimensions.map(\.key)
        let new = make(EventInstrument(metric: measurement.metric, dimensions: Array(zip(names, series.values))))
        return state.withLock { state in
            let kept = state.known[series] ?? new
            state.known[series] = kept
            return kept
        }
    }
}
