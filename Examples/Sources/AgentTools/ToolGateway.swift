import AsyncHTTPClient
import Foundation
import RetryAsync
import RetryFoundation
import Shared
import SharedHTTP

/// A gateway that calls tools for an agent.
///
/// A tool that fails answers with the status 200 and a result that reports the failure: no error is thrown, and a
/// wrapper around calls would not detect it. The gateway makes the calls itself, and a tracker decides after each
/// result.
private struct ToolGateway {
    let tracker: RetryTracker
    let send: (_ tool: String, _ request: String) async throws -> Data

    /// Calls a tool until the tracker ends the retries.
    ///
    /// - Returns: The tracker's last decision, and the number of calls.
    func call(_ tool: String, request: String) async throws -> (decision: RetryTrackerDecision, calls: Int) {
        var calls = 0
        while true {
            calls += 1
            let result = RetryTracker.ToolResult(json: try await send(tool, request))
            let answer = tracker.toolPostInvoke(result, tool: tool, request: request)
            guard case .retry(let delay) = answer.decision else { return (answer.decision, calls) }
            try await Task.sleep(for: delay)
        }
    }
}

extension Agent {
    /// The tools' answers: each the `result` of a JSON-RPC response.
    static let gatewayScript: Upstream.Script = [
        "/tools/search": [
            tool(#"{"isError": true, "structuredContent": {"status_code": 503}}"#),
            tool(#"{"isError": true, "structuredContent": {"status_code": 429}}"#),
            tool(#"{"content": [{"type": "text", "text": "three hits"}]}"#),
        ],
        "/tools/payments": [tool(#"{"isError": true, "structuredContent": {"status_code": 503}}"#)],
        "/tools/files": [tool(#"{"isError": true, "structuredContent": {"status_code": 404}}"#)],
        "/tools/legacy": [
            tool(#"{"content": [{"type": "text", "text": "{\"isError\": true}"}]}"#),
            tool(#"{"content": [{"type": "text", "text": "{\"rows\": 3}"}]}"#),
        ],
        "/tools/flaky": [tool(#"{"isError": true}"#)],
    ]

    private static func tool(_ result: String) -> Upstream.Answer {
        .json(#"{"jsonrpc": "2.0", "id": 1, "result": \#(result)}"#)
    }

    /// Search may be tried often, a payment never twice, and a legacy tool reports its failures in texts.
    private static let configuration = """
        {
            "max_retries": 5, "backoff_base_ms": 20, "max_backoff_ms": 200,
            "tool_overrides": {
                "payments": {"max_retries": 0},
                "legacy": {"check_text_content": true, "backoff_base_ms": 5}
            }
        }
        """

    func callTools() async throws {
        begin("Tool gateway", "five tools, each with its policy")
        let (events, log) = AsyncStream.makeStream(of: RetryTrackerEvent.self)
        let tracker = try RetryTracker(
            configuration: ToolRetryConfiguration(json: Data(Self.configuration.utf8)), textReader: .json,
            onEvent: { log.yield($0) })
        let gateway = ToolGateway(tracker: tracker) { tool, request in
            let call = #"{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "\#(tool)"}}"#
            let response = try await client.text(upstream.url("/tools/\(tool)"), posting: call)
            return try Self.result(of: response)
        }

        for (tool, decision, calls) in [
            ("search", RetryTrackerDecision.succeeded, 3), ("payments", .giveUp, 1), ("files", .giveUp, 1),
            ("legacy", .succeeded, 2), ("flaky", .giveUp, 4),
        ] {
            let end = try await gateway.call(tool, request: "run-7")
            print("    \(tool.padded(10))  \(end.decision) after \(end.calls) of \(retries(tracker, tool))")
            checks.expect("end of \(tool)", end.decision, is: decision)
            checks.expect("calls of \(tool)", end.calls, is: calls)
            await expectRequests("/tools/\(tool)", calls)
        }
        checks.expect("keys left", tracker.count, is: 0)

        log.finish()
        let codes = await events.reduce(into: [:]) { $0[$1.code, default: 0] += 1 }
        print("    events: \(codes.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", "))")
        let expected = [
            // The gateway allows three retries under any configuration: all tools, and `legacy` by inheritance.
            "retry_ceiling_applied": 2,
            "retry": 6, "success": 2, "permanent_fail": 1, "max_attempts_exceeded": 2,
        ]
        checks.expect("events", codes, is: expected)
    }

    private func retries(_ tracker: RetryTracker, _ tool: String) -> String {
        "at most \(1 + tracker.policy(for: tool).maxRetries)"
    }

    /// Extracts a result from its envelope; an answer without one is not of the protocol.
    private static func result(of response: String) throws -> Data {
        let envelope = try JSONSerialization.jsonObject(with: Data(response.utf8)) as? [String: Any]
        guard let result = envelope?["result"] else { throw PermanentError("no result: \(response)") }
        return try JSONSerialization.data(withJSONObject: result)
    }
}
