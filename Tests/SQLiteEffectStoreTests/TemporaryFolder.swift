#if SQLite
import CRetrySQLite
import RetryCore

@testable import SQLiteEffectStore

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#else
#error("This file needs POSIX.")
#endif

/// A folder that goes away with the test.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        // In memory where that is possible: a test need not wait for the disk.
        let parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(parent)/effect-store-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Problem("no temporary folder") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in [
            "store.db", "store.db-journal", "store.db-wal", "store.db-shm", "old.db", "backup.db", "backup.db-journal",
        ] {
            unlink("\(path)/\(name)")
        }
        rmdir("\(path)/folder")
        rmdir(path)
    }

    var file: String { "\(path)/store.db" }

    /// Opens the store of this folder.
    func store(_ settings: SQLiteEffectStore.Settings = .init(), clock: RetryClock? = nil) throws -> SQLiteEffectStore {
        try SQLiteEffectStore(path: file, settings, clock: clock)
    }

    /// Runs a statement on the file, as another program would.
    @discardableResult
    func run(_ sql: String) throws -> Int64 {
        try Connection(path: file).integer(sql)
    }
}

struct Problem: Error {
    let text: String

    init(_ text: String) {
        self.text = text
    }
}

/// Returns the kind of error that a closure throws; `nil` if it throws none.
func kind(_ body: () throws -> Void) throws -> SQLiteEffectStoreError.Kind? {
    do {
        try body()
        return nil
    } catch let error as SQLiteEffectStoreError {
        return error.kind
    }
}

extension EffectClaimAnswer {
    var token: FencingToken? { if case .execute(let token, _) = self { token } else { nil } }

    var result: [UInt8]? {
        if case .replay(let replay) = self, case .succeeded(let bytes) = replay.ending { bytes } else { nil }
    }

    var isFull: Bool { if case .full = self { true } else { false } }
    var isInProgress: Bool { if case .inProgress = self { true } else { false } }
    var isIndeterminate: Bool { if case .indeterminate = self { true } else { false } }
}

extension SQLiteEffectStore {
    /// Claims a key that must be free.
    func own(_ key: String, tenant: String = "", lease: Duration = .seconds(60)) throws -> EffectClaimTicket {
        let id = try ActionID(key, tenant: tenant)
        guard let token = try claim(id, lease: lease).token else { throw Problem("\(key) is not free") }
        return EffectClaimTicket(id, token)
    }

    /// Claims a key and settles it.
    @discardableResult
    func settled(_ key: String, tenant: String = "", _ outcome: EffectOutcome) throws -> EffectClaimTicket {
        let ticket = try own(key, tenant: tenant)
        guard try settle(ticket, outcome) == .recorded else { throw Problem("\(key) is not recorded") }
        return ticket
    }
}
#endif
