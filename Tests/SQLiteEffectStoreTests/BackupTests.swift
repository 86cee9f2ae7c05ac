#if SQLite
import RetryCore
import Testing

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

@Suite(.timeLimit(.minutes(5)))
struct BackupTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = "\(folder.path)/backup.db"
    }

    /// Checks that a backup is a moment of the store: every claim settled before it began is there, and nothing is
    /// there that the store does not have.
    private func check(_ store: SQLiteEffectStore, before: [EffectClaimTicket]) throws -> Int {
        let backup = try SQLiteEffectStore(path: path)
        #expect(try Connection(path: path).prepare("PRAGMA integrity_check").first { $0.bytes(0) } == Array("ok".utf8))
        for ticket in before {
            guard case .succeeded(let bytes) = try backup.record(for: ticket.id)?.state else {
                throw Problem("\(ticket) is not in the backup")
            }
            #expect(try store.record(for: ticket.id)?.state == .succeeded(bytes))
        }
        let rows = try Connection(path: path).integer("SELECT count(*) FROM effects")
        #expect(try Int(rows) == backup.count())
        #expect(rows <= (try store.count()))
        let last = try Connection(path: path).integer("SELECT token FROM store")
        #expect(try Connection(path: path).integer("SELECT max(token) FROM effects") <= last)
        return Int(rows)
    }

    @Test func aBackupIsACopyThatOnlyThisUserCanRead() throws {
        let store = try folder.store()
        let tickets = try (0..<20).map { try store.settled("key \($0)", tenant: "t", .succeeded([UInt8($0)])) }
        let open = try store.own("open")
        try store.backup(to: path)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(try check(store, before: tickets) == 21)
        // A store of its own: claims go on from the last token.
        let backup = try SQLiteEffectStore(path: path)
        #expect(try backup.settle(open, .succeeded([])) == .recorded)
        #expect(try backup.own("new").token == FencingToken(22))
        #expect(try store.record(for: ActionID("new")) == nil)
    }

    @Test(arguments: [1, 2]) func aStoreUnderLoadIsBackedUp(stores: Int) async throws {
        let store = try folder.store(.init(busyTimeout: .seconds(60)))
        // With another connection's writes SQLite begins anew; its own are copied on the way.
        let writers = try (0..<stores).map { $0 == 0 ? store : try folder.store(.init(busyTimeout: .seconds(60))) }
        let result = [UInt8](repeating: 7, count: 20_000)
        let before = try (0..<300).map { try store.settled("key \($0)", .succeeded(result)) }
        let isOver = SharedCount()
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for caller in 0..<4 {
                group.addTask {
                    let writer = writers[caller % writers.count]
                    var number = 0
                    while isOver.count == 0 {
                        let id = try ActionID("load \(caller) \(number)")
                        guard let token = try await writer.claim(id, lease: .seconds(60)).token else { continue }
                        _ = try await writer.settle(EffectClaimTicket(id, token), .succeeded(result))
                        number += 1
                    }
                    return number
                }
            }
            try await store.backup(to: path)
            isOver.add()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts.allSatisfy { $0 > 0 }, "nothing was written meanwhile: \(counts)")
        #expect(try check(store, before: before) >= 300)
    }

    @Test func aBackupOverwritesNothing() throws {
        let store = try folder.store()
        try store.settled("a", .succeeded([1]))
        try store.backup(to: path)
        #expect(try kind { try store.backup(to: path) } == .alreadyExists)
        #expect(try kind { try store.backup(to: folder.file) } == .alreadyExists)
        #expect(try kind { try store.backup(to: "\(folder.path)/missing/backup.db") } == .missingDirectory)
        #expect(try SQLiteEffectStore(path: path).count() == 1)
        #expect(try store.count() == 1)
    }

    @Test func aBackupThatIsCancelledLeavesNothingBehind() async throws {
        let store = try folder.store()
        for number in 0..<400 { try store.settled("key \(number)", .succeeded([UInt8](repeating: 7, count: 20_000))) }
        let task = Task { [path] in
            withUnsafeCurrentTask { $0?.cancel() }
            try await store.backup(to: path)
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(access(path, F_OK) != 0 && access("\(path)-journal", F_OK) != 0)
        #expect(try store.settled("after", .succeeded([])).token > FencingToken(400))
    }
}
#endif
