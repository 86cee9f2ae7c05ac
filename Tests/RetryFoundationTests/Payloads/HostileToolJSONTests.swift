import Foundation
import RetryFoundation
import Testing

@Suite("What no tool and no user should send a tracker", .timeLimit(.minutes(20)))
struct HostileToolJSONTests {
    // MARK: Configurations

    /// A configuration, and the setting that its error must name; `nil` if it is no JSON at all.
    static let configurations: [(String, String?)] = [
        ("", nil), (" ", nil), ("{", nil), ("{}}", nil), ("{\"max_retries\": NaN}", nil),
        ("{\"max_retries\": 1, \"max_retries\": 2}", nil), ("{\"tool_overrides\": {\"x\": {}, \"\\u0078\": {}}}", nil),
        ("{\"tool_overrides\": {\"caf\u{E9}\": {}, \"cafe\u{301}\": {}}}", nil),
        (String(repeating: "[", count: 100_000), nil),
        (String(repeating: "{\"tool_overrides\":", count: 10_000), nil),
        ("{\"max_retrys\": 1}", "max_retrys"), ("{\"\": 1}", ""),
        ("{\"max_retries\": -1}", "max_retries"), ("{\"max_retries\": 0.5}", "max_retries"),
        ("{\"max_retries\": 1e400}", "max_retries"), ("{\"max_retries\": 9223372036854775808}", "max_retries"),
        ("{\"max_retries\": 1e-400}", "max_retries"), ("{\"max_retries\": []}", "max_retries"),
        ("{\"backoff_base_ms\": 0}", "backoff_base_ms"), ("{\"backoff_base_ms\": -5}", "backoff_base_ms"),
        ("{\"backoff_base_ms\": 300, \"max_backoff_ms\": 200}", "max_backoff_ms"),
        ("{\"max_backoff_ms\": 9223372036854775807}", "max_backoff_ms"),
        ("{\"retry_on_status\": [0]}", "retry_on_status"), ("{\"retry_on_status\": [-503]}", "retry_on_status"),
        ("{\"jitter\": 0.5}", "jitter"), ("{\"tool_overrides\": {\"x\": 3}}", "tool_overrides.x"),
        ("{\"tool_overrides\": {\"x\": {\"backoff_base_ms\": 9999}}}", "tool_overrides.x.max_backoff_ms"),
    ]

