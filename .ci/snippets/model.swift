// A client of a language model, for snippets that stream its tokens.

struct ModelAnswer: Sendable {
    var totalTokens = 1_180
}

struct ModelClient: Sendable {
    func complete(_ prompt: String) async throws -> ModelAnswer { ModelAnswer() }

    func tokens(_ prompt: String, after shown: String = "") async throws -> AsyncStream<String> {
        AsyncStream { $0.finish() }
    }
}

struct Display {
    var text = ""
}

let model = ModelClient()
let prompt = "How is the weather in Kiel?"
