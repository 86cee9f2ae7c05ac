import RetryCore
import RetryTesting
import Testing

/// Real threads on one key: their answers are those of some order of their calls.
@Suite("Histories of the effect store in memory", .timeLimit(.minutes(20)))
struct EffectHistoryTests {
    enum Step: Sendable, CaseIterable {
        case claim
        case takeOver
        case succeed
        case giveBack
        case renew
        case reconcile
        case look
        case pass
    }

    enum Input: Sendable, Hashable {
        case claim(AbandonedClaimBehavior)
        case settle(FencingToken, EffectOutcome)
        case renew(FencingToken)
        case reconcile(FencingToken)
        case look
        case pass
    }

    enum Output: Sendable, Hashable {
        case claimed(EffectClaimAnswer)
        case settled(EffectSettleAnswer)
        case renewed(EffectRenewAnswer)
        case reconciled(EffectReconcileAnswer)
        case seen(EffectRecord?)
        case passed
    }

    static let lease: Int64 = 10
    static let retention: Int64 = 15

    struct Model: SequentialModel {
        struct Key: Hashable {
            var machine = EffectStateMachine()
            var now: Int64 = 0
            var token: Int64 = 0
        }

        var key = Key()

        mutating func allows(_ output: Output, for input: Input) -> Bool {
            answer(input) == output
        }

        private mutating func answer(_ input: Input) -> Output {
            switch input {
            case .claim(let rule):
                var token = key.token
                let answer = key.machine.claim(
                    fingerprint: .none, lease: EffectHistoryTests.lease, ifAbandoned: rule, now: key.now
                ) {
                    token += 1
                    return FencingToken(token)
                }
                key.token = token
                return .claimed(answer)
            case .settle(let token, let outcome):
                return .settled(
                    key.machine.settle(token: token, outcome, retention: EffectHistoryTests.retention, now: key.now))
            case .renew(let token):
                return .renewed(key.machine.renew(token: token, lease: EffectHistoryTests.lease, now: key.now))
            case .reconcile(let token):
                return .reconciled(
                    key.machine.reconcile(
                        expectedToken: token, .happened([9]), retention: EffectHistoryTests.retention, now: key.now))
            case .look: return .seen(key.machine.record(now: key.now))
            case .pass:
                key.now += EffectHistoryTests.lease
                return .passed
            }
        }
    }

    /// A store, its clock, and the key that all threads ask for.
    struct Harness: Sendable {
        let clock = ManualClock()
        let store: InMemoryEffectStore
        let id: ActionID
        let hasMistake: Bool

        init(hasMistake: Bool = false) throws {
            store = InMemoryEffectStore(
                .init(capacity: 10, retention: .nanoseconds(EffectHistoryTests.retention)), clock: RetryClock(clock))
            id = try ActionID("key")
            self.hasMistake = hasMistake
        }

        func claim(_ rule: AbandonedClaimBehavior, wasFree: Bool) -> EffectClaimAnswer {
            let lease = Duration.nanoseconds(EffectHistoryTests.lease)
            let answer = store.claim(id, lease: lease, ifAbandoned: rule)
            // The mistake: to trust an earlier look.
            guard wasFree, case .inProgress = answer, let token = store.record(for: id)?.token else { return answer }
            return .execute(token, isTakeover: false)
        }

        /// Returns the steps of a thread: it settles and renews by the last token it was given.
        func worker() -> (Step) -> (Input, Output) {
            var token = FencingToken(0)
            let wasFree = hasMistake && store.record(for: id) == nil
            return { step in
                let ticket = EffectClaimTicket(id, token)
                switch step {
                case .claim, .takeOver:
                    let rule = step == .claim ? AbandonedClaimBehavior.halt : .takeOver
                    let answer = claim(rule, wasFree: wasFree)
                    if case .execute(let own, _) = answer { token = own }
                    return (.claim(rule), .claimed(answer))
                case .succeed, .giveBack:
                    let outcome = step == .succeed ? EffectOutcome.succeeded([1]) : .failedBeforeEffect
                    let answer = (try? store.settle(ticket, outcome)) ?? .fenced(current: nil)
                    return (.settle(token, outcome), .settled(answer))
                case .renew:
                    let answer = store.renew(ticket, lease: .nanoseconds(EffectHistoryTests.lease))
                    return (.renew(token), .renewed(answer))
                case .reconcile:
                    let answer = try? store.reconcile(id, expectedToken: token, verdict: .happened([9]))
                    return (.reconcile(token), .reconciled(answer ?? .notIndeterminate))
                case .look: return (.look, .seen(store.record(for: id)))
                case .pass:
                    clock.advance(by: .nanoseconds(EffectHistoryTests.lease))
                    return (.pass, .passed)
                }
            }
        }
    }

    private typealias Run = HistoryRun<Harness, Step, Input, Output>

    private func plans(_ count: Int, hasMistake: Bool = false) throws -> [Run.Plan] {
        var generator = SeededGenerator(seed: 5)
        func step() -> Step {
            let likely: [Step] = [.claim, .claim, .takeOver, .succeed, .giveBack, .renew, .pass]
            return (likely + Step.allCases)[Int(generator.next() % 15)]
        }
        return try (0..<count).map { number in
            let first: [Step] = number % 3 == 0 ? [.claim] : [step()]
            return Run.Plan(
                object: try Harness(hasMistake: hasMistake),
                steps: (0..<3).map { _ in first + (0..<3).map { _ in step() } }, isWide: number.isMultiple(of: 2))
        }
    }

    @Test("10,000 histories of three threads are those of one machine")
    func histories() throws {
        let histories = try #require(Run(plans(10_000)).histories { $0.worker() })
        let wrong = histories.firstIndex { !Linearizability.holds($0, from: Model()) }
        #expect(wrong == nil, "\(wrong.map { "\(histories[$0])" } ?? "")")
        let overlapping = histories.count { $0.overlapCount() > 2 }
        #expect(overlapping > 4_000)
    }

    @Test("a look before the claim is found out")
    func mistake() throws {
        let histories = try #require(Run(plans(300, hasMistake: true)).histories { $0.worker() })
        #expect(histories.contains { !Linearizability.holds($0, from: Model()) })
    }
}
