import ArgumentParser
import Foundation
import PostgresEffectStore
import RetryAsync
import SQLiteEffectStore

/// The store in which the client records its payments.
enum StoreKind: String, CaseIterable, ExpressibleByArgument {
    case memory, sqlite, postgres

    /// All stores; PostgreSQL only if libpq's variables name a server.
    static var available: [StoreKind] {
        let environment = ProcessInfo.processInfo.environment
        let hasServer = ["PGHOST", "PGHOSTADDR", "PGSERVICE"].contains { environment[$0] != nil }
        return hasServer ? allCases : allCases.filter { $0 != .postgres }
    }

    /// A Boolean value that indicates whether the store is still there after its process has been killed.
    var isDurable: Bool { self != .memory }

    /// Opens the store; libpq's variables name the server of the PostgreSQL store.
    ///
    /// - Parameter folder: The folder for the file of the SQLite store.
    /// - Returns: The store.
    /// - Throws: An error if the store cannot be opened.
    func open(in folder: String) throws -> any EffectStore {
        switch self {
        case .memory: InMemoryEffectStore()
        case .sqlite: try SQLiteEffectStore(path: folder + "/payments.sqlite")
        case .postgres: try PostgresEffectStore(.init(schema: "payments", connections: 4))
        }
    }
}
