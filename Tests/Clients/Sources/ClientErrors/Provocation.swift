/// A way to make a client fail for real, on this machine and without a network.
public struct Provocation: Sendable {
    /// The client, as its users call it.
    public let client: String
    /// The fault.
    public let name: String
    private let run: @Sendable () async throws -> Void

    init(_ client: String, _ name: String, _ run: @escaping @Sendable () async throws -> Void) {
        self.client = client
        self.name = name
        self.run = run
    }

    /// Returns what the client throws; `nil` if it throws nothing.
    public func error() async -> (any Error)? {
        do {
            try await run()
            return nil
        } catch {
            return error
        }
    }
}

extension Provocation {
    /// All that are known, client by client.
    public static var all: [Provocation] {
        asyncHTTPClient + urlSession + foundation + nio + grpc + grdb + errno
    }
}

/// Thrown where a provocation can't be set up, and by handlers that fail.
struct Unprovoked: Error {}
