import ClientErrors
import Testing

/// Returns the error of a provocation.
func provoked(_ client: String, _ name: String) async throws -> any Error {
    let provocation = try #require(Provocation.all.first { $0.client == client && $0.name == name })
    return try #require(await provocation.error())
}
