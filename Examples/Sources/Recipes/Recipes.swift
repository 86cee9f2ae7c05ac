import Foundation
import Shared
import Synchronization

/// The recipes of the documentation, each checked on loopback.
///
/// ```sh
/// swift run --package-path Examples Recipes
/// ```
///
/// Each file begins with the code to copy, and ends with its check. It exits non-zero if one of them is wrong.
@main
struct Recipes {
    let checks = Checks()

    static func main() async {
        Watchdog.start(.seconds(60))
        do { try await Recipes().run() } catch {
            print("error: \(error)")
            exit(EXIT_FAILURE)
        }
    }

    private func run() async throws {
        try await urlSession()
        try await asyncHTTPClient()
        try await grpc()
        try await openAPI()
        try await grdb()
        try await postgres()
        try await languageModel()
        try await hummingbird()
        try await twoServices()
        try await serviceLifecycle()
        try configuration()
        try checks.finish()
    }

    /// Begins the checks of a recipe.
    func begin(_ name: String) {
        checks.subject = name
        print(name)
    }

    /// Returns the error of a call; `nil` if it has none.
    func failure<Value>(_ call: nonisolated(nonsending) () async throws -> Value) async -> (any Error)? {
        do {
            _ = try await call()
            return nil
        } catch {
            return error
        }
    }
}

/// The notes of concurrent tasks, in the order in which they were made.
final class Notes: Sendable {
    private let notes = Mutex<[String]>([])

    var all: [String] { notes.withLock { $0 } }

    func add(_ note: String) { notes.withLock { $0.append(note) } }
}
