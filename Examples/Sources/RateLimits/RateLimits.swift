import ArgumentParser
import AsyncHTTPClient
import Foundation
import RetryAsync
import Shared
import SharedHTTP

/// Calls a service with limits to requests and tokens from 50 workers, in four ways.
///
/// ```sh
/// swift run --package-path Examples RateLimits
/// ```
///
/// - `ModelServer.swift`: the service, which bears 100 requests and 12,000 tokens a second. It is called over HTTP.
/// - `Way.swift`: the four ways: without retries, with retries, with a cool-down gate, with a rate limiter of requests and
///   tokens that begins with twice the right limits, and learns them from the first answers.
///
/// The example checks its results, and exits with an error unless with the limiter at most 1 % of the answers are 429s, and
/// at least 90 % of the service's capacity are useful answers.
@main
struct RateLimits: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "RateLimits", abstract: "Calls a service with rate limits in four ways.")

    @Option(help: ArgumentHelp("The seconds of each of the four runs.", valueName: "seconds"))
    var seconds = 8

    @Option(help: ArgumentHelp("The file to write the chart to, as SVG.", valueName: "file"))
    var chart: String?

    func validate() throws {
        guard (2...60).contains(seconds) else { throw ValidationError("The seconds must be from 2 to 60.") }
    }

    func run() async throws {
        Watchdog.start(.seconds(30 + 5 * seconds))
        let server = ModelServer()
        let time = Duration.seconds(seconds)
        let results = try await LocalServer.run { request, _ in
            try await server.respond(to: request)
        } body: { port in
            try await HTTPClient.withHTTPClient(configuration: .withoutOwnRetries) { client in
                var results: [Result] = []
                for way in Way.allCases {
                    await server.reset()
                    await way.run(50, for: time, client, "http://127.0.0.1:\(port)/")
                    results.append(Result(way: way, counts: await server.counts, time: time))
                }
                return results
            }
        }
        print(Result.header)
        for result in results { print(result.line) }
        if let chart { try Result.svg(results).write(toFile: chart, atomically: true, encoding: .utf8) }
        try check(results)
    }

    private func check(_ results: [Result]) throws {
        let checks = Checks("rate limits")
        for result in results where result.way == .limiter {
            checks.expect("share of 429s with the limiter", result.throttledShare, atMost: 0.01)
            checks.expect("share of the capacity with the limiter", result.capacityShare, atLeast: 0.9)
        }
        let plain = results.first { $0.way == .retry }
        let gate = results.first { $0.way == .gate }
        checks.expect("share of 429s without a gate", plain?.throttledShare ?? 0, atLeast: 0.1)
        checks.expect(
            "429s of the gate, to those without", (gate?.throttledShare ?? 1) / (plain?.throttledShare ?? 1),
            atMost: 0.8)
        try checks.finish()
    }
}
