#if SQLite
import CRetrySQLite
import Dispatch
import RetryCore
import RetryTesting
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
struct HousekeepingTests {
    private let folder: TemporaryFolder
    private let clock = ManualClock()

    init() throws {
        folder = try TemporaryFolder()
    }

    private func store(_ settings: SQLiteEffectStore.Settings) throws -> SQLiteEffectStore {
        try folder.store(settings, clock: RetryClock(clock))
    }

    @Test func aSweepTakesWhatIsOverAndNothingElse() throws {
        let store = try store(.init(retention: .seconds(100)))
        for number in 0..<1_200 { try store.settled("key \(number)", tenant: "t", .succeeded([])) }
        let running = try store.own("running", lease: .seconds(1))
        try store.settled("unknown", .indeterminate(nil))
        #expect(try store.sweep() == 0)
        clock.advance(by: .seconds(99))
        let young = try store.settled("young", .succeeded([]))
        clock.advance(by: .seconds(1))
        #expect(try store.sweep(limit: 501) == 501)
        #expect(try store.count(ofTenant: "t") == 699)
        #expect(try store.sweep() == 699)
        #expect(try store.count() == 3)
        #expect(try store.count(ofTenant: "t") == 0)
        #expect(try folder.run("SELECT count(*) FROM tenants") == 0)
        #expect(try store.record(for: young.id) != nil)
        #expect(try store.settle(running, .succeeded([])) == .recorded)
    }

    @Test func whoWritesLetsTwoRecordsGo() throws {
        let store = try store(.init(retention: .seconds(100)))
        for number in 0..<10 { try store.settled("key \(number)", .succeeded([])) }
        clock.advance(by: .seconds(100))
        let ticket = try store.own("new")
        #expect(try store.count() == 9)
        #expect(try store.settle(ticket, .succeeded([])) == .recorded)
        #expect(try store.count() == 7)
    }

    @Test func whoOnlyAsksWritesNothing() throws {
        let store = try store(.init())
        let ticket = try store.settled("a", .succeeded([]))
        let running = try store.own("b")
        let before = try folder.run("PRAGMA data_version")
        let watcher = try Connection(path: folder.file)
        let version = try watcher.integer("PRAGMA data_version")
        _ = try store.claim(ticket.id, lease: .seconds(1))
        _ = try store.claim(running.id, lease: .seconds(1))
        _ = try store.settle(ticket, .succeeded([]))
        _ = try store.settle(ticket, .failedBeforeEffect)
        #expect(try watcher.integer("PRAGMA data_version") == version)
        #expect(before > 0)
    }

    @Test func keysWithoutAnOutcomeAreFoundInAllPages() throws {
        let store = try store(.init())
        for number in 0..<1_100 where number != 700 { try store.settled("key \(number)", .succeeded([])) }
        let late = try store.settled("key 700", tenant: "t", .indeterminate(EffectFailure(type: "Lost")))
        let running = try store.own("key 42a")
        let found = try store.unsettled()
        #expect(found.map(\.id) == [running.id, late.id])
        #expect(found.last?.record.state == .indeterminate(EffectFailure(type: "Lost")))
        #expect(try store.unsettled(limit: 1).map(\.id) == [running.id])
        #expect(try store.unsettled(limit: 0).isEmpty)
    }

    @Test func settledRecordsAreNotReadForThoseWithoutAnOutcome() throws {
        let store = try store(.init())
        for number in 0..<50 { try store.settled("key \(number)", .succeeded([UInt8](repeating: 7, count: 50_000))) }
        // An unreadable record would be reported.
        try folder.run("UPDATE effects SET fingerprint = x'00'")
        let misses = try store.queue.sync { open in
            try Self.cacheMisses(open.connection) { _ = try open.unsettled(after: .first, limit: 500) }
        }
        #expect(misses < 10, "\(misses) pages were read")
        let open = try store.own("open")
        #expect(try store.unsettled().map(\.id) == [open.id])
    }

    /// Returns the number of pages that a step reads, with nothing in the cache.
    private static func cacheMisses(_ connection: Connection, _ step: () throws -> Void) throws -> Int32 {
        var (current, highest) = (Int32(0), Int32(0))
        sqlite3_db_release_memory(connection.handle)
        sqlite3_db_status(connection.handle, SQLITE_DBSTATUS_CACHE_MISS, &current, &highest, 1)
        try step()
        sqlite3_db_status(connection.handle, SQLITE_DBSTATUS_CACHE_MISS, &current, &highest, 0)
        return current
    }

