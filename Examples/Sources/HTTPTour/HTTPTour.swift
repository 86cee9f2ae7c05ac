import ArgumentParser
import AsyncHTTPClient
import RetryAsync
import Shared
import SharedHTTP

/// Calls an HTTP server that misbehaves, and prints the library's reaction.
///
/// ```sh
/// swift run --package-path Examples HTTPTour                             # calls a server of its own
/// swift run --package-path Examples HTTPTour http://127.0.0.1:8080/      # calls yours
/// ```
///
/// An application needs only this:
///
/// ```swift
/// import RetryAsync
///
/// let status = try await retry(policy: .api) { try await client.get(url) }
/// ```
///
/// - `Tour.swift`: one call for each kind of misbehavior, with the policy that it is made under.
/// - `SharedHTTP/HTTPError.swift`: an error with a status and a `Retry-After`, which needs no classifier.
/// - `SharedHTTP/Upstream.swift`: the server.
///
/// The tour checks every result, and exits with an error if one is wrong.
@main
struct HTTPTour: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "HTTPTour",
        abstract: "Shows how calls of an unreliable HTTP server are retried.",
        discussion: """
            Without a URL this is a tour: it starts a misbehaving server on this machine, calls it, and shows a timeline \
            of each call. With a URL it shows the timeline of one call of that URL.
            """
    )

    @Argument(help: "What to get, instead of the tour.")
    var url: String?

    @Option(help: ArgumentHelp("How often the URL is tried, the first time included.", valueName: "count"))
    var attempts = 4

    @Option(help: ArgumentHelp("How long one attempt may take.", valueName: "seconds"))
    var attemptTimeout = 5

    @Option(help: ArgumentHelp("How long the whole call may take.", valueName: "seconds"))
    var deadline = 30

    func validate() throws {
        _ = try policy
    }

    func run() async throws {
        try await HTTPClient.withHTTPClient(configuration: .withoutOwnRetries) { client in
            if let url {
                try await call(url, by: client)
            } else {
                Watchdog.start(.seconds(30))
                try await Tour.run(client)
            }
        }
    }

    private func call(_ url: String, by client: HTTPClient) async throws {
        let executor = RetryPipeline(policy: try policy)
        print("GET \(url)")
        let outcome = await executor.outcome { try await client.get(url) }
        print(outcome.report)
        _ = try outcome.get()
    }

    /// The policy of the options: untrusted values go through the throwing initializer.
    private var policy: RetryPolicy {
        get throws {
            try RetryPolicy(
                validating: attempts, backoff: .exponential(initial: .milliseconds(250), cap: .seconds(15)),
                deadline: .seconds(deadline), attemptTimeout: .seconds(attemptTimeout))
        }
    }
}
