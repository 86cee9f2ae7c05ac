import Foundation
import RetryFoundation
import Testing

@Suite("What no tool and no user should send a tracker", .timeLimit(.minutes(5)))
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
        let error = #expect(throws: ConfigurationError.self) {
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
        let error = #expect(throws: ConfigurationError.self) { try ToolRetryConfiguration(contentsOf: file) }
        #expect(error?.reason == .tooLarge)
    }

    // MARK: Results

    /// A result, and whether it is a success, or a failure that is not worth a retry.
    static let results: [(String, TrackerDecision)] = [
        ("", .succeeded), ("{", .succeeded), ("{\"isError\": NaN}", .succeeded),
        ("{\"isError\": true, \"isError\": true}", .succeeded),
        ("{\"isError\": true, \"is\\u0045rror\": true}", .succeeded),
        (status("null"), .succeeded), (status("0"), .succeeded), (status("-1"), .succeeded),
        (status("-503"), .succeeded),
        (status("399.5"), .succeeded), (status("1e400"), .succeeded), (status("1e-400"), .succeeded),
        (status("9223372036854775808"), .succeeded), (status("\u{665}\u{660}\u{663}"), .succeeded),
        (status("9223372036854775807"), .giveUp), (status("-9223372036854775808"), .succeeded),
        (status("2147483648"), .giveUp), (status("1000"), .giveUp), (status("503, \"status_code\": 503"), .succeeded),
        ("{\"content\": [{\"type\": \"text\", \"text\": \"\(String(repeating: "[", count: 100_000))\"}]}", .succeeded),
        (String(repeating: "{\"structuredContent\":", count: 10_000), .succeeded),
        ("{\"content\": [\(String(repeating: "[],", count: 50_000))[]]}", .succeeded),
    ]

    private static func status(_ value: String) -> String { "{\"structuredContent\": {\"status_code\": \(value)}}" }

    @Test(arguments: results.indices)
    func aResultIsNoRetry(index: Int) throws {
        let configuration = try ToolRetryConfiguration(json: Data("{\"check_text_content\": true}".utf8))
        let tracker = try RetryTracker(configuration: configuration, textReader: .json)
        let (text, decision) = Self.results[index]
        #expect(tracker.record(ToolResult(json: Data(text.utf8)), tool: "a", request: "1") == decision)
        #expect(tracker.count == 0)
    }

    @Test func aResultOf100MegabytesIsNotRead() {
        #expect(ToolResult(json: Data(count: 100_000_000)) == ToolResult(oddities: .tooLarge))
    }
}
