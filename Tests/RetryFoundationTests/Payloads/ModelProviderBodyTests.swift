import Foundation
import RetryFoundation
import Testing

@Suite("Error bodies of providers of language models", .timeLimit(.minutes(20)))
struct ModelProviderBodyTests {
    private func failure(_ text: String) -> ModelProviderFailure? { ModelProviderFailure(body: Data(text.utf8)) }

    @Test func bodies() {
        #expect(
            failure(#"{"error": {"message": "m", "type": "requests", "param": null, "code": "rate_limit_exceeded"}}"#)
                == ModelProviderFailure(type: "requests", code: "rate_limit_exceeded"))
        #expect(
            failure(#"{"type": "error", "error": {"type": "overloaded_error", "message": "m"}}"#)
                == ModelProviderFailure(type: "overloaded_error"))
        #expect(failure(#"{"error": {"code": 429, "message": "m"}}"#) == nil)
        #expect(failure(#"{"object": "error", "type": "server_error"}"#) == ModelProviderFailure(type: "server_error"))
    }

    private func google(_ details: String) -> String {
        #"{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "m", "details": \#(details)}}"#
    }

    @Test(
        arguments: [
            (#""3.5s""#, .milliseconds(3_500)), (#""32s""#, .seconds(32)), (#""0.000000001s""#, .nanoseconds(1)),
            (#""0s""#, .zero), (#""99999999999999999999s""#, .nanoseconds(Int64.max)), (#""-3s""#, nil), (#""3""#, nil),
            ("3", nil),
            (#""s""#, nil), (#""soon""#, nil), ("null", nil), (#"{"seconds": 3}"#, nil), (#""1e3s""#, nil),
        ] as [(String, Duration?)])
    func theRetryInfoOfGoogleIsTheHint(delay: String, wait: Duration?) {
        let info = #"{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": \#(delay)}"#
        let help = #"{"@type": "type.googleapis.com/google.rpc.Help", "links": [], "retryDelay": "9s"}"#
        let expected = ModelProviderFailure(type: "RESOURCE_EXHAUSTED", hint: wait.map { .after($0) })
        #expect(failure(google("[\(help), 3, null, \(info)]")) == expected)
        #expect(failure("[\(google("[\(info)]"))]") == expected)
    }

    @Test(arguments: ["null", "{}", "3", "[]", "[[]]", #"[{"@type": 3}]"#, #"[{"retryDelay": "3s"}]"#])
    func detailsOfAnotherShapeSayNothing(details: String) {
        #expect(failure(google(details)) == ModelProviderFailure(type: "RESOURCE_EXHAUSTED"))
    }

    @Test(arguments: ["", "null", "[]", "{}", #"{"error": "m"}"#, #"{"error": []}"#, #"{"error": {"type": 3}}"#, "{"])
    func garbage(text: String) {
        #expect(failure(text) == nil)
    }

    @Test func hugeBodiesAreNotRead() {
        #expect(ModelProviderFailure(body: Data(repeating: UInt8(ascii: "{"), count: 10 << 20)) == nil)
        #expect(ModelProviderFailure(body: Data([0xC0, 0xC0])) == nil)
    }
}
