#if SQLite
import RetryCore
import RetryTesting
import Testing

@testable import SQLiteEffectStore

@Suite(.timeLimit(.minutes(5)))
struct SharingTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func twoStoresOnOneFileAreOne() throws {
        let clock = RetryClock(ManualClock())
        let (one, other) = (try folder.store(clock: clock), try folder.store(clock: clock))
        let ticket = try one.own("a")
        #expect(try other.claim(ticket.id, lease: .seconds(1)).isInProgress)
        #expect(try other.renew(ticket, lease: .seconds(90)) == .renewed(leaseLeft: .seconds(90)))
        #expect(try other.settle(ticket, .succeeded([1])) == .recorded)
        #expect(try one.settle(ticket, .succeeded([1])) == .alreadyRecorded)
        #expect(try one.claim(ticket.id, lease: .seconds(1)).result == [1])
        #expect(try other.own("b").token == FencingToken(2))
        #expect(try one.own("c").token == FencingToken(3))
        #expect(try one.count() == 3)
    }

    @Test func whatWasRecordedIsThereAfterAnotherStart() throws {
        let id = try folder.store().settled("a", .succeeded([1, 2])).id
        try folder.store().settled("b", .failedFinal(EffectFailure(type: "Declined", code: "402")))
        let store = try folder.store()
        #expect(try store.claim(id, lease: .seconds(1)).result == [1, 2])
        #expect(try store.own("c").token == FencingToken(3))
        #expect(try store.count() == 3)
    }

    @Test func theTokenOfAForgottenKeyIsNotUsedAgain() throws {
        let time = ManualClock()
        let store = try folder.store(.init(retention: .seconds(10)), clock: RetryClock(time))
        for _ in 0..<3 {
            try store.settled("a", .succeeded([]))
            time.advance(by: .seconds(10))
        }
        try store.sweep()
        #expect(try store.count() == 0)
        #expect(try folder.store().own("a").token == FencingToken(4))
    }

    @Test func callersOfTwoStoresRaceForOneOwner() async throws {
        let (one, other) = (try folder.store(), try folder.store())
        for round in 0..<50 {
            let id = try ActionID("key \(round)", tenant: round.isMultiple(of: 2) ? "t" : "")
            let owners = try await withThrowingTaskGroup(of: FencingToken?.self) { group in
                for store in [one, other, one, other] {
                    group.addTask { try await store.claim(id, lease: .seconds(60)).token }
                }
                return try await group.reduce(into: [FencingToken]()) { if let token = $1 { $0.append(token) } }
            }
            #expect(owners == [FencingToken(Int64(round + 1))])
        }
        #expect(try await one.count() == 50)
        #expect(try await other.count(ofTenant: "t") == 25)
    }

    @Test func whoAwaitsLeavesTheThreadToOthers() async throws {
        let store = try folder.store(.init(busyTimeout: .seconds(20)))
        let other = try StoreQueue(label: "other", Connection(path: folder.file))
        try other.sync { try $0.execute("BEGIN IMMEDIATE") }
        // More callers than the cooperative pool has threads: if they blocked, no thread could release the file.
        let tokens = try await withThrowingTaskGroup(of: FencingToken?.self) { group in
            for number in 0..<200 {
                let id = try ActionID("key \(number)")
                group.addTask { try await store.claim(id, lease: .seconds(60)).token }
            }
            group.addTask {
                try other.sync { try $0.execute("COMMIT") }
                return nil
            }
            return try await group.reduce(into: [FencingToken]()) { if let token = $1 { $0.append(token) } }
        }
        #expect(Set(tokens).count == 200)
    }

    @Test func aCancelledTaskIsToldWhatWasRecorded() async throws {
        let store = try folder.store()
        let id = try ActionID("a")
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            guard let token = try await store.claim(id, lease: .seconds(60)).token else { throw Problem("not free") }
            return try await store.settle(EffectClaimTicket(id, token), .succeeded([7]))
        }
        #expect(try await task.value == .recorded)
        #expect(try await store.claim(id, lease: .seconds(1)).result == [7])
    }

    @Test func theGateRunsAnEffectOnceForAllProcesses() throws {
        var runs = 0
        for _ in 0..<3 {
            let receipt = try onceBlocking("pay-1", in: folder.store(), as: .utf8) { _ in
                runs += 1
                return "receipt"
            }
            #expect(receipt.value == "receipt")
        }
        #expect(runs == 1)
    }
}
#endif
