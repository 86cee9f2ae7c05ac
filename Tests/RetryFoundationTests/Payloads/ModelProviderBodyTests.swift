import Foundation
import RetryFoundation
import Testing

@Suite("Error bodies of providers of language models", .timeLimit(.minutes(5)))
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

    @Test(arguments: ["", "null", "[]", "{}", #"{"error": "m"}"#, #"{"error": []}"#, #"{"error": {"type": 3}}"#, "{"])
    func garbage(text: String) {
        #expect(failure(text) == nil)
    }

    @Test func hugeBodiesAreNotRead() {
        #expect(ModelProviderFailure(body: Data(repeating: UInt8(ascii: "{"), count: 10 << 20)) == nil)
        #expect(ModelProviderFailure(body: Data([0xC0, 0xC0])) == nil)
    }
}