    @Test(arguments: configurations.indices)
    func aConfigurationIsRefused(index: Int) {
        let (text, setting) = Self.configurations[index]
        let error = #expect(throws: RetryConfigurationError.self) {
            try ToolRetryConfiguration(json: Data(text.utf8))
        }
        #expect(error?.reason == (setting == nil ? .malformed : .invalidSetting))
        #expect(error?.setting == setting)
    }

    @Test func whatIsNullIsLeftOut() throws {
        let keys = [
            "max_retries", "backoff_base_ms", "max_backoff_ms", "retry_on_status", "jitter", "check_text_content",
            "tool_overrides",
        ]
        let text = "{" + keys.map { "\"\($0)\": null" }.joined(separator: ", ") + "}"
        #expect(try ToolRetryConfiguration(json: Data(text.utf8)) == ToolRetryConfiguration())
    }

    @Test func aHugeConfigurationIsNotRead() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("tools-\(UUID().uuidString).json")
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        // 100 MB that take no place on the disk.
        let handle = try FileHandle(forWritingTo: file)
        try handle.truncate(atOffset: 100_000_000)
        try handle.close()
        let error = #expect(throws: RetryConfigurationError.self) { try ToolRetryConfiguration(contentsOf: file) }
        #expect(error?.reason == .tooLarge)
    }

    // MARK: Results

    /// A result, and what is decided about it.
    static let results: [(String, RetryTrackerDecision)] =
        [
            (status("null"), .succeeded), (status("0"), .succeeded), (status("-1"), .succeeded),
            (status("-503"), .succeeded), (status("-9223372036854775808"), .succeeded),
            (status("9223372036854775807"), .giveUp), (status("2147483648"), .giveUp), (status("1000"), .giveUp),
            (text(String(repeating: "[", count: 100_000)), .succeeded), (text("{"), .succeeded),
            (text(#"{'isError': true}"#), .succeeded), (text(#"{\"isError\": true"#), .succeeded),
        ] + unreadable.map { ($0, .unreadable) }

    /// Results that do not say whether the call failed.
    static let unreadable = [
        "", "{", "[]", "3", "\"failed\"", "{\"isError\": NaN}", "{\"isError\": true, \"isError\": true}",
        "{\"isError\": true, \"is\\u0045rror\": true}", "{\"x\": 1, \"x\": 2}", "{\"x\": {\"y\": 1, \"y\": 1}}",
        "{\"x\": \"\\ud83d\"}", "{\"x\": \"\\ude00\"}", "{\"\\ud83d\": 1}", "{\"x\": \(nested(64))}",
        "{\"isError\": 1}", "{\"isError\": 0}", "{\"isError\": \"true\"}", "{\"isError\": []}",
        "{\"structuredContent\": []}", "{\"structuredContent\": \"x\"}", "{\"structuredContent\": {\"isError\": 1}}",
        "{\"isError\": 1, \"structuredContent\": {\"status_code\": 200}}",
        status("\"503\""), status("\"200\""), status("399.5"), status("503.0"), status("5.03e2"), status("1e400"),
        status("1e-400"), status("true"), status("[503]"), status("9223372036854775808"),
        status("\u{665}\u{660}\u{663}"), status("503, \"status_code\": 503"),
        String(repeating: "{\"structuredContent\":", count: 10_000),
        "{\"content\": [\(String(repeating: "[],", count: 50_000))[]]}", "{\"content\": \"x\"}",
        text(#"{\"isError\": 1}"#), text(#"{\"status_code\": \"503\"}"#), text(#"{\"x\": 1, \"x\": 1}"#),
        text(#"{\"x\": \"\\ud83d\"}"#), text(#"{\"x\": "# + nested(64) + "}"),
    ]

    private static func nested(_ levels: Int) -> String {
        String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }

    private static func text(_ text: String) -> String {
        "{\"content\": [{\"type\": \"text\", \"text\": \"\(text)\"}]}"
    }

    private static func status(_ value: String) -> String { "{\"structuredContent\": {\"status_code\": \(value)}}" }

    private func tracker(_ unreadable: RetryTracker.UnreadableResults = .undecided) throws -> RetryTracker {
        let configuration = try ToolRetryConfiguration(
            json: Data("{\"check_text_content\": true, \"jitter\": false}".utf8))
        return try RetryTracker(configuration: configuration, textReader: .json, unreadableResults: unreadable)
    }

    private let failure = RetryTracker.ToolResult(isError: true)

    @Test(arguments: results.indices)
    func aResultIsNoRetry(index: Int) throws {
        let tracker = try tracker()
        let (text, decision) = Self.results[index]
        #expect(tracker.record(RetryTracker.ToolResult(json: Data(text.utf8)), tool: "a", request: "1") == decision)
        #expect(tracker.count == 0)
    }

    @Test(arguments: unreadable.indices)
    func whatCannotBeReadChangesNothing(index: Int) throws {
        let tracker = try tracker()
        let result = RetryTracker.ToolResult(json: Data(Self.unreadable[index].utf8))
        #expect(tracker.record(failure, tool: "a", request: "1") == .retry(after: .milliseconds(200)))
        #expect(tracker.record(result, tool: "a", request: "1") == .unreadable)
        #expect(tracker.count == 1)
        #expect(tracker.record(failure, tool: "a", request: "1") == .retry(after: .milliseconds(400)))
        #expect(tracker.record(result, tool: "a", request: "1") == .unreadable)
        #expect(tracker.record(failure, tool: "a", request: "1") == .giveUp)
    }

    @Test func aTextThatIsTooLargeCannotBeRead() throws {
        let large = RetryTracker.ToolResult(texts: ["{\"isError\": false}" + String(repeating: " ", count: 1 << 20)])
        #expect(try tracker().record(large, tool: "a", request: "1") == .unreadable)
        let other = RetryTracker.ToolResult(texts: ["[1]" + String(repeating: " ", count: 1 << 20)])
        #expect(try tracker().record(other, tool: "a", request: "1") == .succeeded)
    }

    @Test func whatCannotBeReadCountsAsTheCallerSays() throws {
        let result = RetryTracker.ToolResult(json: Data("{\"isError\": 1}".utf8))
        let failures = try tracker(.failures)
        #expect(failures.record(result, tool: "a", request: "1") == .retry(after: .milliseconds(200)))
        #expect(failures.record(result, tool: "a", request: "1") == .retry(after: .milliseconds(400)))
        #expect(failures.record(result, tool: "a", request: "1") == .giveUp)
        let successes = try tracker(.successes)
        #expect(successes.record(failure, tool: "a", request: "1") == .retry(after: .milliseconds(200)))
        #expect(successes.record(result, tool: "a", request: "1") == .succeeded)
        #expect(successes.count == 0)
    }

    /// A readable part of a result suffices if it says that the call failed.
    @Test(
        arguments: [
            ("{\"isError\": true, \"structuredContent\": {\"status_code\": \"503\"}}", true),
            ("{\"isError\": true, \"structuredContent\": []}", true), ("{\"isError\": true, \"content\": 3}", true),
            ("{\"isError\": 1, \"structuredContent\": {\"status_code\": 503}}", true),
            ("{\"isError\": 1, \"structuredContent\": {\"status_code\": 404}}", false),
        ])
    func aFailureNeedsNoMoreThanOneWord(text: String, isRetry: Bool) throws {
        let decision = try tracker().record(RetryTracker.ToolResult(json: Data(text.utf8)), tool: "a", request: "1")
        #expect(decision == (isRetry ? .retry(after: .milliseconds(200)) : .giveUp))
    }

    @Test func aResultOf100MegabytesIsNotRead() {
        #expect(
            RetryTracker.ToolResult(json: Data(count: 100_000_000))
                == RetryTracker.ToolResult(malformedParts: .tooLarge))
    }
}
