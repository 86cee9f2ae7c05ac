import Shared

/// The latencies of many calls, and the load that they made.
struct Measurement {
    let name: String
    /// In order.
    private let latencies: [Duration]
    /// The requests per call.
    let load: Double

    /// Makes calls, each from a task of its own, that begin at a steady rate.
    init(
        _ name: String, _ calls: Int, _ rate: Int, of service: SlowNowAndThen,
        _ call: @escaping @Sendable () async throws -> Void
    ) async throws {
        self.name = name
        _ = await service.takeRequests()
        let start = ContinuousClock.now
        latencies = try await withThrowingTaskGroup(of: Duration.self) { group in
            for number in 0..<calls {
                let begin = start + .seconds(1) * number / rate
                group.addTask {
                    try await Task.sleep(until: begin, clock: .continuous)
                    return try await ContinuousClock().measure { try await call() }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted()
        }
        load = Double(await service.takeRequests()) / Double(calls)
    }

    /// Returns the latency that a percentage of the calls do not exceed, in milliseconds.
    func percentile(_ percent: Double) -> Double {
        let index = min(latencies.count - 1, Int(percent / 100 * Double(latencies.count)))
        return latencies[index] / .milliseconds(1)
    }

    static let header =
        "".padded(16) + ["p50", "p99", "p99.9", "requests per call"].map { $0.padded(-12) }.joined()

    /// The line of a table.
    var report: String {
        let times = [50, 99, 99.9].map { percent in "\(Int(percentile(percent).rounded())) ms".padded(-12) }
        let hundredths = Int((load * 100).rounded())
        let text = "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
        return name.padded(16) + times.joined() + text.padded(-12)
    }

    // MARK: Chart

    /// The latencies that end the bars of the chart, in milliseconds.
    private static let bounds = [5.0, 6, 7, 8, 10, 15, 20, 30, 50, 100, 200, 400, 800]

    /// A chart of both, one line for each range of latencies; a mark is a twentieth of the calls, or less.
    static func chart(_ one: Measurement, _ other: Measurement) -> String {
        var lines = ["latency".padded(-12) + "  " + one.name.padded(24) + other.name]
        for (index, bound) in bounds.enumerated() {
            let low = index == 0 ? 0 : bounds[index - 1]
            let bars = [one, other].map { $0.bar(from: low, to: bound).padded(24) }
            lines.append("to \(Int(bound)) ms".padded(-12) + "  " + bars.joined())
        }
        return lines.joined(separator: "\n")
    }

    private func bar(from low: Double, to high: Double) -> String {
        let count = latencies.filter { low < $0 / .milliseconds(1) && $0 / .milliseconds(1) <= high }.count
        if count == 0 { return "" }
        return String(repeating: "█", count: max(1, 20 * count / latencies.count)) + " \(count)"
    }
}
