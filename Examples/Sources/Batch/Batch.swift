import ArgumentParser
import AsyncHTTPClient
import RetryAsync
import Shared
import SharedHTTP

/// Concurrent work: a batch under a rate limit, workers at a queue, and one policy for two clients.
///
/// ```sh
/// swift run --package-path Examples Batch
/// ```
///
/// - `Upload.swift`: a batch that paces its requests, goes on past failures, and reports them at the end.
/// - `Workers.swift`: tasks that take jobs from a queue, and put aside those that fail for good.
/// - `PerClass.swift`: waits that depend on the class of failure, for an asynchronous client and a blocking one.
///
/// Everything is called over HTTP, and every result is checked.
@main
struct Batch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Batch",
        abstract: "Shows a batch under a rate limit, workers at a queue, and policies for each kind of failure."
    )

    func run() async throws {
        Watchdog.start(.seconds(30))
        let limit = RateLimit(8, in: .seconds(1))
        let scripts = [Plant.uploadScript(limit), Plant.workerScript, Plant.perClassScript]
        try await Upstream.run(scripts.reduce(into: [:]) { $0.merge($1) { one, _ in one } }) { upstream in
            try await HTTPClient.withHTTPClient(configuration: .withoutOwnRetries) { client in
                let plant = Plant(client: client, upstream: upstream)
                await plant.upload(limit)
                await plant.work()
                try await plant.callByClass()
                try plant.checks.finish()
            }
        }
    }
}

/// The work; its parts are in extensions.
struct Plant {
    let client: HTTPClient
    let upstream: Upstream
    let checks = Checks()

    /// Begins a part of the output, and the checks that belong to it.
    func begin(_ subject: String, _ comment: String) {
        checks.subject = subject
        print("\n\(subject): \(comment)")
    }
}
