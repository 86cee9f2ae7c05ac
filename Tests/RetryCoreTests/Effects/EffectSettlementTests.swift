import RetryCore
import Testing

@Suite("How an outcome is recorded", .timeLimit(.minutes(20)))
struct EffectSettlementTests {
    private struct Down: SelfClassifyingError {
        var classification: ErrorClassification { .transient }
    }

    private struct Odd: Error {}

    private let token = FencingToken(7)
    private let second: Int64 = 1_000_000_000

    private func settlement(_ outcome: EffectOutcome, leaseLeft: Int64) -> EffectSettlement {
        EffectSettlement(token: token, outcome, leaseLeft: leaseLeft) { EffectFailure($0) }
    }

    /// Lets the store fail until the settlement is over; returns how long that took, and what it was told.
    private func exhaust(
        _ outcome: EffectOutcome, _ error: any Error, leaseLeft: Int64, isClockStopped: Bool = false
    ) -> (time: Int64, told: [EffectOutcome], EffectSettlement.End) {
        var settlement = settlement(outcome, leaseLeft: leaseLeft)
        var (step, random, time) = (settlement.start, RetryRandomSource.seeded(1), Int64(0))
        var told: [EffectOutcome] = []
        while true {
            switch step {
            case .settle(let outcome):
                told.append(outcome)
                step = settlement.failed(error, elapsed: isClockStopped ? 0 : time, using: &random)
            case .wait(let wait):
                time += wait
                step = settlement.waited(elapsed: isClockStopped ? 0 : time)
            case .look: step = settlement.failed(error, elapsed: time, using: &random)
            case .end(let end): return (time, told, end)
            }
        }
    }

    @Test(
        "a store that fails is told until the lease ends, whatever the number of tries",
        arguments: [3, 60, 3_600] as [Int64])
    func untilLeaseEnds(seconds: Int64) {
        for error in [Down(), Odd(), EffectStoreError.newerSchema(found: 2, known: 1)] as [any Error] {
            let (time, told, end) = exhaust(.succeeded([1]), error, leaseLeft: seconds * second)
            #expect(time == seconds * second, "the last try comes as the lease ends")
            #expect(told.dropLast().allSatisfy { $0 == .succeeded([1]) } && told.count > Int(seconds / 4))
            guard case .unknown(let last) = end else {
                Issue.record("\(end)")
                return
            }
            #expect(type(of: last) == type(of: error))
        }
        #expect(exhaust(.succeeded([1]), Down(), leaseLeft: -5).time == EffectSettlement.leastTime)
        let stopped = exhaust(.succeeded([1]), Down(), leaseLeft: 60 * second, isClockStopped: true)
        #expect(stopped.time == 60 * second, "a sleeper that lets no time pass")
    }

    @Test("where waiting could not help, the store is told what takes less of it")
    func lastTry() {
        let failure = EffectFailure(type: "Odd")
        let cases: [(EffectOutcome, EffectOutcome)] = [
            (.succeeded([1]), .succeededWithoutResult(failure)), (.failedFinal(failure), .indeterminate(failure)),
            (.failedBeforeEffect, .indeterminate(failure)),
        ]
        for (outcome, last) in cases {
            #expect(exhaust(outcome, Odd(), leaseLeft: second).told.last == last)
            #expect(exhaust(outcome, Down(), leaseLeft: second).told.allSatisfy { $0 == outcome })
        }
        for outcome in [EffectOutcome.indeterminate(nil), .succeededWithoutResult(failure)] {
            #expect(exhaust(outcome, Odd(), leaseLeft: second).told.allSatisfy { $0 == outcome })
        }
    }

    @Test("a result that is too long is left out at once")
    func tooLong() {
        var settlement = settlement(.succeeded([1, 2]), leaseLeft: second)
        var random = RetryRandomSource.seeded(1)
        let reason = EffectFailure(type: "EffectStoreError")
        let step = settlement.failed(EffectStoreError.resultTooLong(count: 2, limit: 1), elapsed: 0, using: &random)
        guard case .settle(.succeededWithoutResult(reason)) = step,
            case .end(.recorded(unkept: reason)) = settlement.answered(.recorded)
        else {
            Issue.record("\(step)")
            return
        }
    }

    @Test("a claim that was settled before is looked at, and a success of it counts")
    func settledBefore() {
        func end(_ state: EffectRecord.State?, token: Int64 = 7) -> EffectSettlement.End? {
            var settlement = settlement(.indeterminate(nil), leaseLeft: second)
            guard case .look = settlement.answered(.fenced(current: FencingToken(7))) else { return nil }
            let record = state.map {
                EffectRecord(state: $0, token: FencingToken(token), fingerprint: .none, age: .seconds(1))
            }
            guard case .end(let end) = settlement.found(record) else { return nil }
            return end
        }
        guard case .found(.succeeded([1]), age: .seconds(1)) = end(.succeeded([1])),
            case .found(.succeededWithoutResult, _) = end(.succeededWithoutResult(EffectFailure(type: "A"))),
            case .fenced(current: FencingToken(7)) = end(.failed(EffectFailure(type: "A"))),
            case .fenced(current: FencingToken(8)) = end(.succeeded([1]), token: 8), case .fenced(nil) = end(nil)
        else {
            Issue.record("another end")
            return
        }
        var other = settlement(.succeeded([1]), leaseLeft: second)
        guard case .end(.fenced(current: FencingToken(9))) = other.answered(.fenced(current: FencingToken(9))) else {
            Issue.record("an owner of after is looked at")
            return
        }
    }
}

@Suite("Verdicts with a codec", .timeLimit(.minutes(20)))
struct CodecVerdictTests {
    private struct Receipt: EffectResult, Equatable {
        let number: UInt8

        static var effectCodec: EffectCodec<Receipt> {
            EffectCodec(encode: { [0x7f, $0.number] }, decode: { Receipt(number: $0[1]) })
        }
    }

    @Test("what a verdict records can be read by those who ask again, through both kinds of store")
    func readable() async throws {
        let store = InMemoryEffectStore()
        struct Unwritable: Error {}
        let broken = EffectCodec<Receipt>(encode: { _ in throw Unwritable() }, decode: { _ in Receipt(number: 0) })
        for (number, isBlocking) in [(UInt8(1), true), (2, false)] {
            let id = try ActionID("\(number)")
            guard case .execute(let token, _) = store.claim(id, lease: .seconds(1)) else { return }
            _ = try store.settle(EffectClaimTicket(id, token), .indeterminate(nil))
            let found = Receipt(number: number)
            #expect(throws: Unwritable.self) {
                try store.reconcile(id, expectedToken: token, verdict: .happened(found, as: broken))
            }
            let verdict = try EffectVerdict.happened(found, as: Receipt.effectCodec)
            let answer =
                isBlocking
                ? try store.reconcile(id, expectedToken: token, verdict: verdict)
                : try await (store as any EffectStore).reconcile(id, expectedToken: token, verdict: verdict)
            #expect(answer == .reconciled)
            let replay = try onceBlocking(id, in: store) { _ in Receipt(number: 0) }
            #expect(replay.value == found && replay.isReplay)
        }
    }
}
