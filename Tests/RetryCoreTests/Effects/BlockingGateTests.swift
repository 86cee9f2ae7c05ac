import RetryCore
import RetryTesting
import Testing

@Suite("The blocking gate", .timeLimit(.minutes(20)))
struct BlockingGateTests {
    private let rejected = Refused(classification: .permanent)

    @Test("an effect is run once, and its result is there for those who ask again")
    func replay() throws {
        let harness = GateHarness()
        let first = try harness.gate.once("a", as: .utf8) { _ in "first" }
        #expect(first == OnceResult("first") && !first.isReplay && first.age == .zero)
        harness.clock.advance(by: .seconds(5))
        let second = try harness.gate.once("a", as: .utf8) { _ in "second" }
        #expect(second.value == "first" && second.isReplay && second.age == .seconds(5))
        #expect(try harness.gate.once("b", as: .utf8) { _ in "second" }.value == "second")
    }

    @Test("the function for a single call")
    func function() throws {
        let store = InMemoryEffectStore()
        let id = try ActionID(type: "mail.send", payload: "hello".utf8, scope: "run-1")
        for isReplay in [false, true] {
            let result = try onceBlocking(id, in: store, as: .bytes) { effect in Array(effect.key.utf8) }
            #expect(result.value == Array(id.key) && result.isReplay == isReplay)
        }
        var count = 0
        for _ in 0..<2 { _ = try onceBlocking("b", in: store, as: .nothing) { _ in count += 1 } }
        #expect(count == 1)
    }

    @Test("text and bytes know how they are kept")
    func ownCodec() throws {
        let store = InMemoryEffectStore()
        let gate = BlockingEffectGate(store: store)
        for isReplay in [false, true] {
            let text = try onceBlocking("a", in: store) { _ in isReplay ? "again" : "é" }
            #expect(text.value == "é" && text.isReplay == isReplay)
            let bytes = try gate.once("b") { _ -> [UInt8] in isReplay ? [] : [0xff, 0] }
            #expect(bytes.value == [0xff, 0] && bytes.isReplay == isReplay)
        }
    }

    @Test("what certainly did nothing is tried again")
    func notExecuted() throws {
        let harness = GateHarness()
        let call = harness.once(Refused(), Refused())
        #expect(call.value == "done" && call.calls == 3)
        #expect(harness.sleeper.sleeps == [.seconds(1), .seconds(1)])
        #expect(try harness.state() == .succeeded(Array("done".utf8)))
        #expect(harness.recorder.codes == ["attempt", "retry", "attempt", "retry", "attempt", "success"])
    }

    @Test("where the tries are used up and nothing happened, the key is free")
    func released() throws {
        let harness = GateHarness()
        let call = harness.once(Refused(), Refused(), Refused())
        #expect(call.error is Refused && call.calls == 3)
        #expect(try harness.state() == nil)
        #expect(harness.store.settled == [.failedBeforeEffect])
        #expect(harness.once().value == "done")
    }

    @Test("a refusal for good is replayed to those who ask again")
    func failedFinal() throws {
        let harness = GateHarness()
        let call = harness.once(Refused(), rejected)
        #expect(call.error as? Refused == rejected && call.calls == 2)
        #expect(try harness.state() == .failed(EffectFailure(type: "Refused")))
        let again = harness.once()
        #expect(again.problem == "failed before" && again.calls == 0)
    }

    @Test(
        "a refusal that need not last frees the key",
        arguments: [.transient.hint(.never), .auth, .permission, .rateLimit] as [ErrorClassification])
    func refusedForNow(_ classification: ErrorClassification) throws {
        var harness = GateHarness()
        harness.policy = harness.policy.never(.rateLimit)
        #expect(harness.once(Refused(classification: classification)).calls == 1)
        #expect(try harness.state() == nil)
        #expect(harness.once().value == "done")
    }

    @Test("an unknown outcome ends the call, and the effect is not run again")
    func unknown() throws {
        let harness = GateHarness()
        let call = harness.once(Refused(), Lost())
        #expect(call.problem == "indeterminate" && call.calls == 2)
        guard case .indeterminate(_, let token, let age, let type, let error) = call.error as? EffectError
        else { return }
        #expect(token == FencingToken(1) && age == .seconds(1) && type == "Lost" && error is Lost)
        #expect(try harness.state() == .indeterminate(EffectFailure(type: "Lost")))
        let again = harness.once()
        #expect(again.problem == "indeterminate" && again.calls == 0)
        guard case .indeterminate(_, _, _, "Lost", nil) = again.error as? EffectError else {
            Issue.record("\(String(describing: again.error))")
            return
        }
    }

