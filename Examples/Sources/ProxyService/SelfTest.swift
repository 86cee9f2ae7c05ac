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
        logger.logLevel = .info
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

    /// Reads the pages while the upstream is broken and mended twice, and checks that they show it.
    func check(_ records: Records) async throws {
        let checks = Checks("the pages")
        var seen: [Status] = []
        for number in 1...60 {
            if number % 30 == 10 { _ = try await client.text(url("/upstream/break"), posting: "") }
            if number % 30 == 20 { _ = try await client.text(url("/upstream/mend"), posting: "") }
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
        let (wanted, received) = (last.upstream.wanted, last.upstream.received)
        print("    the upstream received \(received) requests of \(wanted) that were wanted")
        checks.expect("requests that the guards withheld", Double(wanted - received), atLeast: 50)
        checks.expect("upstream was broken", Set(seen.map(\.upstream.isBroken)), is: [true, false])
        checks.expect("latency in the outage", seen.map(\.latency.p95).max() ?? 0, atLeast: 100)
        checks.expect("budget moved", Set(seen.map(\.budget.balance)).count > 1, is: true)

        try await checkMetrics(checks, atLeast: last)
        let page = try await client.text(url("/"))
        for id in ["state", "balance", "calls", "retries", "band", "load", "latency", "fault", "ends"] {
            checks.expect("dashboard shows \(id)", page.contains("id=\"\(id)\""), is: true)
        }
        checkSpans(checks, records.tracer.finishedSpans)
        let retries = records.log.entries.filter { $0.message == "retry" }
        print("    \(retries.count) retries in the log, such as \(retries.first?.metadata ?? [:])")
        checks.expect("retries in the log", Double(retries.count), atLeast: Double(last.retries))
        checks.expect("level of retries", retries.allSatisfy { $0.level == .info }, is: true)
        checks.expect("class in the log", retries.first?.metadata["retry.class"], is: "server_error")
        try checks.finish()
    }

    /// Checks that the page of metrics has the counts of the status.
    private func checkMetrics(_ checks: Checks, atLeast status: Status) async throws {
        let lines = try await client.text(url("/metrics")).split(separator: "\n")
        for line in lines where line.contains("_count") { print("    \(line)") }
        func total(_ series: String) -> Double {
            lines.filter { $0.hasPrefix(series) }
                .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
        }
        let success = "retry_call_duration_count{retry_operation=\"orders\",retry_outcome=\"success\""
        checks.expect("successes among the metrics", total(success), atLeast: Double(status.successes))
        let retries = "retry_retries_total{retry_operation=\"orders\",retry_class=\"server_error\""
        checks.expect("retries among the metrics", total(retries), atLeast: Double(status.retries))
        checks.expect("type of the errors", lines.contains { $0.contains("error_type=\"HTTPError\"") }, is: true)
        checks.expect("waits", total("retry_retry_delay_count{"), atLeast: Double(status.retries))
        let opened = "retry_breaker_changes_total{retry_breaker=\"orders\",retry_state=\"open\"}"
        checks.expect("openings of the circuit", total(opened), atLeast: 1)
        checks.expect("state of the circuit", lines.contains { $0.hasPrefix("retry_breaker_state{") }, is: true)
    }

    /// Checks that each span has an event for each retry, and a status for a call that failed.
    private func checkSpans(_ checks: Checks, _ spans: [FinishedInMemorySpan]) {
        let calls = spans.filter { $0.operationName == "retry orders" }
        let retried = calls.filter { $0.events.contains { $0.name == "retry" } }
        let failed = calls.filter { $0.status?.code == .error }
        print("    \(calls.count) spans of calls, \(retried.count) with retries, \(failed.count) failed")
        checks.expect("spans with retries", Double(retried.count), atLeast: 1)
        let ends: Set = ["max_attempts_exceeded", "circuit_open", "budget_exhausted"]
        checks.expect("failures of spans", failed.allSatisfy { ends.contains($0.status?.message ?? "") }, is: true)
        checks.expect("spans that failed", Double(failed.count), atLeast: 1)
    }
}
