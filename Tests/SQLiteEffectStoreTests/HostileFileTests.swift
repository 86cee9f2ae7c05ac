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
struct HostileFileTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func opening(_ path: String) throws -> SQLiteEffectStoreError.Kind? {
        try kind { _ = try SQLiteEffectStore(path: path) }
    }

    @Test func aNewFileBelongsToThisUserAlone() throws {
        _ = try folder.store()
        var status = stat()
        #expect(stat(folder.file, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test func aPathMustLeadToAFile() throws {
        #expect(try opening("") == .notAFile)
        #expect(try opening("\(folder.path)/a\u{0}b") == .notAFile)
        #expect(try opening("\(folder.path)/missing/store.db") == .missingDirectory)
        #expect(try opening("\(folder.path)/store.db/store.db") == .missingDirectory)
        mkdir("\(folder.path)/folder", 0o700)
        #expect(try opening("\(folder.path)/folder") == .notAFile)
        mkfifo(folder.file, 0o600)
        #expect(try opening(folder.file) == .notAFile)
    }

    @Test func whatAnybodyMayChangeIsRefused() throws {
        _ = try folder.store()
        chmod(folder.file, 0o602)
        #expect(try opening(folder.file) == .worldWritable)
        chmod(folder.file, 0o600)
        chmod(folder.path, 0o777)
        #expect(try opening(folder.file) == .worldWritable)
        chmod(folder.path, 0o1777)
        #expect(try opening(folder.file) == nil)
    }

    @Test func whatAGroupMayChangeIsRefused() throws {
        _ = try folder.store()
        // The user's own group is no other user.
        chmod(folder.file, 0o660)
        #expect(try opening(folder.file) == (getegid() == geteuid() ? nil : .groupWritable))
        guard geteuid() == 0 else { return }
        chown(folder.file, 0, 12_345)
        chmod(folder.file, 0o660)
        #expect(try opening(folder.file) == .groupWritable)
        _ = try folder.store(.init(trustedUsers: [12_345]))
        chown(folder.file, 0, 0)
        chown(folder.path, 0, 12_345)
        chmod(folder.path, 0o770)
        #expect(try opening(folder.file) == .groupWritable)
        chmod(folder.path, 0o1770)
        #expect(try opening(folder.file) == nil)
    }

    @Test(.enabled(if: geteuid() == 0, "only root gives files away"))
    func aRecordThatAnotherUserForgedIsNotReplayed() throws {
        try folder.store().settled("pay-1", .succeeded(Array("forged".utf8)))
        chown(folder.file, 12_345, 0)
        #expect(try opening(folder.file) == .foreignOwner)
        #expect(try folder.store(.init(trustedUsers: [12_345])).count() == 1)
        chown(folder.file, 0, 0)
        // A journal would be played back into the file.
        close(open("\(folder.file)-journal", O_WRONLY | O_CREAT, 0o600))
        chown("\(folder.file)-journal", 12_345, 0)
        #expect(try opening(folder.file) == .foreignOwner)
        chown("\(folder.file)-journal", 0, 0)
        chown(folder.path, 12_345, 0)
        #expect(try opening(folder.file) == .foreignOwner)
        chown(folder.path, 0, 0)
        #expect(try opening(folder.file) == nil)
    }

    @Test func aLinkToAFileIsRefusedAndOneToADirectoryIsFollowed() throws {
        try folder.store().settled("a", .succeeded([1]))
        let old = "\(folder.path)/old.db"
        rename(folder.file, old)
        symlink(old, folder.file)
        #expect(try opening(folder.file) == .symbolicLink)
        unlink(folder.file)
        symlink("\(folder.path)/nothing", folder.file)
        #expect(try opening(folder.file) == .symbolicLink)
        unlink(folder.file)
        rename(old, folder.file)
        symlink("/etc/passwd", "\(folder.file)-wal")
        #expect(try opening(folder.file) == .symbolicLink)
        unlink("\(folder.file)-wal")
        let link = "\(folder.path)-link"
        symlink(folder.path, link)
        defer { unlink(link) }
        #expect(try SQLiteEffectStore(path: "\(link)/store.db").count() == 1)
    }

    @Test(arguments: [0, 50, 4_096])
    func aFileThatWasEmptiedIsSaidToBe(length: Int) throws {
        let store = try folder.store()
        for number in 0..<200 { try store.settled("key \(number)", .succeeded([1])) }
        #expect(truncate(folder.file, off_t(length)) == 0)
        for _ in 0..<2 {
            let found = [
                try kind { _ = try store.own("b") }, try kind { _ = try store.record(for: ActionID("key 7")) },
                try kind { _ = try store.unsettled() },
            ]
            #expect(found.allSatisfy { $0 == .emptied || length > 0 && $0 == .damaged }, "\(found)")
        }
        let text = SQLiteEffectStoreError(.emptied, "/data/store.db").description
        #expect(text.contains("emptied") && !text.contains("Update"))
    }

    @Test func aSuccessWithoutAResultSaysWhy() throws {
        let store = try folder.store()
        let reason = EffectFailure(type: "TooLong", code: "7")
        let ticket = try store.settled("a", .succeededWithoutResult(reason))
        #expect(try folder.store().record(for: ticket.id)?.state == .succeededWithoutResult(reason))
        try folder.run("UPDATE effects SET failure_type = NULL")
        #expect(throws: EffectStoreError.unreadableRecord(field: "result", value: "NULL")) {
            try store.record(for: ticket.id)
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may write anything"))
    func whatCannotBeWrittenIsRefused() throws {
        _ = try folder.store()
        chmod(folder.file, 0o400)
        #expect(try opening(folder.file) == .readOnly)
        chmod(folder.file, 0o600)
        chmod(folder.path, 0o500)
        #expect(try opening(folder.file) == .readOnly)
        chmod(folder.path, 0o700)
        #expect(try opening(folder.file) == nil)
    }

    @Test func filesOfOthersAreLeftAlone() throws {
        let file = open(folder.file, O_WRONLY | O_CREAT, 0o600)
        write(file, String(repeating: "no database\n", count: 100), 1_200)
        close(file)
        #expect(try opening(folder.file) == .foreignFile)
        unlink(folder.file)
        close(open(folder.file, O_WRONLY | O_CREAT, 0o600))
        try folder.run("CREATE TABLE accounts (id INTEGER)")
        #expect(try opening(folder.file) == .foreignFile)
        #expect(try folder.run("SELECT count(*) FROM sqlite_master") == 1)
    }

    @Test func aDamagedFileIsNotGuessedAt() throws {
        for number in 0..<200 { try folder.store().settled("key \(number)", .succeeded([1])) }
        let file = open(folder.file, O_RDWR)
        let garbage = [UInt8](repeating: 0xff, count: 4_096)
        for page in 1..<lseek(file, 0, SEEK_END) / 4_096 { pwrite(file, garbage, 4_096, page * 4_096) }
        close(file)
        #expect(try kind { try folder.store().settled("new", .succeeded([1])) } == .damaged)
    }

    @Test func aNewerSchemaIsRefused() throws {
        let store = try folder.store()
        try folder.run("PRAGMA user_version = 7")
        #expect(throws: EffectStoreError.newerSchema(found: 7, known: 2)) { try folder.store() }
        // And in the process that had the file open before.
        #expect(throws: EffectStoreError.newerSchema(found: 7, known: 2)) { try store.own("a") }
        #expect(throws: EffectStoreError.newerSchema(found: 7, known: 2)) { try store.record(for: ActionID("a")) }
        try folder.run("PRAGMA user_version = 2")
        #expect(try store.record(for: ActionID("a")) == nil)
    }

    @Test(arguments: [
        ("phase = 9", "phase", "9"), ("phase = 0", "phase", "0"), ("phase = -1", "phase", "-1"),
        ("phase = 260", "phase", "260"), ("token = 0", "token", "0"),
        ("fingerprint = x'00'", "fingerprint", "1 bytes"), ("result = NULL", "result", "NULL"),
        ("phase = 5", "failure_type", "NULL"),
        ("phase = 5, failure_type = CAST(x'ff' AS TEXT)", "failure_type", "1 bytes that are no UTF-8"),
    ])
    func aRowThatNobodyKnowsIsNotGuessedAt(change: String, field: String, value: String) throws {
        let store = try folder.store()
        let ticket = try store.settled("a", .succeeded([1]))
        try folder.run("UPDATE effects SET \(change)")
        let before = try folder.run("SELECT sum(phase) + sum(token) + sum(length(fingerprint)) FROM effects")
        let unreadable = EffectStoreError.unreadableRecord(field: field, value: value)
        #expect(throws: unreadable) { try store.claim(ticket.id, lease: .seconds(1)) }
        #expect(throws: unreadable) {
            try store.claim(ticket.id, lease: .seconds(1), ifAbandoned: .takeOver)
        }
        #expect(throws: unreadable) { try store.settle(ticket, .failedBeforeEffect) }
        #expect(throws: unreadable) { try store.renew(ticket, lease: .seconds(1)) }
        #expect(throws: unreadable) {
            try store.reconcile(ticket.id, expectedToken: ticket.token, verdict: .didNotHappen)
        }
        #expect(throws: unreadable) { try store.record(for: ticket.id) }
        #expect(try folder.run("SELECT sum(phase) + sum(token) + sum(length(fingerprint)) FROM effects") == before)
        // Other keys are none the worse for it.
        #expect(try store.settled("b", .succeeded([2])).token > ticket.token)
    }

    @Test(arguments: [
        "UPDATE store SET token = -1", "UPDATE store SET count = -1", "UPDATE store SET token = 9223372036854775807",
        "DELETE FROM store",
    ])
    func totalsThatCannotBeAreRefused(change: String) throws {
        let store = try folder.store()
        try folder.run(change)
        #expect { try store.own("a") } throws: { error in
            guard case EffectStoreError.unreadableRecord(field: "store", _) = error else { return false }
            return true
        }
        #expect(try folder.run("SELECT count(*) FROM effects") == 0)
    }

    @Test func aFullDiskRecordsNothing() throws {
        let store = try folder.store()
        let ticket = try store.own("a")
        try store.queue.sync { open in
            let pages = try open.connection.integer("PRAGMA page_count")
            try open.connection.execute("PRAGMA max_page_count = \(pages)")
        }
        let result = [UInt8](repeating: 1, count: 100_000)
        #expect(try kind { _ = try store.settle(ticket, .succeeded(result)) } == .diskFull)
        guard case .running = try store.record(for: ticket.id)?.state else { throw Problem("it is not running") }
        #expect(try folder.run("PRAGMA integrity_check") == 0)
        try store.queue.sync { try $0.connection.execute("PRAGMA max_page_count = 1000000") }
        #expect(try store.settle(ticket, .succeeded(result)) == .recorded)
        #expect(try folder.store().claim(ticket.id, lease: .seconds(1)).result == result)
    }

    @Test func aLockedFileIsWaitedForNoLongerThanAllowed() throws {
        let store = try folder.store(.init(busyTimeout: .zero))
        let other = try Connection(path: folder.file, busyTimeout: .zero)
        try other.execute("BEGIN IMMEDIATE")
        let busy = try kind { _ = try store.own("a") }
        #expect(busy == .busy)
        try other.execute("COMMIT")
        #expect(try store.count() == 0)
        // A reader holds up the end of a transaction: nothing of it stays.
        try other.execute("BEGIN")
        _ = try other.integer("SELECT count(*) FROM effects")
        #expect(try kind { _ = try store.own("a") } == .busy)
        try other.execute("COMMIT")
        #expect(try store.count() == 0)
        #expect(try store.own("a").token == FencingToken(1))
    }

    @Test func aFileThatWasReplacedIsNotWrittenAnyMore() throws {
        let store = try folder.store()
        try store.settled("a", .succeeded([1]))
        rename(folder.file, "\(folder.path)/old.db")
        #expect(try kind { _ = try store.own("b") } == .moved)
        let next = try folder.store()
        #expect(try next.own("a").token == FencingToken(1))
        #expect(try kind { _ = try store.own("b") } == .moved)
        #expect(try kind { _ = try store.record(for: ActionID("a")) } == .moved)
    }

    @Test func anotherJournalModeIsTakenBack() throws {
        try folder.store().settled("a", .succeeded([1]))
        try folder.run("PRAGMA journal_mode = WAL")
        do {
            let other = try Connection(path: folder.file)
            _ = try other.integer("SELECT count(*) FROM effects")
            try other.execute("BEGIN")
            _ = try other.integer("SELECT count(*) FROM effects")
            let found = try kind { _ = try folder.store(.init(busyTimeout: .zero)) }
            #expect(found == .journalMode || found == .busy)
            try other.execute("COMMIT")
        }
        let id = try ActionID("a")
        #expect(try folder.store().claim(id, lease: .seconds(1)).result == [1])
        #expect(access("\(folder.file)-wal", F_OK) != 0)
    }

    @Test func theFileIsWrittenSoThatItSurvivesAPowerLoss() throws {
        try folder.store().queue.sync { open in
            #expect(try open.connection.integer("PRAGMA synchronous") == 3)
            #expect(try open.connection.integer("PRAGMA fullfsync") == 1)
            #expect(try open.connection.integer("PRAGMA mmap_size") == 0)
            let mode = try open.connection.prepare("PRAGMA journal_mode").first { $0.bytes(0) }
            #expect(mode == Array("truncate".utf8))
        }
    }

    @Test(arguments: [
        ("capacity", SQLiteEffectStore.Settings(capacity: 0)),
        ("tenantQuota", SQLiteEffectStore.Settings(tenantQuota: 0)),
        ("retention", SQLiteEffectStore.Settings(retention: .zero)),
        ("maxResultBytes", SQLiteEffectStore.Settings(maxResultBytes: -1)),
        ("maxResultBytes", SQLiteEffectStore.Settings(maxResultBytes: 268_435_457)),
        ("busyTimeout", SQLiteEffectStore.Settings(busyTimeout: .seconds(-1))),
        ("busyTimeout", SQLiteEffectStore.Settings(busyTimeout: .seconds(601))),
    ])
    func settingsThatMakeNoSenseAreRefused(name: String, settings: SQLiteEffectStore.Settings) throws {
        let error = #expect(throws: SQLiteEffectStoreError.self) { try folder.store(settings) }
        #expect(error?.kind == .invalidSetting)
        #expect(error?.subject == name)
        #expect(access(folder.file, F_OK) != 0, "a file was created")
    }

    @Test func anOlderLibraryIsRefused() throws {
        let error = #expect(throws: SQLiteEffectStoreError.self) {
            try SQLiteEffectStore(path: folder.file, .init(), time: .system, library: LibraryVersion(number: 3_034_001))
        }
        #expect(error?.kind == .outdatedLibrary)
        #expect(
            error?.description
                == "SQLite 3.34.1 is too old: the store needs 3.37.0 or later. Install a newer libsqlite3 "
                + "where the program runs, and start it again.")
        #expect(access(folder.file, F_OK) != 0, "a file was created")
    }

    @Test func everyErrorSaysWhatToDo() {
        for kind in SQLiteEffectStoreError.Kind.allCases {
            let text = SQLiteEffectStoreError(kind, "/data/store.db", code: 10, "disk I/O error").description
            #expect(text.contains("/data/store.db") && text.hasSuffix("(disk I/O error; SQLite says 10)"))
        }
    }
}
#endif
