import Foundation
import RetryFoundation
import Testing

@Suite("Tool results from JSON", .timeLimit(.minutes(20)))
struct ToolResultJSONTests {
    private func result(_ text: String) -> RetryTracker.ToolResult { RetryTracker.ToolResult(json: Data(text.utf8)) }

    @Test func theDocumentedShape() {
        #expect(
            result(
                """
                {"isError": true, "structuredContent": {"isError": false, "status_code": 503, "more": [1]},
                 "content": [{"type": "text", "text": "a"}, {"type": "image", "text": "b"}, {"type": "text", "text": "c"}]}
                """)
                == RetryTracker.ToolResult(
                    isError: true, structured: .init(isError: false, statusCode: 503), texts: ["a", "c"]))
        #expect(result("{}") == RetryTracker.ToolResult())
        #expect(result(#"{"isError": null, "structuredContent": null, "content": null}"#) == RetryTracker.ToolResult())
        #expect(result(#"{"is_error": true}"#) == RetryTracker.ToolResult())
    }

    @Test(
        arguments: [
            ("\"text\"", .notAnObject), ("null", .notAnObject), ("[]", .notAnObject), ("3", .notAnObject),
            ("", .notAnObject),
            ("{", .notAnObject), (#"{"isError": 1}"#, .isErrorNotABool), (#"{"isError": "true"}"#, .isErrorNotABool),
            (#"{"structuredContent": []}"#, .structuredNotAnObject), (#"{"content": "x"}"#, .contentNotAList),
            (#"{"content": ["x"]}"#, .contentNotAList),
        ] as [(String, RetryTracker.ToolResult.MalformedParts)])
    func oddShapesAreNotGuessedAt(text: String, malformedParts: RetryTracker.ToolResult.MalformedParts) {
        #expect(result(text) == RetryTracker.ToolResult(malformedParts: malformedParts))
    }

    @Test(arguments: ["\"503\"", "503.0", "5.03e2", "true", "[503]", "99999999999999999999", "-0.5"])
    func aStatusThatIsNoWholeNumberSaysNothing(status: String) {
        #expect(
            result(#"{"structuredContent": {"status_code": \#(status)}}"#)
                == RetryTracker.ToolResult(structured: .init(), malformedParts: .statusNotAnInteger))
    }

    @Test func bytesOfAnyKindSayNothing() {
        #expect(
            RetryTracker.ToolResult(json: Data([0xFF, 0xFE])) == RetryTracker.ToolResult(malformedParts: .notAnObject))
        let invalid = Data(#"{"isError": true, "x": "?"}"#.utf8.map { $0 == UInt8(ascii: "?") ? 0xC0 : $0 })
        #expect(RetryTracker.ToolResult(json: invalid) == RetryTracker.ToolResult(malformedParts: .notAnObject))
        #expect(result(String(repeating: "[", count: 100_000)) == RetryTracker.ToolResult(malformedParts: .notAnObject))
        let deep =
            #"{"isError": true, "x": "# + String(repeating: "[", count: 70) + String(repeating: "]", count: 70) + "}"
        #expect(result(deep) == RetryTracker.ToolResult(malformedParts: .notAnObject))
        #expect(
            RetryTracker.ToolResult(json: Data(count: 10 << 20)) == RetryTracker.ToolResult(malformedParts: .tooLarge))
    }

    // MARK: Texts

    private func signals(_ text: String) -> RetryTracker.ToolResult.Structured? {
        ToolTextReader.json.structured(in: text)
    }

    @Test func textsThatHoldAnObject() {
        #expect(signals(#"{"isError": true}"#) == .init(isError: true))
        #expect(signals(#" {"status_code": 503} "#) == .init(statusCode: 503))
        #expect(signals(#"{"status_code": "503", "isError": 1}"#) == .init())
        for text in [
            "", " ", "hello", "[{\"isError\": true}]", "{", "{\"isError\": true", "{'isError': true}", "503", "true",
        ] {
            #expect(signals(text) == nil)
        }
    }

    @Test func hugeAndDeepTextsAreNoSignal() {
        let members = #""isError": true, "status_code": 503"#
        #expect(signals("{\(members), \"x\": \"\(String(repeating: "y", count: 10 << 20))\"}") == nil)
        #expect(
            signals("{\(members), \"x\": \"\(String(repeating: "y", count: (1 << 20) - 60))\"}")?.statusCode == 503)
        let deep = String(repeating: "{\"x\":", count: 10_000) + "1" + String(repeating: "}", count: 10_000)
        #expect(signals(deep) == nil)
        #expect(signals(String(repeating: " ", count: 10 << 20)) == nil)
        #expect(signals("{\(members), \"x\": \"\u{FFFD}\"}")?.isError == true)
    }

    @Test func aTrackerReadsThem() throws {
        let configuration = try ToolRetryConfiguration(
            json: Data(#"{"check_text_content": true, "jitter": false}"#.utf8))
        let tracker = try RetryTracker(configuration: configuration, textReader: .json)
        let text = #"{"content": [{"type": "text", "text": "{\"status_code\": 503}"}]}"#
        #expect(tracker.record(result(text), tool: "a", request: "1") == .retry(after: .milliseconds(200)))
    }

    @Test func aConfigurationIsReadStrictly() {
        #expect(throws: RetryConfigurationError.self) {
            try ToolRetryConfiguration(json: Data(#"{"max_retrys": 1}"#.utf8))
        }
        do {
            _ = try ToolRetryConfiguration(json: Data(#"{"tool_overrides": {"x": {"max_retries": 1.5}}}"#.utf8))
            Issue.record("was read")
        } catch {
            #expect((error as? RetryConfigurationError)?.setting == "tool_overrides.x.max_retries")
        }
    }
}
