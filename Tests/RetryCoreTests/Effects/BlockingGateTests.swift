import RetryCore
import RetryTesting
import Testing

@Suite("The blocking gate", .timeLimit(.minutes(20)))
struct BlockingGateTests {
    private let rejected = Refused(classification: .permanent)

    @Test("an effect is run once, and its result is there for those who ask again")
    func replay() throws {
        let scene = GateScene()
        let first = try scene.gate.once("a", as: .utf8) { _ in "first" }
        #expect(first == OnceResult("first") && !first.isReplay && first.age == .zero)
        scene.clock.advance(by: .seconds(5))
        let second = try scene.gate.once("a", as: .utf8) { _ in "second" }
        #expect(second.value == "first" && second.isReplay && second.age == .seconds(5))
        #expect(try scene.gate.once("b", as: .utf8) { _ in "second" }.value == "second")
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
        let scene = GateScene()
        let call = scene.once(Refused(), Refused())
        #expect(call.value == "done" && call.calls == 3)
        #expect(scene.sleeper.sleeps == [.seconds(1), .seconds(1)])
        #expect(try scene.state() == .succeeded(Array("done".utf8)))
        #expect(scene.recorder.codes == ["attempt", "retry", "attempt", "retry", "attempt", "success"])
    }

    @Test("where the tries are used up and nothing happened, the key is free")
    func released() throws {
        let scene = GateScene()
        let call = scene.once(Refused(), Refused(), Refused())
        #expect(call.error is Refused && call.calls == 3)
        #expect(try scene.state() == nil)
        #expect(scene.store.settled == [.failedBeforeEffect])
        #expect(scene.once().value == "done")
    }

    @Test("a refusal for good is replayed to those who ask again")
    func failedFinal() throws {
        let scene = GateScene()
        let call = scene.once(Refused(), rejected)
        #expect(call.error as? Refused == rejected && call.calls == 2)
        #expect(try scene.state() == .failed(EffectFailure(type: "Refused")))
        let again = scene.once()
        #expect(again.problem == "failed before" && again.calls == 0)
    }

    @Test(
        "a refusal that need not last frees the key",
        arguments: [.transient.hint(.never), .auth, .permission, .rateLimit] as [Classification])
    func refusedForNow(_ classification: Classification) throws {
        var scene = GateScene()
        scene.policy = scene.policy.never(.rateLimit)
        #expect(scene.once(Refused(classification: classification)).calls == 1)
        #expect(try scene.state() == nil)
        #expect(scene.once().value == "done")
    }

    @Test("an unknown outcome ends the call, and the effect is not run again")
    func unknown() throws {
        let scene = GateScene()
        let call = scene.once(Refused(), Lost())
        #expect(call.problem == "indeterminate" && call.calls == 2)
        guard case .indeterminate(_, let token, let age, let type, let error) = call.error as? EffectError
        else { return }
        #expect(token == FencingToken(1) && age == .seconds(1) && type == "Lost" && error is Lost)
        #expect(try scene.state() == .indeterminate(EffectFailure(type: "Lost")))
        let again = scene.once()
        #expect(again.problem == "indeterminate" && again.calls == 0)
        guard case .indeterminate(_, _, _, "Lost", nil) = again.error as? EffectError else {
            Issue.record("\(String(describing: again.error))")
            return
        }
    }

    @Test("a receiver that drops what it has seen is asked again")
    func deduplicates() throws {
        var scene = GateScene()
        scene.receiver = .deduplicates
        let call = scene.once(Lost(), Lost())
        #expect(call.value == "done" && call.calls == 3)
        let exhausted = scene.once(Lost(), Lost(), Lost(), key: "b")
        #expect(exhausted.problem == "indeterminate" && exhausted.calls == 3)
        #expect(try scene.state("b") == .indeterminate(EffectFailure(type: "Lost")))
    }

    @Test(
        "after an unknown attempt no refusal makes the outcome known",
        arguments: [Classification.transient, .permanent])
    func unknownBefore(_ classification: Classification) throws {
        var scene = GateScene()
        scene.receiver = .deduplicates
        let refused = Refused(classification: classification)
        let call = scene.once(Lost(), refused, refused)
        #expect(call.problem == "indeterminate")
        #expect(try scene.state() == .indeterminate(EffectFailure(type: "Refused")))
    }

