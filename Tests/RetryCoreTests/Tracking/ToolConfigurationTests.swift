import Foundation
import RetryCore
import Testing

@Suite("Configurations of tools", .timeLimit(.minutes(20)))
struct ToolConfigurationTests {
    private func decode(_ text: String) throws -> ToolRetryConfiguration {
        try JSONDecoder().decode(ToolRetryConfiguration.self, from: Data(text.utf8))
    }

    @Test func whatIsLeftOutIsAsInTheSeed() throws {
        let policy = try decode("{}").base
        #expect(policy == ToolRetryPolicy())
        #expect(policy.maxRetries == 2)
        #expect(policy.backoffBaseMilliseconds == 200)
        #expect(policy.maxBackoffMilliseconds == 5_000)
        #expect(policy.retryOnStatus == [429, 500, 502, 503, 504])
        #expect(policy.jitter)
        #expect(!policy.checksTextContent)
    }

    @Test func everyKeyIsRead() throws {
        let configuration = try decode(
            """
            {"max_retries": 1, "backoff_base_ms": 10, "max_backoff_ms": 20, "retry_on_status": [503, 418, 503],
             "jitter": false, "check_text_content": true,
             "tool_overrides": {"a": {"max_retries": 0}, "b": {"backoff_base_ms": 15, "jitter": true,
             "retry_on_status": [], "max_backoff_ms": null, "check_text_content": false}}}
            """)
        #expect(
            configuration.base
                == ToolRetryPolicy(
                    maxRetries: 1, backoffBaseMilliseconds: 10, maxBackoffMilliseconds: 20, retryOnStatus: [418, 503],
                    jitter: false, checksTextContent: true))
        let tracker = try RetryTracker(configuration: configuration, textReader: ToolTextReader { _ in nil })
        #expect(tracker.policy(for: "a").maxRetries == 0)
        #expect(tracker.policy(for: "a").retryOnStatus == [418, 503])
        #expect(
            tracker.policy(for: "b")
                == ToolRetryPolicy(
                    maxRetries: 1, backoffBaseMilliseconds: 15, maxBackoffMilliseconds: 20, retryOnStatus: [],
                    jitter: true, checksTextContent: false))
        let copy = try JSONDecoder().decode(
            ToolRetryConfiguration.self, from: JSONEncoder().encode(configuration))
        #expect(copy == configuration)
    }

    @Test(
        arguments: [
            (#"{"max_retries": -1}"#, "max_retries"), (#"{"max_retries": 1.5}"#, "max_retries"),
            (#"{"max_retries": "3"}"#, "max_retries"), (#"{"max_retries": 1e400}"#, nil),
            (#"{"max_retries": 99999999999999999999}"#, "max_retries"),
            (#"{"backoff_base_ms": 0}"#, "backoff_base_ms"), (#"{"max_backoff_ms": 0}"#, "max_backoff_ms"),
            (#"{"backoff_base_ms": 6000}"#, "max_backoff_ms"), (#"{"max_backoff_ms": 86400001}"#, "max_backoff_ms"),
            (#"{"retry_on_status": [99]}"#, "retry_on_status"), (#"{"retry_on_status": [1000]}"#, "retry_on_status"),
            (#"{"retry_on_status": 503}"#, "retry_on_status"), (#"{"retry_on_status": ["503"]}"#, "retry_on_status"),
            (#"{"jitter": 1}"#, "jitter"), (#"{"retries": 1}"#, "retries"), ("[]", ""), ("3", ""),
            (#"{"tool_overrides": {"x": {"max_backoff_ms": 50}}}"#, "tool_overrides.x.max_backoff_ms"),
            (#"{"tool_overrides": {"x": {"tool_overrides": {}}}}"#, "tool_overrides.x.tool_overrides"),
            (#"{"tool_overrides": {"x": {"max_retries": -1}}}"#, "tool_overrides.x.max_retries"),
            (#"{"tool_overrides": []}"#, "tool_overrides"),
        ] as [(String, String?)])
    func valuesThatMakeNoSenseAreErrorsWithTheirPath(text: String, setting: String?) {
        do {
            let configuration = try decode(text)
            Issue.record("\(configuration) was read")
        } catch DecodingError.dataCorrupted(let context), DecodingError.typeMismatch(_, let context) {
            let path = context.codingPath.filter { $0.intValue == nil }.map(\.stringValue).joined(separator: ".")
            if let setting { #expect(path == setting) }
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test func metadataIsThePolicyInForce() throws {
        let configuration = ToolRetryConfiguration(
            base: ToolRetryPolicy(maxRetries: 9), overrides: ["t": .init(maxRetries: 1, checksTextContent: true)])
        let tracker = try RetryTracker(configuration: configuration, textReader: ToolTextReader { _ in nil })
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        func text(_ value: some Encodable) throws -> String {
            String(decoding: try encoder.encode(value), as: UTF8.self)
        }
        let answer = tracker.toolPostInvoke(RetryTracker.ToolResult(), tool: "t", request: "1")
        #expect(answer.decision == .succeeded)
        #expect(
            try text(answer.metadata) == """
                {"retry_policy":{"backoff_base_ms":200,"max_backoff_ms":5000,"max_retries":1,\
                "retry_on_status":[429,500,502,503,504]}}
                """)
        #expect(answer.metadata.nativePolicy == nil)
        let resource = tracker.resourcePostFetch()
        #expect(resource.policy.maxRetries == 3)
        #expect(
            try text(resource.nativePolicy) == """
                {"backoffBaseMs":200,"jitter":true,"kind":"retry_with_backoff","maxBackoffMs":5000,"maxRetries":3,\
                "retryOnStatus":[429,500,502,503,504]}
                """)
    }
}
