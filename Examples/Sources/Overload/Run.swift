import AsyncHTTPClient
import RetryAsync
import Shared
import SharedHTTP

/// Calls that begin at a steady rate, whatever becomes of the others.
struct Run: Sendable {
    let load: Double
    /// The permits in the end; `nil` without a limit.
    let permits: Int?
    private let seconds: Double
    /// The latencies of the answers that came in time, in order.
    private let latencies: [Duration]
    private let rejected: Int
    private let late: Int

    private enum End: Sendable {
        case answered(Duration)
        case rejected
        case late
    }

    /// Makes calls for a time.
    init(_ load: Double, _ bulkhead: Bulkhead?, for time: Duration, _ client: HTTPClient, _ url: String) async {
        let pipeline = RetryPipeline("search", policy: .once.attemptTimeout(.milliseconds(500))).bulkhead(bulkhead)
        let rate = load * BusyServer.capacity
        let seconds = time / .seconds(1)
        let start = ContinuousClock.now
        let ends = await withTaskGroup(of: End.self) { group in
            for number in 0..<Int(rate * seconds) {
                group.addTask {
                    try? await Task.sleep(until: start + .seconds(Double(number) / rate), clock: .continuous)
                    do {
                        return .answered(
                            try await ContinuousClock().measure {
                                try await pipeline { _ = try await client.get(url) }
                            })
                    } catch {
                        return error is BulkheadFullError ? .rejected : .late
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        (self.load, self.seconds) = (load, seconds)
        permits = bulkhead?.snapshot().permits
        latencies = ends.compactMap { if case .answered(let latency) = $0 { latency } else { nil } }.sorted()
        rejected = ends.count { if case .rejected = $0 { true } else { false } }
        late = ends.count - latencies.count - rejected
    }

    var name: String { "\(load) times the capacity, \(permits == nil ? "no limit" : "adaptive limit")" }

    /// The answers in time as a share of the capacity.
    var share: Double { Double(latencies.count) / seconds / BusyServer.capacity }

    /// The latency that a percentage of the answers do not exceed.
    func percentile(_ percent: Int) -> Duration {
        latencies.isEmpty ? .zero : latencies[min(latencies.count - 1, latencies.count * percent / 100)]
    }

    static let header =
        "".padded(40)
        + ["answers/s", "p50", "p90", "rejected/s", "too late/s", "permits"].map { $0.padded(-12) }.joined()

    /// The line of a table.
    var line: String {
        let columns = [
            rate(latencies.count), percentile(50).short, percentile(90).short, rate(rejected), rate(late),
            permits.map { "\($0)" } ?? "",
        ]
        return name.padded(40) + columns.map { $0.padded(-12) }.joined()
    }

    private func rate(_ count: Int) -> String { "\(Int((Double(count) / seconds).rounded()))" }
}
