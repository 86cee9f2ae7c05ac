import ArgumentParser
import AsyncHTTPClient
import SharedHTTP

/// The process that is killed.
struct ClientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client", abstract: "Pays orders; started by the drill.", shouldDisplay: false)

    @Option var site: String
    @Option var store: StoreKind
    @Option var folder: String
    @Option var run: String
    @Option var life: Int

    func run() async throws {
        let effects = try store.open(in: folder)
        try await HTTPClient.withHTTPClient(configuration: .withoutOwnRequests) { http in
            try await Client(http: http, site: site, kind: store, store: effects, run: run, life: life).work()
        }
    }
}
