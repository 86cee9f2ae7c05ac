import ArgumentParser
import AsyncHTTPClient
import Foundation
import RetryAsync
import RetryFoundation
import RetryTesting
import Shared
import SharedHTTP

/// Retries that a user configures by a file: a weather agent, a file job, and payments behind a breaker.
///
/// ```sh
/// swift run --package-path Examples Configured
/// ```
///
/// - `Weather.swift`: an agent with 10 attempts, 2 to 120 s apart.
/// - `FileJob.swift`: a job that blocks, with 3 attempts.
/// - `Payments.swift`: a breaker that opens after 3 failures, for 30 s.
/// - `Reload.swift`: the file is changed while the agent runs.
///
/// Requests and files are real. The waits are not: all of them are made on a clock that jumps to their end, so that
/// minutes pass in no time. An application leaves the clock out.
@main
struct Configured: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Configured",
        abstract: "Shows retries that are configured by a file, and reconfigured while the program runs."
    )

    func run() async throws {
        Watchdog.start(.seconds(30))
        let folder = FileManager.default.temporaryDirectory.appending(component: "configured-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let scripts = [Program.weatherScript, Program.paymentScript]
        try await Upstream.run(scripts.reduce(into: [:]) { $0.merge($1) { one, _ in one } }) { upstream in
            try await HTTPClient.withHTTPClient(configuration: .withoutOwnRetries) { client in
                let program = try Program(folder: folder, client: client, upstream: upstream)
                try await program.getTheWeather()
                try program.readTheReport()
                try await program.pay()
                try await program.reload()
                try program.checks.finish()
            }
        }
    }
}

/// A program with a configuration file; its work is in extensions.
struct Program {
    let folder: URL
    let file: URL
    let client: HTTPClient
    let upstream: Upstream
    let operations: ReloadingRetryOperations
    let checks = Checks()

    private static let text = """
        {
            "name": "weather_agent",
            "retry_policy": {
                "max_attempts": 10, "min_wait": 2.0, "max_wait": 120.0, "custom_exceptions": ["StationOffline"],
                "operations": {
                    "report": {"max_attempts": 3, "custom_exceptions": ["ReportIncomplete"]},
                    "payment": {"max_attempts": 1}
                },
                "circuit_breaker": {"consecutive_failures": 3, "break_duration": "30s"}
            }
        }
        """

    /// The only types that a configuration can name: nothing in it is ever evaluated.
    private static let errors = ErrorTypeRegistry()
        .registering(StationOffline.self)
        .registering(ReportIncomplete.self)

    init(folder: URL, client: HTTPClient, upstream: Upstream) throws {
        self.folder = folder
        self.client = client
        self.upstream = upstream
        file = folder.appending(component: "agent.json")
        try Data(Self.text.utf8).write(to: file)
        operations = try ReloadingRetryOperations(contentsOf: file, errors: Self.errors, isStrict: true)
    }

    /// Begins a part of the output, and the checks that belong to it.
    func begin(_ subject: String, _ comment: String) {
        checks.subject = subject
        print("\n\(subject): \(comment)")
    }
}

extension RetryOperationKind {
    static let report = RetryOperationKind("report")
    static let payment = RetryOperationKind("payment")
}
