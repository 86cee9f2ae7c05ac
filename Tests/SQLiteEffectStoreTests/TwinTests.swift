#if SQLite
import RetryCore
import RetryTesting
import Testing

@testable import SQLiteEffectStore

/// The store answers as the one in memory does, to any requests in any order.
@Suite(.timeLimit(.minutes(5)))
struct TwinTests {
    @Test(arguments: 0..<20)
    func answersAsTheStoreInMemoryDoes(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let folder = try TemporaryFolder()
        let time = ManualClock()
        let clock = RetryClock(time)
        let memory = InMemoryEffectStore(.init(retention: .seconds(30)), clock: clock)
        let stores = try (0..<2).map { _ in try folder.store(.init(retention: .seconds(30)), clock: clock) }
        var tickets = [EffectClaimTicket(try ActionID("unknown"), FencingToken(1))]
        for step in 0..<300 {
            guard let store = stores.randomElement(using: &random), let ticket = tickets.randomElement(using: &random)
            else { continue }
            switch Int.random(in: 0..<10, using: &random) {
            case 0...3:
                let id = try ActionID("\(Int.random(in: 0..<4, using: &random))")
                let fingerprint = EffectFingerprint(of: [UInt8.random(in: 0..<8, using: &random) / 7])
                let rule: AbandonedClaimBehavior = Bool.random(using: &random) ? .halt : .takeOver
                let answer = memory.claim(id, fingerprint: fingerprint, lease: .seconds(5), ifAbandoned: rule)
                #expect(
                    try store.claim(id, fingerprint: fingerprint, lease: .seconds(5), ifAbandoned: rule) == answer,
                    "step \(step)")
                if case .execute(let token, _) = answer { tickets.append(EffectClaimTicket(id, token)) }
            case 4...6:
                let outcome = try #require(Self.outcomes.randomElement(using: &random))
                #expect(try store.settle(ticket, outcome) == memory.settle(ticket, outcome), "step \(step)")
            case 7:
                let lease = Duration.seconds(Int.random(in: 1..<9, using: &random))
                #expect(try store.renew(ticket, lease: lease) == memory.renew(ticket, lease: lease), "step \(step)")
            case 8:
                let verdict: EffectVerdict = Bool.random(using: &random) ? .happened([3]) : .didNotHappen
                let answer = try memory.reconcile(ticket.id, expectedToken: ticket.token, verdict: verdict)
                #expect(
                    try store.reconcile(ticket.id, expectedToken: ticket.token, verdict: verdict) == answer,
                    "step \(step)")
            default: time.advance(by: .milliseconds(Int.random(in: 1..<4_000, using: &random)))
            }
            #expect(try store.record(for: ticket.id) == memory.record(for: ticket.id), "step \(step)")
        }
    }

    private static let outcomes: [EffectOutcome] = [
        .succeeded([]), .succeeded([1, 0, 255]), .failedBeforeEffect, .indeterminate(nil),
        .indeterminate(EffectFailure(type: "Lost", code: "503")),
        .succeededWithoutResult(EffectFailure(type: "TooLong", message: "")),
        .failedFinal(EffectFailure(type: "Declined", code: nil, message: "no\u{0}money")),
    ]
}
#endif
