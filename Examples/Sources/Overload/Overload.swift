import ArgumentParser
import AsyncHTTPClient
import RetryAsync
import Shared
import SharedHTTP

/// Offers a service more calls than it bears, without and with an adaptive limit to the calls in flight.
///
/// ```sh
/// swift run --package-path Examples Overload
/// ```
///
/// A caller gives up after half a second. Without a limit, the queue of the service grows until every answer comes too late.
/// The bulkhead finds the number of calls that the service bears from their latencies, and rejects the others at once:
///
/// ```swift
/// let bulkhead = Bulkhead(.adaptive(.gradient(within: 2...100)), named: "search")
/// ```
///
/// The example checks its results, and exits with an error unless the limit keeps the service useful.
@main
struct Overload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Overload",
        abstract: "Offers a service more calls than it bears, without and with an adaptive limit.")

    @Option(help: ArgumentHelp("The seconds of each of the four runs.", valueName: "seconds"))
    var seconds = 6

    func validate() throws {
        guard (3...60).contains(seconds) else { throw ValidationError("The seconds must be from 3 to 60.") }
    }

    func run() async throws {
        Watchdog.start(.seconds(60 + 8 * seconds))
        let server = BusyServer()
        let runs = try await LocalServer.run { _, _ in
            try await server.respond()
        } body: { port in
            try await HTTPClient.withHTTPClient(configuration: .manyConnections) { client in
                var runs: [Run] = []
                for load in [1.2, 3] {
                    for isLimited in [false, true] {
                        let bulkhead =
                            isLimited ? Bulkhead(.adaptive(.gradient(within: 2...100)), named: "search") : nil
                        runs.append(
                            await Run(load, bulkhead, for: .seconds(seconds), client, "http://127.0.0.1:\(port)/"))
                        try await server.drain()
                    }
                }
                return runs
            }
        }
        print(Run.header)
        for run in runs { print(run.line) }
        try check(runs)
    }

    private func check(_ runs: [Run]) throws {
        let checks = Checks("overload")
        for run in runs {
            checks.subject = run.name
            if run.permits == nil {
                if run.load > 2 { checks.expect("share of the capacity", run.share, atMost: 0.4) }
            } else {
                checks.expect("share of the capacity", run.share, atLeast: 0.8)
                checks.expect("latency of nine in ten answers", run.percentile(90), atMost: .milliseconds(400))
                checks.expect("permits", Double(run.permits ?? 0), atMost: 40)
            }
        }
        try checks.finish()
    }
}

extension HTTPClient.Configuration {
    fileprivate static var manyConnections: HTTPClient.Configuration {
        var configuration = withoutOwnRetries
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1_000
        return configuration
    }
}