    @Test func renewalsAndSettlementsOvertakeClaims() async throws {
        let store = try store(.init())
        let ticket = try store.own("mine")
        let (isHeld, mayGo, claims) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), SharedCount())
        let holder = Task {
            try await store.queue.async { _ in
                isHeld.signal()
                mayGo.wait()
            }
        }
        await Self.onAThread { isHeld.wait() }
        let before = SharedCount()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 { group.addTask { try await store.queue.async { _ in claims.add() } } }
            group.addTask { _ = try await store.renew(ticket, lease: .seconds(90)) }
            group.addTask {
                await Self.onAThread { #expect(throws: Never.self) { try store.settle(ticket, .indeterminate(nil)) } }
            }
            group.addTask {
                await Self.onAThread { store.queue.sync(.urgent) { _ in before.add(claims.count) } }
            }
            await Self.onAThread {
                while store.queue.lock.urgentWaiting < 3 { sched_yield() }
                mayGo.signal()
            }
            try await group.waitForAll()
        }
        _ = try await holder.value
        #expect(claims.count == 200 && before.count == 0, "\(before.count) came first")
    }

    /// Waits for blocking work, outside the cooperative pool.
    private static func onAThread(_ body: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                body()
                continuation.resume()
            }
        }
    }

    @Test func tasksGetTheSameAnswers() async throws {
        let store = try store(.init(retention: .seconds(100)))
        for number in 0..<600 {
            let id = try ActionID("key \(number)", tenant: "t")
            guard let token = try await store.claim(id, lease: .seconds(60)).token else { throw Problem("not free") }
            _ = try await store.settle(EffectClaimTicket(id, token), .succeeded([]))
        }
        let open = try ActionID("open")
        _ = try await store.claim(open, lease: .seconds(60))
        #expect(try await store.unsettled().map(\.id) == [open])
        clock.advance(by: .seconds(100))
        #expect(try await store.count(ofTenant: "t") == 600)
        #expect(try await store.sweep(limit: 501) == 501)
        #expect(try await store.sweep() == 99)
        #expect(try await store.count() == 1)
    }

    @Test func aFullTenantGetsItsOwnRoomBack() throws {
        let store = try store(.init(tenantQuota: 2, retention: .seconds(100)))
        for number in 0..<100 { try store.settled("old \(number)", .succeeded([])) }
        for key in ["a", "b"] { try store.settled(key, tenant: "t", .succeeded([])) }
        let third = try ActionID("c", tenant: "t")
        #expect(try store.claim(third, lease: .seconds(1)) == .full(count: 2, limit: 2))
        clock.advance(by: .seconds(100))
        let owner = try #require(try store.claim(third, lease: .seconds(1)).token)
        #expect(try store.count(ofTenant: "t") == 1)
        // A released record makes room at once.
        _ = try store.settle(EffectClaimTicket(third, owner), .failedBeforeEffect)
        for key in ["d", "e"] { _ = try store.own(key, tenant: "t") }
        #expect(try store.claim(third, lease: .seconds(1)).isFull)
    }

    @Test func whatAVerdictTakesBackIsNotCounted() throws {
        let store = try store(.init(capacity: 1))
        let ticket = try store.settled("a", .indeterminate(nil))
        #expect(try store.claim(ActionID("b"), lease: .seconds(1)).isFull)
        #expect(
            try store.reconcile(ticket.id, expectedToken: ticket.token, verdict: .didNotHappen) == .reconciled)
        #expect(try store.count() == 0)
        #expect(try store.own("b").token > ticket.token)
    }

    @Test(arguments: 0..<10)
    func theCountsAreThoseOfTheRows(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let store = try store(.init(capacity: 12, tenantQuota: 4, retention: .seconds(20)))
        var tickets: [EffectClaimTicket] = []
        for _ in 0..<300 {
            let id = try ActionID(
                "\(Int.random(in: 0..<20, using: &random))", tenant: ["", "x", "y"].randomElement(using: &random) ?? "")
            let rule: AbandonedClaimBehavior = Bool.random(using: &random) ? .halt : .takeOver
            if let token = try store.claim(id, lease: .seconds(5), ifAbandoned: rule).token {
                tickets.append(EffectClaimTicket(id, token))
            }
            if let ticket = tickets.randomElement(using: &random) {
                let outcomes: [EffectOutcome] = [.succeeded([1]), .failedBeforeEffect, .indeterminate(nil)]
                _ = try store.settle(ticket, outcomes.randomElement(using: &random) ?? .failedBeforeEffect)
                _ = try store.reconcile(ticket.id, expectedToken: ticket.token, verdict: .didNotHappen)
            }
            clock.advance(by: .seconds(Int.random(in: 0..<4, using: &random)))
            #expect(try Int64(store.count()) == folder.run("SELECT count(*) FROM effects"))
            for tenant in ["x", "y"] {
                let rows = try folder.run("SELECT count(*) FROM effects WHERE tenant = CAST('\(tenant)' AS BLOB)")
                #expect(try Int64(store.count(ofTenant: tenant)) == rows)
                #expect(rows <= 4)
            }
            #expect(try store.count() <= 12)
        }
        #expect(tickets.map(\.token) == tickets.map(\.token).sorted())
    }
}

/// A number that many threads count up.
final class SharedCount: @unchecked Sendable {
    private let lock = PriorityLock()
    private var number = 0

    func add(_ count: Int = 1) {
        lock.lock(.ordinary)
        number += count
        lock.unlock()
    }

    var count: Int {
        lock.lock(.ordinary)
        defer { lock.unlock() }
        return number
    }
}
#endif
