import ArgumentParser
import AsyncHTTPClient
import Foundation
import RetryAsync
import Shared
import SharedHTTP

/// A service in front of an upstream that a button breaks, with pages that show its state.
///
/// ```sh
/// swift run --package-path Examples ProxyService                # then open http://127.0.0.1:8080/ in a browser
/// swift run --package-path Examples ProxyService --self-test    # fails unless the pages are right
/// ```
///
/// - `Proxy.swift`: the pipeline with its breaker, its budget and its observers, and the routes of the service.
/// - `Traffic.swift`: an observer of the latency, and of the attempts that the guards withhold from the upstream.
/// - `Status.swift`: the data of the dashboard, as JSON.
/// - `Dashboard.swift`, `Dashboard+Script.swift`: the dashboard: a page with a script that reads the status.
/// - `SelfTest.swift`: the visitors, and the checks.
/// - `Observers/`: observers over swift-log, swift-metrics and swift-distributed-tracing. Copy them.
@main
struct ProxyService: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ProxyService",
        abstract: "A proxy in front of a service that a button breaks, with a page of metrics and a dashboard."
    )

    @Option(help: "The port of the service; 0 for one that is free.")
    var port = 8080

    @Option(help: ArgumentHelp("End after some time.", valueName: "seconds"))
    var seconds: Int?

    @Flag(help: "Check the pages while visitors come, and fail unless they are right.")
    var selfTest = false

    func run() async throws {
        if selfTest { Watchdog.start(.seconds(30)) }
        let fault = UpstreamFault()
        // Each client is shut down before the server that it calls.
        try await Upstream.run(["/orders": [.decided { _ in fault.answer() }]]) { upstream in
            try await HTTPClient.withHTTPClient(configuration: .withoutOwnRetries) { client in
                let records = selfTest ? Records() : nil
                let proxy = Proxy(upstream: upstream, fault: fault, client: client, records: records)
                try await proxy.serve(port: selfTest ? 0 : port) { port in
                    try await HTTPClient.withHTTPClient(configuration: .withoutOwnRetries) { visitor in
                        try await visit(Visitors(client: visitor, port: port), records)
                    }
                }
            }
        }
    }

    private func visit(_ visitors: Visitors, _ records: Records?) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await visitors.come() }
            if let records {
                try await visitors.check(records)
            } else {
                print("The dashboard is at \(visitors.url("/")); Ctrl-C ends the service.")
                fflush(nil)
                try await Task.sleep(for: seconds.map { .seconds($0) } ?? .seconds(86_400))
            }
            group.cancelAll()
        }
    }
}
