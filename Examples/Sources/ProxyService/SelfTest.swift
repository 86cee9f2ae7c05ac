import AsyncHTTPClient
import Foundation
import InMemoryLogging
import InMemoryTracing
import Logging
import Shared
import SharedHTTP
import Tracing

/// The logs and the traces of the service.
struct Records: Sendable {
    let tracer = InMemoryTracer()
    let log = InMemoryLogHandler()

    var logger: Logger {
        var logger = Logger(label: "proxy") { _ in log }
        logger.logLevel = .warning
        return logger
    }
}

/// The clients of the service, and of its pages.
struct Visitors: Sendable {
    let client: HTTPClient
    let port: Int

    func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

    /// Requests orders, fifty times a second, until the task is cancelled.
    func come() async throws {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                group.addTask { _ = try? await client.get(url("/orders")) }
                try? await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    /// Reads the pages for the time of two outages, and checks that they show them.
    func check(_ records: Records) async throws {
        let checks = Checks("the pages")
        var seen: [Status] = []
        for _ in 1...60 {
            seen.append(try JSONDecoder().decode(Status.self, from: Data(try await client.text(url("/status")).utf8)))
            try await Task.sleep(for: .milliseconds(100))
        }
        guard let first = seen.first, let last = seen.last else { return }
        print("    \(last.calls) calls, \(last.successes) answered, \(last.retries) retries, ends: \(last.ends)")
        let states = Set(seen.map(\.circuit.state))
        checks.expect("calls", Double(last.calls - first.calls), atLeast: 50)
        checks.expect("answered calls", Double(last.successes), atLeast: 20)
        checks.expect("retries", Double(last.retries), atLeast: 1)
        checks.expect("circuit was closed", states.contains("closed"), is: true)
        checks.expect("circuit was open", states.contains("open"), is: true)
        checks.expect("rejected calls", Double(last.ends["circuit_open"] ?? 0), atLeast: 1)
        checks.expect("granted retries", Double(last.budget.granted), atLeast: 1)
        checks.expect("budget moved", Set(seen.map(\.budget.balance)).count > 1, is: true)

        try await checkMetrics(checks, atLeast: last)
        let page = try await client.text(url("/"))
        for id in ["state", "balance", "calls", "retries", "chart", "ends"] {
            checks.expect("dashboard shows \(id)", page.contains("id=\"\(id)\""), is: true)
        }
        checkSpans(checks, records.tracer.finishedSpans)
        let retries = records.log.entries.filter { $0.message == "retry" }
        print("    \(retries.count) retries in the log, such as \(retries.first?.metadata ?? [:])")
        checks.expect("retries in the log", Double(retries.count), atLeast: Double(last.retries))
        checks.expect("level of retries", retries.allSatisfy { $0.level == .warning }, is: true)
        checks.expect("class in the log", retries.first?.metadata["class"], is: "server_error")
        try checks.finish()
    }

    /// Checks that the page of metrics has the counts of the status.
    private func checkMetrics(_ checks: Checks, atLeast status: Status) async throws {
        let lines = try await client.text(url("/metrics")).split(separator: "\n")
        for line in lines where line.contains("retry\"") || line.contains("_count") { print("    \(line)") }
        func total(_ event: String) -> Double {
            lines.filter { $0.hasPrefix("retry_events_total{event=\"\(event)\"") }
                .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
        }
        checks.expect("successes among the metrics", total("success"), atLeast: Double(status.successes))
        checks.expect("retries among the metrics", total("retry"), atLeast: Double(status.retries))
        let tags = "class=\"server_error\",error_type=\"HTTPError\",operation=\"orders\""
        checks.expect("tags", lines.contains { $0.contains("event=\"retry\",\(tags)") }, is: true)
        checks.expect("waits", lines.contains { $0.hasPrefix("retry_wait_seconds_sum{") }, is: true)
    }

    /// Checks that each span has its attempts, and the end of the call.
    private func checkSpans(_ checks: Checks, _ spans: [FinishedInMemorySpan]) {
        let retried = spans.filter { $0.events.contains { $0.name == "retry" } }
        let names = retried.first?.events.map(\.name) ?? []
        print("    \(spans.count) spans, \(retried.count) of them with retries, such as \(names)")
        checks.expect("spans with retries", Double(retried.count), atLeast: 1)
        checks.expect("first event of a span", names.first, is: "attempt")
        let ends: Set = ["success", "max_attempts_exceeded", "circuit_open", "budget_exhausted"]
        checks.expect("spans that ended", spans.allSatisfy { ends.contains($0.events.last?.name ?? "") }, is: true)
    }
}
