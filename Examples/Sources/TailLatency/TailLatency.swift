import ArgumentParser
import AsyncHTTPClient
import RetryAsync
import Shared
import SharedHTTP

/// Measures the tail of the latency of a service whose answers are slow now and then, without and with hedging.
///
/// ```sh
/// swift run --package-path Examples TailLatency
/// ```
///
/// One answer in 80 takes two seconds, the others 4 to 8 ms. A hedged call that takes longer than 95 % of the calls
/// sends a second request, and takes the answer that comes first. An application needs only this:
///
/// ```swift
/// let search = Hedger(HedgePolicy(.quantile(0.95)), named: "search")
/// let answer = try await hedge(search) { _ in try await client.get(url) }
/// ```
///
/// - `SlowNowAndThen.swift`: the behaviour of the service. It is called over HTTP.
/// - `Measurement.swift`: the callers, their latencies, and the chart.
///
/// The example checks its results, and exits with an error unless the 99th percentile falls to a fifth, for at most 6 %
/// more requests.
@main
struct TailLatency: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "TailLatency",
        abstract: "Measures the tail of the latency without and with hedging."
    )

    @Option(help: "The number of calls in each of the two runs.")
    var calls = 2000

    @Option(help: ArgumentHelp("The number of calls that begin in a second.", valueName: "count"))
    var rate = 300

    func validate() throws {
        guard calls >= 500, (10...2000).contains(rate) else {
            throw ValidationError("The calls must be 500 or more, and the rate from 10 to 2000.")
        }
    }

    func run() async throws {
        Watchdog.start(.seconds(20) + .seconds(Double(2 * calls) / Double(rate)))
        let service = SlowNowAndThen()
        let search = Hedger(HedgePolicy(.quantile(0.95)), named: "search")
        let (plain, hedged) = try await Upstream.run(["/": [.decided { _ in await service.answer() }]]) { upstream in
            try await HTTPClient.withHTTPClient(configuration: .manyConnections) { client in
                let url = upstream.url("/")
                let plain = try await Measurement("without hedges", calls, rate, of: service) {
                    _ = try await client.get(url)
                }
                let hedged = try await Measurement("with hedges", calls, rate, of: service) {
                    _ = try await hedge(search) { _ in try await client.get(url) }
                }
                return (plain, hedged)
            }
        }
        print(Measurement.header, plain.report, hedged.report, "", search, "", separator: "\n")
        print(Measurement.chart(plain, hedged))
        try check(plain, hedged, search.snapshot())
    }

    private func check(_ plain: Measurement, _ hedged: Measurement, _ state: Hedger.Snapshot) throws {
        let checks = Checks("hedging")
        checks.expect("how often the 99th percentile fits", plain.percentile(99) / hedged.percentile(99), atLeast: 5)
        checks.expect("requests per call", hedged.load, atMost: 1.06)
        let counts = state.counts
        checks.expect("attempts without an end", counts.primaries.running + counts.hedges.running, is: 0)
        try checks.finish()
    }
}

extension HTTPClient.Configuration {
    /// Connections for all calls at once: a hedge that waits for a connection would be as slow as its primary.
    fileprivate static var manyConnections: HTTPClient.Configuration {
        var configuration = withoutOwnRetries
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 512
        return configuration
    }
}
