import ArgumentParser
import AsyncHTTPClient
import Foundation
import RetryAsync
import Shared
import SharedHTTP

/// Measures retries against a service that has an outage, and the effect of a retry budget and a circuit breaker.
///
/// ```sh
/// swift run --package-path Examples OutageDrill
/// swift run --package-path Examples OutageDrill --svg outage.svg
/// ```
///
/// A service with an outage of a few seconds gets 100 calls a second, each from a caller of its own, four times over:
/// without retries, with retries, with a budget for the retries, and with a breaker besides.
///
/// - `Way.swift`: the four pipelines. An application needs only this.
/// - `Service.swift`: the behaviour of the service. It is called over HTTP.
/// - `Run.swift`: the callers, and their results; `Run+Numbers.swift` and `Run+Report.swift` summarise them.
/// - `OutageChart.swift`, `ChartPanel.swift`: the picture.
///
/// The drill checks its results, and exits with an error unless naive retries at least double the load in the outage,
/// the budget keeps it within 120 %, and the breaker halves the time that 99 % of the callers wait at most.
@main
struct OutageDrill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "OutageDrill",
        abstract: "Measures retries against a service that has an outage, with and without a budget and a breaker."
    )

    @Option(help: ArgumentHelp("Where to write a chart of load, successes and latency.", valueName: "file"))
    var svg: String?

    @Flag(help: "Make the four runs shorter: 22 seconds together, and not 30.")
    var short = false

    func run() async throws {
        Watchdog.start(.seconds(40))
        let schedule = short ? Schedule.short : .full
        let runs = try await makeRuns(schedule)
        if let svg {
            try OutageChart(runs: runs, schedule: schedule).svg.write(toFile: svg, atomically: true, encoding: .utf8)
        }
        try check(runs)
    }

    private func makeRuns(_ schedule: Schedule) async throws -> [Run] {
        let service = Service(schedule)
        return try await Upstream.run(["/": [.decided { _ in await service.answer() }]]) { upstream in
            try await HTTPClient.withHTTPClient(configuration: .manyConnections) { client in
                print(Run.header)
                var runs: [Run] = []
                for way in Way.allCases {
                    let run = try await Run(way, schedule, of: service) { _ = try await client.get(upstream.url("/")) }
                    print(run.report)
                    runs.append(run)
                }
                return runs
            }
        }
    }

    private func check(_ runs: [Run]) throws {
        func outage(_ way: Way) -> Summary { runs[way.rawValue][.outage] }

        let checks = Checks("the outage")
        checks.expect("requests per call, naive", outage(.naive).requestsPerCall, atLeast: 2)
        checks.expect("requests per call, with a budget", outage(.budget).requestsPerCall, atMost: 1.2)
        checks.expect("requests per call, with a breaker", outage(.breaker).requestsPerCall, atMost: 1)
        checks.expect("p99 with a breaker", outage(.breaker).p99, atMost: outage(.budget).p99 / 2)
        for run in runs where run.way != .naive {
            checks.expect("recovery, \(run.way.name)", run.recovery != nil, is: true)
        }
        try checks.finish()
    }
}

extension HTTPClient.Configuration {
    /// A client that runs more than a few requests of one service at once.
    fileprivate static var manyConnections: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration.withoutOwnRetries
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 110
        return configuration
    }
}
