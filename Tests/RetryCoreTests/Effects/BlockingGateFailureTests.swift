import RetryCore
import RetryTesting
import Testing

@Suite("The blocking gate when things go wrong", .timeLimit(.minutes(20)))
struct BlockingGateFailureTests {
    // MARK: Cancellation

    @Test("cancelled before it begins, a call leaves nothing behind")
    func cancelledBefore() {
        let scene = GateScene()
        scene.token.cancel()
        let call = scene.once()
        #expect(call.error is CancellationError && call.calls == 0 && scene.memory.count == 0)
    }

    @Test("cancelled while the effect runs, the outcome is unknown", arguments: [true, false])
    func cancelledDuring(throwsCancellation: Bool) throws {
        let scene = GateScene()
        #expect(throws: CancellationError.self) {
            try scene.gate.once("a", as: .nothing) { _ in
                scene.token.cancel()
                if throwsCancellation { throw CancellationError() }
                throw Refused()
            }
        }
        #expect(try scene.state() == .indeterminate(nil))
    }

    @Test("cancelled while it waits, the outcome is what the attempts before say", arguments: [true, false])
    func cancelledWaiting(isKnown: Bool) throws {
        let token = Locked<CancellationToken?>(nil)
        var scene = GateScene { _ in token.withLock { $0 }?.cancel() }
        scene.receiver = .deduplicates
        token.withLock { $0 = scene.token }
        let call = isKnown ? scene.once(Refused()) : scene.once(Lost())
        #expect(call.error is CancellationError && call.calls == 1)
        #expect(try scene.state() == (isKnown ? nil : .indeterminate(EffectFailure(type: "Lost"))))
    }

    @Test("a value that came in spite of a cancellation is recorded")
    func cancelledTooLate() throws {
        let scene = GateScene()
        let result = try scene.gate.once("a", as: .utf8) { _ in
            scene.token.cancel()
            return "done"
        }
        #expect(result.value == "done")
        #expect(try scene.state() == .succeeded(Array("done".utf8)))
    }

    // MARK: The circuit

    @Test("an open circuit inside the effect leaves the key free, and is not tried again")
    func openCircuit() throws {
        let scene = GateScene()
        let error = CircuitOpenError(name: "service", retryAfter: .seconds(9), state: .open)
        let call = scene.once(error)
        #expect(call.error as? CircuitOpenError == error && call.calls == 1)
        #expect(try scene.state() == nil)
    }

    @Test("the breaker is asked for each attempt, and what it turns away did not happen")
    func breaker() throws {
        var scene = GateScene()
        let breaker = CircuitBreaker(
            "psp", policy: .init(consecutiveFailures: 2, breakDuration: .seconds(100)), clock: scene.sleeper.retryClock)
        scene.breaker = breaker
        let call = scene.once(Refused(), Refused())
        #expect(call.error is Refused && call.calls == 2 && breaker.state == .open)
        #expect(try scene.state() == nil)
        let rejected = scene.once()
        #expect(rejected.error is CircuitOpenError && rejected.calls == 0)
        #expect(try scene.state() == nil)
    }

    @Test("an empty budget ends the call with the service's own error, and the key is free")
    func budget() throws {
        var scene = GateScene()
        scene.budget = RetryBudget(.limit(1, per: .seconds(60)), clock: scene.sleeper.retryClock)
        let call = scene.once(Refused(), Refused())
        #expect(call.error is Refused && call.calls == 2)
        #expect(try scene.state() == nil)
    }

    @Test("a store that cannot be reached counts for nothing with the breaker")
    func breakerAndStore() throws {
        var scene = GateScene()
        let breaker = CircuitBreaker(
            "psp", policy: .init(consecutiveFailures: 2, breakDuration: .seconds(100)), clock: scene.sleeper.retryClock)
        scene.breaker = breaker
        scene.store.fail(renewals: 1)
        let call = scene.once(Refused(), Refused())
        #expect(call.error is FaultyStore.Unreachable && call.calls == 1)
        #expect(breaker.snapshot.consecutiveFailures == 1 && breaker.state == .closed)
        #expect(scene.recorder.codes.last == "store_failed")
    }

    // MARK: The lease

    @Test("the lease is renewed before each attempt after the first")
    func renewal() throws {
        var scene = GateScene()
        scene.policy = RetryPolicy(maxAttempts: 4, backoff: .constant(.seconds(8)))
        let left = Locked<[Duration]>([])
        let script = FaultScript<Void>(.fail(Refused()), .fail(Refused()), .succeed(()))
        _ = try scene.gate.once("a", as: .nothing) { effect in
            left.withLock { $0.append(effect.timeLeft) }
            try script.callBlocking()
        }
        #expect(left.withLock { $0 } == [.seconds(10), .seconds(10), .seconds(10)])
        #expect(scene.clock.now == .init(.seconds(16)))
    }

    @Test("a key that was taken over meanwhile is not touched")
    func fencedBeforeAttempt() throws {
        var scene = GateScene()
        scene.rule = .takeOver
        scene.policy = RetryPolicy(maxAttempts: 4, backoff: .constant(.seconds(20)))
        let memory = scene.memory
        let id = try ActionID("a")
        scene.store.beforeRenewal { _ = memory.claim(id, lease: .seconds(10), ifAbandoned: .takeOver) }
        let call = scene.once(Refused(), Refused())
        guard case .fenced(id, FencingToken(1), FencingToken(2)) = call.error as? EffectError else {
            Issue.record("\(String(describing: call.error))")
            return
        }
        #expect(call.calls == 1)
        #expect(try scene.state() == .running(leaseLeft: .seconds(10)))
    }

    @Test("a success after a takeover is fenced, and never silent")
    func fencedAfterEffect() throws {
        let scene = GateScene()
        let memory = scene.memory
        let id = try ActionID("a")
        let error = #expect(throws: EffectError.self) {
            try scene.gate.once("a", as: .utf8) { _ in
                scene.clock.advance(by: .seconds(10))
                _ = memory.claim(id, lease: .seconds(10), ifAbandoned: .takeOver)
                return "late"
            }
        }
        guard case .fenced = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("a slow success counts if another claim only halted")
    func slowOwner() throws {
        let scene = GateScene()
        let id = try ActionID("a")
        let result = try scene.gate.once("a", as: .utf8) { _ in
            scene.clock.advance(by: .seconds(10))
            guard case .indeterminate = scene.memory.claim(id, lease: .seconds(10)) else { throw PermanentError() }
            return "late"
        }
        #expect(result.value == "late")
        #expect(try scene.state() == .succeeded(Array("late".utf8)))
    }

    // MARK: The store

    @Test("a store that cannot be asked for the key keeps the effect from running")
    func claimFails() {
        let scene = GateScene()
        scene.store.fail(claims: 1)
        let call = scene.once()
        #expect(call.error is FaultyStore.Unreachable && call.calls == 0)
        #expect(scene.once().value == "done")
    }

    @Test("a store that cannot renew the lease keeps the next attempt from running", arguments: [true, false])
    func renewalFails(isKnown: Bool) throws {
        var scene = GateScene()
        scene.receiver = .deduplicates
        scene.store.fail(renewals: 1)
        let call = isKnown ? scene.once(Refused()) : scene.once(Lost())
        #expect(call.calls == 1)
        if isKnown {
            #expect(call.error is FaultyStore.Unreachable)
            #expect(try scene.state() == nil)
        } else {
            #expect(call.problem == "indeterminate")
            #expect(try scene.state() == .indeterminate(EffectFailure(type: "Lost")))
        }
    }

    @Test("the store is told again and again, whatever was cancelled", arguments: [1, 7])
    func settlementIsRepeated(failures: Int) throws {
        let scene = GateScene()
        scene.store.fail(settlements: failures)
        let result = try scene.gate.once("a", as: .utf8) { _ in
            scene.token.cancel()
            return "done"
        }
        #expect(result.value == "done" && scene.store.settled.count == failures + 1)
        #expect(try scene.state() == .succeeded(Array("done".utf8)))
    }

    @Test("a retry inside of an effect does not pass a lost reply off as a rejection")
    func innerRetry() throws {
        let scene = GateScene()
        let service = CircuitBreaker(
            "service", policy: CircuitBreakerPolicy(consecutiveFailures: 1), clock: scene.sleeper.retryClock)
        var attempts = 0
        #expect(throws: EffectError.self) {
            try scene.gate.once("a", as: .utf8) { _ in
                try retryBlocking(.default.maxAttempts(2).sleeper(scene.sleeper.sleeper)) {
                    try service.call {
                        attempts += 1
                        throw TransientError("no reply")
                    }
                }
            }
        }
        #expect(attempts == 1)
        #expect(try scene.state() == .indeterminate(EffectFailure(type: "TransientError")))
    }

    @Test("a store that cannot be told at all makes the outcome indeterminate")
    func settlementFails() throws {
        let scene = GateScene()
        scene.store.fail(settlements: 100)
        let call = scene.once()
        guard case .indeterminate(_, _, _, "Unreachable", let error) = call.error as? EffectError else {
            Issue.record("\(String(describing: call.error))")
            return
        }
        #expect(error is FaultyStore.Unreachable)
        #expect(scene.store.settled.last == .succeededWithoutResult(EffectFailure(type: "Unreachable")))
        #expect(try scene.state() != nil)
        #expect(scene.once(Refused(), Refused(), Refused(), key: "b").problem == "indeterminate")
    }

    @Test("a value that is too long, or cannot be encoded, is the caller's, and is never run again")
    func unwritable() throws {
        var scene = GateScene(settings: .init(maxResultBytes: 3))
        let tooLong = EffectFailure(type: "EffectStoreError")
        let first = try scene.gate.once("a", as: .utf8) { _ in "done" }
        #expect(first.value == "done" && first.unkept == tooLong)
        #expect(scene.store.settled.count == 2)
        #expect(try scene.state() == .succeededWithoutResult(tooLong))
        struct Unwritable: Error {}
        let codec = EffectCodec<Int>(encode: { _ in throw Unwritable() }, decode: { $0.count })
        let second = try scene.gate.once("b", as: codec) { _ in 1 }
        #expect(second.value == 1 && second.unkept == EffectFailure(type: "Unwritable"))
        scene.rule = .takeOver
        for key in ["a", "b"] {
            let call = scene.once(key: key)
            #expect(call.problem == "not kept" && call.calls == 0)
        }
    }

    @Test("a store that is down is told for as long as the lease lasts, and a known success is not lost")
    func downForAWhile() throws {
        let scene = GateScene()
        scene.store.fail(until: .seconds(9), on: scene.sleeper.retryClock)
        let result = try scene.gate.once("a", as: .utf8) { _ in "done" }
        #expect(result.value == "done" && scene.clock.now >= .init(.seconds(9)))
        #expect(try scene.state() == .succeeded(Array("done".utf8)))
        scene.store.fail(until: .seconds(1_000), on: scene.sleeper.retryClock)
        let before = scene.clock.now
        #expect(throws: EffectError.self) { try scene.gate.once("b", as: .utf8) { _ in "done" } }
        #expect(before.duration(to: scene.clock.now) <= .seconds(10))
    }

    @Test("an effect that settled its own claim with other bytes is a success, with the recorded result")
    func settledByItself() throws {
        let scene = GateScene()
        let recorded = Array("recorded".utf8)
        for (key, isLost) in [("a", false), ("b", true)] {
            let result = try scene.gate.once(key, as: .utf8) { effect in
                _ = try scene.memory.settle(ClaimTicket(effect.id, effect.token), .succeeded(recorded))
                if isLost { throw Lost() }
                return "own"
            }
            #expect(result.value == "recorded" && !result.isReplay && result.unkept == nil)
        }
        #expect(scene.recorder.codes == ["attempt", "success", "attempt", "success"])
    }

    @Test("stored bytes that are no result are an error, and no replay")
    func unreadable() throws {
        let scene = GateScene()
        _ = try scene.gate.once("a", as: .bytes) { _ in [0xff] }
        #expect(throws: EffectStoreError.self) { try scene.gate.once("a", as: .utf8) { _ in "" } }
    }
}