    @Test("after a takeover only a success makes the outcome known")
    func takeover() throws {
        var scene = GateScene()
        scene.rule = .takeOver
        let lost = try scene.claimElsewhere()
        scene.clock.advance(by: .seconds(10))
        #expect(scene.once(rejected).problem == "indeterminate")
        let context = Locked<EffectContext?>(nil)
        let result = try scene.gate.once("a", as: .utf8) { effect in
            context.withLock { $0 = effect }
            return "done"
        }
        #expect(!result.isReplay && context.withLock { $0 }?.isTakeover == true)
        #expect(try scene.memory.settle(lost, .succeeded([])) == .fenced(current: FencingToken(3)))
    }

    @Test("errors of no known kind are unknown, and the policy's own limits hold")
    func limits() throws {
        struct Odd: Error {}
        let scene = GateScene()
        #expect(scene.once(Odd()).problem == "indeterminate")
        var immediate = GateScene()
        immediate.policy = immediate.policy.failsImmediately()
        #expect(immediate.once(Refused()).calls == 1)
        #expect(try immediate.state() == nil)
        let narrowed = BlockingEffectGate(RetryPipeline().retryOn([Odd.self]), store: scene.memory)
        #expect(throws: Refused.self) { try narrowed.once("n", as: .nothing) { _ in throw Refused() } }
        #expect(try scene.state("n") == nil)
    }

    @Test("what an effect is told")
    func context() throws {
        let scene = GateScene()
        let id = try ActionID("a", tenant: "t")
        let left = try scene.gate.once(id, as: .nothing) { effect in
            #expect(effect.id == id && effect.key == id.idempotencyKey && effect.token == FencingToken(1))
            #expect(!effect.isTakeover && effect.attempt.number == 1 && effect.attempt.maxAttempts == 3)
            #expect(effect.timeLeft == .seconds(10))
            scene.clock.advance(by: .seconds(4))
            #expect(effect.timeLeft == .seconds(6))
            scene.clock.advance(by: .seconds(60))
            #expect(effect.timeLeft == .zero)
        }
        #expect(!left.isReplay)
    }

    @Test("a key that was used for something else, a full store, and no key at all")
    func refusals() throws {
        let scene = GateScene(settings: .init(capacity: 1))
        let print = EffectFingerprint(of: "request".utf8)
        _ = try scene.gate.once("a", fingerprint: print, as: .nothing) { _ in }
        let mismatch = scene.once()
        #expect(mismatch.problem == "fingerprint mismatch" && mismatch.calls == 0)
        #expect("\(try #require(mismatch.error))".contains("recorded \(print), given \(EffectFingerprint.none)"))
        #expect(scene.once(key: "b").problem == "full")
        #expect(scene.once(key: "").error is ActionIDError)
        #expect(scene.once(key: String(repeating: "x", count: 256)).error is ActionIDError)
    }

    @Test("texts of errors are stored only if asked for")
    func messages() throws {
        var scene = GateScene()
        _ = scene.once(Lost())
        #expect(try scene.state() == .indeterminate(EffectFailure(type: "Lost")))
        scene.storesMessages = true
        _ = scene.once(Lost(), key: "b")
        #expect(try scene.state("b") == .indeterminate(EffectFailure(type: "Lost", message: "secret")))
    }

    @Test("a policy for exactly once runs here, and one that a blocking call cannot keep is refused before a claim")
    func policies() throws {
        var scene = GateScene()
        scene.policy = scene.policy.guarantee(.exactlyOnce)
        #expect(scene.once(Refused()).calls == 2)
        scene.policy = scene.policy.attemptTimeout(.seconds(1))
        #expect(scene.once(key: "b").error is PolicyError)
        #expect(try scene.state("b") == nil && scene.memory.count == 1)
    }

    @Test("nonsense in the code traps")
    func traps() async {
        await #expect(processExitsWith: .failure) {
            _ = BlockingEffectGate(store: InMemoryEffectStore(), lease: .zero)
        }
        await #expect(processExitsWith: .failure) {
            _ = BlockingEffectGate(store: InMemoryEffectStore(), waitingUpTo: .seconds(-1))
        }
    }
}
