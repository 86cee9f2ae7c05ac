import RetryCore
import RetryTesting
import Testing

@Suite("Waiting for the owner of a key", .timeLimit(.minutes(20)))
struct EffectSubscriptionTests {
    private let clock = ManualClock()
    private let store: InMemoryEffectStore
    private let id: ActionID
    private let calls = Locked(0)

    init() throws {
        store = InMemoryEffectStore(clock: RetryClock(clock))
        id = try ActionID("a")
    }

    private var count: Int { calls.withLock { $0 } }

    private func subscribe() -> EffectSubscription {
        store.subscribe(to: id) { calls.withLock { $0 += 1 } }
    }

    private func claim(_ rule: AbandonedClaimBehavior = .halt) throws -> EffectClaimTicket {
        guard case .execute(let token, _) = store.claim(id, lease: .seconds(10), ifAbandoned: rule) else {
            throw PermanentError("not claimed")
        }
        return EffectClaimTicket(id, token)
    }

    @Test(
        "every subscriber is notified once, for any outcome",
        arguments: [
            .succeeded([1]), .failedFinal(EffectFailure(type: "A")), .failedBeforeEffect, .indeterminate(nil),
        ] as [EffectOutcome])
    func settled(_ outcome: EffectOutcome) throws {
        let ticket = try claim()
        _ = [subscribe(), subscribe(), subscribe()]
        #expect(count == 0 && store.snapshot().waiters == 3)
        _ = store.renew(ticket, lease: .seconds(20))
        #expect(try store.settle(EffectClaimTicket(id, FencingToken(99)), outcome) == .fenced(current: ticket.token))
        #expect(count == 0)
        #expect(try store.settle(ticket, outcome) == .recorded)
        #expect(count == 3 && store.snapshot().waiters == 0)
        #expect(try store.settle(ticket, outcome) == .alreadyRecorded)
        #expect(count == 3)
    }

    @Test("a claim that halts tells those who wait, and a takeover leaves them waiting")
    func abandoned() throws {
        _ = try claim()
        let first = subscribe()
        clock.advance(by: .seconds(10))
        let second = try claim(.takeOver)
        #expect(count == 0)
        clock.advance(by: .seconds(10))
        _ = store.claim(id, lease: .seconds(10))
        #expect(count == 1)
        #expect(try store.settle(second, .succeeded([])) == .recorded)
        #expect(count == 1)
        first.cancel()
    }

    @Test("reconciling a run whose lease is over tells those who wait")
    func reconciled() throws {
        let ticket = try claim()
        _ = subscribe()
        clock.advance(by: .seconds(10))
        #expect(try store.reconcile(id, expectedToken: ticket.token, verdict: .didNotHappen) == .reconciled)
        #expect(count == 1 && store.snapshot().waiters == 0)
    }

    @Test("who cancels is not told, and the others are")
    func cancelled() throws {
        let ticket = try claim()
        let subscriptions = (0..<3).map { _ in subscribe() }
        subscriptions[1].cancel()
        subscriptions[1].cancel()
        #expect(store.snapshot().waiters == 2)
        #expect(try store.settle(ticket, .succeeded([])) == .recorded)
        #expect(count == 2)
        subscriptions[0].cancel()
        #expect(count == 2)
    }

    @Test("a subscriber to a key without an owner is notified at once")
    func nobody() throws {
        _ = subscribe()
        #expect(count == 1)
        let ticket = try claim()
        clock.advance(by: .seconds(10))
        _ = subscribe()
        #expect(count == 2, "the lease is over")
        #expect(try store.settle(ticket, .succeeded([])) == .recorded)
        _ = subscribe()
        #expect(count == 3)
        #expect(store.snapshot().waiters == 0)
    }

    @Test("who is told may ask the store")
    func reentrance() throws {
        let ticket = try claim()
        let seen = Locked<EffectRecord?>(nil)
        _ = store.subscribe(to: id) { [store, id] in
            let record = store.record(for: id)
            seen.withLock { $0 = record }
        }
        #expect(try store.settle(ticket, .succeeded([5])) == .recorded)
        #expect(seen.withLock { $0 }?.state == .succeeded([5]))
    }

    @Test("a waiter of one key does not hear of another")
    func otherKeys() throws {
        let other = try ActionID("b")
        let ticket = try claim()
        guard case .execute(let token, _) = store.claim(other, lease: .seconds(10)) else {
            Issue.record("not claimed")
            return
        }
        _ = subscribe()
        #expect(try store.settle(EffectClaimTicket(other, token), .succeeded([])) == .recorded)
        #expect(count == 0)
        #expect(try store.settle(ticket, .succeeded([])) == .recorded)
        #expect(count == 1)
    }
}
