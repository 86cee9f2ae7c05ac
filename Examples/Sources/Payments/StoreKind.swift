import ArgumentParser
import PostgresEffectStore
import RetryAsync
import SQLiteEffectStore

/// Where the client remembers what it has paid.
enum StoreKind: String, CaseIterable, ExpressibleByArgument {
    case memory, sqlite, postgres

    /// Whether the store is still there after its process has been killed.
    var isDurable: Bool { self != .memory }

    /// Opens the store; libpq's variables name the server of the one that has a server.
    ///
    /// - Parameter folder: Where the one in a file has its file.
    /// - Returns: The store.
    /// - Throws: What keeps the store from being opened.
    func open(in folder: String) throws -> any EffectStore {
        switch self {
        case .memory: InMemoryEffectStore()
        case .sqlite: try SQLiteEffectStore(path: folder + "/payments.sqlite")
        case .postgres: try PostgresEffectStore(.init(schema: "payments", connections: 4))
        }
    }
}
