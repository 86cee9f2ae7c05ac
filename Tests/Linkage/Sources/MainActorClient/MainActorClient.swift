import RetryAsync

/// A model as an app has it: not sendable, and on the main actor.
final class Model {
    private(set) var loads = 0

    func load() async throws -> String {
        try await retry(policy: .api) {
            MainActor.assertIsolated()
            loads += 1
            return "loaded"
        }
    }
}

@main
struct MainActorClient {
    static func main() async throws {
        let model = Model()
        let text = try await model.load()
        precondition(text == "loaded" && model.loads == 1, "one attempt is enough")
        print("MainActorClient: ok")
    }
}
