import AsyncHTTPClient
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Observers
import RetryAsync
import SharedHTTP
import Tracing

/// A proxy that passes requests on to the upstream, and reports the results.
struct Proxy: Sendable {
    private let upstream: Upstream
    private let fault: UpstreamFault
    private let client: HTTPClient
    private let records: Records?
    private let breaker: CircuitBreaker
    private let budget: RetryBudget
    private let counts = RetryMetrics()
    private let traffic: Traffic
    private let registry = PrometheusRegistry()
    private let executor: RetryPipeline

    init(upstream: Upstream, fault: UpstreamFault, client: HTTPClient, records: Records?) {
        self.upstream = upstream
        self.fault = fault
        self.client = client
        self.records = records
        breaker = CircuitBreaker(
            "orders",
            policy: CircuitBreakerPolicy(consecutiveFailures: 8, breakDuration: .milliseconds(800)),
            observer: [.log { _, line in print(line) }, .swiftMetrics(registry)])
        budget = RetryBudget(
            .ratio(0.05, floor: 1, ttl: .seconds(5)), named: "orders", observer: .swiftMetrics(registry))
        let policy = RetryPolicy.api.maxAttempts(3).backoff(.exponential(initial: .milliseconds(20)))
        traffic = Traffic(maxAttempts: policy.maxAttempts)
        var observers = [counts.observer, traffic.observer, .swiftMetrics(registry)]
        // A service sends its logs and traces to their collectors.
        if let records { observers += [.swiftLog(records.logger), .tracing(records.tracer)] }
        executor = RetryPipeline(policy: policy)
            .named("orders")
            .breaker(breaker)
            .budget(budget)
            .observer(RetryObserver(observers))
    }

    /// Serves on a port while `body` runs.
    func serve<Result>(port: Int, _ body: (Int) async throws -> Result) async throws -> Result {
        let router = Router()
        router.get("orders") { _, _ in await orders() }
        router.get("/") { _, _ in page(Dashboard.html, "text/html; charset=utf-8") }
        router.get("metrics") { _, _ in page(registry.text, "text/plain; version=0.0.4") }
        router.get("status") { _, _ in page(try await status.json, "application/json") }
        router.post("upstream/break") { _, _ in setFault(true) }
        router.post("upstream/mend") { _, _ in setFault(false) }
        let responder = router.buildResponder()
        return try await LocalServer.run(port: port) { request, context in
            try await responder.respond(to: request, context: context)
        } body: { port in
            try await body(port)
        }
    }

    private var status: Status {
        get async {
            let received = await upstream.requestCount
            let upstream = Status.Upstream(
                isBroken: fault.isOn, received: received, wanted: traffic.wanted(received: received))
            return Status(counts.snapshot(), breaker.snapshot, budget.snapshot(), upstream, traffic.latency)
        }
    }

    private func setFault(_ isOn: Bool) -> Response {
        fault.isOn = isOn
        return Response(status: .noContent)
    }

    /// Returns the upstream's orders; 503 if the upstream is not called, and 502 if it failed to answer.
    private func orders() async -> Response {
        do {
            let url = upstream.url("/orders")
            return page(try await traced { try await executor.execute { try await client.text(url) } }, "text/plain")
        } catch is CircuitOpenError {
            return Response(status: .serviceUnavailable, headers: [.retryAfter: "1"])
        } catch {
            return Response(status: .badGateway)
        }
    }

    private func traced(_ body: () async throws -> String) async throws -> String {
        guard let records else { return try await body() }
        return try await records.tracer.withSpan("GET /orders") { _ in try await body() }
    }

    private func page(_ text: String, _ type: String) -> Response {
        let body = ResponseBody(byteBuffer: ByteBuffer(string: text))
        return Response(status: .ok, headers: [.contentType: type], body: body)
    }
}
