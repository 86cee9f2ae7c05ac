import RetryCore
import RetryTesting
import Testing

/// The store in memory against one machine a key: its table, its lists and its counts must not change the answers.
@Suite("The effect store in memory and its model", .timeLimit(.minutes(20)))
struct EffectStoreModelTests {
    @Test("50,000 events on few, some and many keys", arguments: [3, 60, 3_000])
    func anything(keys: Int) throws {
        let clock = ManualClock()
        let retention = Duration.seconds(40)
        let store = InMemoryEffectStore(.init(capacity: 100_000, retention: retention), clock: RetryClock(clock))
        let ids = try (0..<keys).map { try ActionID("key \($0)", tenant: $0 % 3 == 0 ? "t\($0 % 7)" : "") }
        var machines = [EffectStateMachine](repeating: EffectStateMachine(), count: keys)
        var tickets = [[EffectClaimTicket]](repeating: [], count: keys)
        var lastToken: Int64 = 0
        var generator = SeededGenerator(seed: UInt64(keys))
        func pick(_ count: Int) -> Int { Int(generator.next().multipliedFullWidth(by: UInt64(count)).high) }
        for step in 0..<50_000 {
            let key = pick(keys)
            let now = clock.now.offset.saturatedNanoseconds
            let ticket = tickets[key].isEmpty ? nil : tickets[key][pick(tickets[key].count)]
            switch pick(12) {
            case 0...4:
                let rule = pick(3) == 0 ? AbandonedClaimBehavior.takeOver : .halt
                let expected = machines[key].claim(
                    fingerprint: .none, lease: 5_000_000_000, ifAbandoned: rule, now: now
                ) {
                    lastToken += 1
                    return FencingToken(lastToken)
                }
                let answer = store.claim(ids[key], lease: .seconds(5), ifAbandoned: rule)
                try #require(answer == expected, "step \(step)")
                if case .execute(let token, _) = answer { tickets[key].append(EffectClaimTicket(ids[key], token)) }
            case 5...8:
                guard let ticket else { continue }
                let outcome = [
                    EffectOutcome.succeeded([UInt8(pick(3))]), .failedFinal(EffectFailure(type: "A")),
                    .failedBeforeEffect, .indeterminate(nil),
                ][pick(4)]
                let expected = machines[key].settle(
                    token: ticket.token, outcome, retention: retention.saturatedNanoseconds, now: now)
                try #require(try store.settle(ticket, outcome) == expected, "step \(step)")
            case 9:
                guard let ticket else { continue }
                let expected = machines[key].renew(token: ticket.token, lease: 5_000_000_000, now: now)
                try #require(store.renew(ticket, lease: .seconds(5)) == expected, "step \(step)")
            case 10:
                guard let ticket else { continue }
                let verdict = pick(2) == 0 ? EffectVerdict.didNotHappen : .happened([9])
                let expected = machines[key].reconcile(
                    expectedToken: ticket.token, verdict, retention: retention.saturatedNanoseconds, now: now)
                let answer = try store.reconcile(ids[key], expectedToken: ticket.token, verdict: verdict)
                try #require(answer == expected, "step \(step)")
            default:
                clock.advance(by: .milliseconds(pick(3_000)))
                if pick(20) == 0 { store.sweep(limit: 3) }
            }
            let time = clock.now.offset.saturatedNanoseconds
            try #require(store.record(for: ids[key]) == machines[key].record(now: time), "step \(step)")
        }
        check(store, against: machines, now: clock.now.offset.saturatedNanoseconds)
    }

    private func check(_ store: InMemoryEffectStore, against machines: [EffectStateMachine], now: Int64) {
        while store.sweep(limit: 1_000_000) > 0 {}
        let kept = machines.filter { $0.phase != .absent && !$0.isExpired(now: now) }
        let snapshot = store.snapshot()
        #expect(store.count == kept.count)
        #expect(snapshot.running == kept.count { $0.phase == .running })
        #expect(snapshot.indeterminate == kept.count { $0.phase == .abandoned || $0.phase == .indeterminate })
        #expect(snapshot.settled == kept.count { $0.phase == .succeeded || $0.phase == .failed })
        #expect(store.unsettled(limit: .max).count == snapshot.running + snapshot.indeterminate)
    }
}