    @Test("a receiver that drops what it has seen is asked again")
    func deduplicates() throws {
        var harness = GateHarness()
        harness.receiver = .deduplicates
        let call = harness.once(Lost(), Lost())
        #expect(call.value == "done" && call.calls == 3)
        let exhausted = harness.once(Lost(), Lost(), Lost(), key: "b")
        #expect(exhausted.problem == "indeterminate" && exhausted.calls == 3)
        #expect(try harness.state("b") == .indeterminate(EffectFailure(type: "Lost")))
    }

    @Test(
        "after an unknown attempt no refusal makes the outcome known",
        arguments: [ErrorClassification.transient, .permanent])
    func unknownBefore(_ classification: ErrorClassification) throws {
        var harness = GateHarness()
        harness.receiver = .deduplicates
        let refused = Refused(classification: classification)
        let call = harness.once(Lost(), refused, refused)
        #expect(call.problem == "indeterminate")
        #expect(try harness.state() == .indeterminate(EffectFailure(type: "Refused")))
    }

    @Test("after a takeover only a success makes the outcome known")
    func takeover() throws {
        var harness = GateHarness()
        harness.rule = .takeOver
        let lost = try harness.claimElsewhere()
        harness.clock.advance(by: .seconds(10))
        #expect(harness.once(rejected).problem == "indeterminate")
        let context = Locked<EffectContext?>(nil)
        let result = try harness.gate.once("a", as: .utf8) { effect in
            context.withLock { $0 = effect }
            return "done"
        }
        #expect(!result.isReplay && context.withLock { $0 }?.isTakeover == true)
        #expect(try harness.memory.settle(lost, .succeeded([])) == .fenced(current: FencingToken(3)))
    }

    @Test("errors of no known kind are unknown, and the policy's own limits hold")
    func limits() throws {
        struct Odd: Error {}
        let harness = GateHarness()
        #expect(harness.once(Odd()).problem == "indeterminate")
        var immediate = GateHarness()
        immediate.policy = immediate.policy.failsImmediately()
        #expect(immediate.once(Refused()).calls == 1)
        #expect(try immediate.state() == nil)
        let narrowed = BlockingEffectGate(RetryPipeline().retryOn([Odd.self]), store: harness.memory)
        #expect(throws: Refused.self) { try narrowed.once("n", as: .nothing) { _ in throw Refused() } }
        #expect(try harness.state("n") == nil)
    }

    @Test("what an effect is told")
    func context() throws {
        let harness = GateHarness()
        let id = try ActionID("a", tenant: "t")
        let left = try harness.gate.once(id, as: .nothing) { effect in
            #expect(effect.id == id && effect.key == id.idempotencyKey && effect.token == FencingToken(1))
            #expect(!effect.isTakeover && effect.attempt.number == 1 && effect.attempt.maxAttempts == 3)
            #expect(effect.timeLeft == .seconds(10))
            harness.clock.advance(by: .seconds(4))
            #expect(effect.timeLeft == .seconds(6))
            harness.clock.advance(by: .seconds(60))
            #expect(effect.timeLeft == .zero)
        }
        #expect(!left.isReplay)
    }

    @Test("a key that was used for something else, a full store, and no key at all")
    func refusals() throws {
        let harness = GateHarness(settings: .init(capacity: 1))
        let print = EffectFingerprint(of: "request".utf8)
        _ = try harness.gate.once("a", fingerprint: print, as: .nothing) { _ in }
        let mismatch = harness.once()
        #expect(mismatch.problem == "fingerprint mismatch" && mismatch.calls == 0)
        #expect("\(try #require(mismatch.error))".contains("recorded \(print), given \(EffectFingerprint.none)"))
        #expect(harness.once(key: "b").problem == "full")
        #expect(harness.once(key: "").error is ActionIDError)
        #expect(harness.once(key: String(repeating: "x", count: 256)).error is ActionIDError)
    }

    @Test("texts of errors are stored only if asked for")
    func messages() throws {
        var harness = GateHarness()
        _ = harness.once(Lost())
        #expect(try harness.state() == .indeterminate(EffectFailure(type: "Lost")))
        harness.storesMessages = true
        _ = harness.once(Lost(), key: "b")
        #expect(try harness.state("b") == .indeterminate(EffectFailure(type: "Lost", message: "secret")))
    }

    @Test("a policy for exactly once runs here, and one that a blocking call cannot keep is refused before a claim")
    func policies() throws {
        var harness = GateHarness()
        harness.policy = harness.policy.guarantee(.exactlyOnce)
        #expect(harness.once(Refused()).calls == 2)
        harness.policy = harness.policy.attemptTimeout(.seconds(1))
        #expect(harness.once(key: "b").error is InvalidPolicyError)
        #expect(try harness.state("b") == nil && harness.memory.count == 1)
    }

    @Test("nonsense in the code traps")
    func traps() async {
        await #expect(processExitsWith: .failure) {
            _ = EffectGatePolicy(lease: .zero)
        }
        await #expect(processExitsWith: .failure) {
            _ = EffectGatePolicy(waitingUpTo: .seconds(-1))
        }
    }
}
