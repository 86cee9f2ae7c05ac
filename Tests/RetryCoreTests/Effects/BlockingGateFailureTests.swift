import RetryCore
import RetryTesting
import Testing

@Suite("The blocking gate when things go wrong", .timeLimit(.minutes(20)))
struct BlockingGateFailureTests {
    // MARK: Cancellation

    @Test("cancelled before it begins, a call leaves nothing behind")
    func cancelledBefore() {
        let harness = GateHarness()
        harness.token.cancel()
        let call = harness.once()
        #expect(call.error is CancellationError && call.calls == 0 && harness.memory.count == 0)
    }

    @Test("cancelled while the effect runs, the outcome is unknown", arguments: [true, false])
    func cancelledDuring(throwsCancellation: Bool) throws {
        let harness = GateHarness()
        #expect(throws: CancellationError.self) {
            try harness.gate.once("a", as: .nothing) { _ in
                harness.token.cancel()
                if throwsCancellation { throw CancellationError() }
                throw Refused()
            }
        }
        #expect(try harness.state() == .indeterminate(nil))
    }

    @Test("cancelled while it waits, the outcome is what the attempts before say", arguments: [true, false])
    func cancelledWaiting(isKnown: Bool) throws {
        let token = Locked<RetryCancellationToken?>(nil)
        var harness = GateHarness { _ in token.withLock { $0 }?.cancel() }
        harness.receiver = .deduplicates
        token.withLock { $0 = harness.token }
        let call = isKnown ? harness.once(Refused()) : harness.once(Lost())
        #expect(call.error is CancellationError && call.calls == 1)
        #expect(try harness.state() == (isKnown ? nil : .indeterminate(EffectFailure(type: "Lost"))))
    }

    @Test("a value that came in spite of a cancellation is recorded")
    func cancelledTooLate() throws {
        let harness = GateHarness()
        let result = try harness.gate.once("a", as: .utf8) { _ in
            harness.token.cancel()
            return "done"
        }
        #expect(result.value == "done")
        #expect(try harness.state() == .succeeded(Array("done".utf8)))
    }

    // MARK: The circuit

    @Test("an open circuit inside the effect leaves the key free, and is not tried again")
    func whenRejected() throws {
        let harness = GateHarness()
        let error = CircuitOpenError(name: "service", retryAfter: .seconds(9), state: .open)
        let call = harness.once(error)
        #expect(call.error as? CircuitOpenError == error && call.calls == 1)
        #expect(try harness.state() == nil)
    }

    @Test("the breaker is asked for each attempt, and what it turns away did not happen")
    func breaker() throws {
        var harness = GateHarness()
        let breaker = CircuitBreaker(
            "psp", policy: .init(consecutiveFailures: 2, breakDuration: .seconds(100)),
            clock: harness.sleeper.retryClock)
        harness.breaker = breaker
        let call = harness.once(Refused(), Refused())
        #expect(call.error is Refused && call.calls == 2 && breaker.state == .open)
        #expect(try harness.state() == nil)
        let rejected = harness.once()
        #expect(rejected.error is CircuitOpenError && rejected.calls == 0)
        #expect(try harness.state() == nil)
    }

    @Test("an empty budget ends the call with the service's own error, and the key is free")
    func budget() throws {
        var harness = GateHarness()
        harness.budget = RetryBudget(.limit(1, per: .seconds(60)), clock: harness.sleeper.retryClock)
        let call = harness.once(Refused(), Refused())
        #expect(call.error is Refused && call.calls == 2)
        #expect(try harness.state() == nil)
    }

    @Test("a store that cannot be reached counts for nothing with the breaker")
    func breakerAndStore() throws {
        var harness = GateHarness()
        let breaker = CircuitBreaker(
            "psp", policy: .init(consecutiveFailures: 2, breakDuration: .seconds(100)),
            clock: harness.sleeper.retryClock)
        harness.breaker = breaker
        harness.store.fail(renewals: 1)
        let call = harness.once(Refused(), Refused())
        #expect(call.error is FaultyStore.Unreachable && call.calls == 1)
        #expect(breaker.snapshot.consecutiveFailures == 1 && breaker.state == .closed)
        #expect(harness.recorder.codes.last == "store_failed")
    }

    // MARK: The lease

    @Test("the lease is renewed before each attempt after the first")
    func renewal() throws {
        var harness = GateHarness()
        harness.policy = RetryPolicy(maxAttempts: 4, backoff: .constant(.seconds(8)))
        let left = Locked<[Duration]>([])
        let script = FaultScript<Void>(.fail(Refused()), .fail(Refused()), .succeed(()))
        _ = try harness.gate.once("a", as: .nothing) { effect in
            left.withLock { $0.append(effect.timeLeft) }
            try script.callBlocking()
        }
        #expect(left.withLock { $0 } == [.seconds(10), .seconds(10), .seconds(10)])
        #expect(harness.clock.now == .init(.seconds(16)))
    }

    @Test("a key that was taken over meanwhile is not touched")
    func fencedBeforeAttempt() throws {
        var harness = GateHarness()
        harness.rule = .takeOver
        harness.policy = RetryPolicy(maxAttempts: 4, backoff: .constant(.seconds(20)))
        let memory = harness.memory
        let id = try ActionID("a")
        harness.store.beforeRenewal { _ = memory.claim(id, lease: .seconds(10), ifAbandoned: .takeOver) }
        let call = harness.once(Refused(), Refused())
        guard case .fenced(id, FencingToken(1), FencingToken(2)) = call.error as? EffectError else {
            Issue.record("\(String(describing: call.error))")
            return
        }
        #expect(call.calls == 1)
        #expect(try harness.state() == .running(leaseLeft: .seconds(10)))
    }

    @Test("a success after a takeover is fenced, and never silent")
    func fencedAfterEffect() throws {
        let harness = GateHarness()
        let memory = harness.memory
        let id = try ActionID("a")
        let error = #expect(throws: EffectError.self) {
            try harness.gate.once("a", as: .utf8) { _ in
                harness.clock.advance(by: .seconds(10))
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
        let harness = GateHarness()
        let id = try ActionID("a")
        let result = try harness.gate.once("a", as: .utf8) { _ in
            harness.clock.advance(by: .seconds(10))
            guard case .indeterminate = harness.memory.claim(id, lease: .seconds(10)) else { throw PermanentError() }
            return "late"
        }
        #expect(result.value == "late")
        #expect(try harness.state() == .succeeded(Array("late".utf8)))
    }

    // MARK: The store

    @Test("a store that cannot be asked for the key keeps the effect from running")
    func claimFails() {
        let harness = GateHarness()
        harness.store.fail(claims: 1)
        let call = harness.once()
        #expect(call.error is FaultyStore.Unreachable && call.calls == 0)
        #expect(harness.once().value == "done")
    }

    @Test("a store that cannot renew the lease keeps the next attempt from running", arguments: [true, false])
    func renewalFails(isKnown: Bool) throws {
        var harness = GateHarness()
        harness.receiver = .deduplicates
        harness.store.fail(renewals: 1)
        let call = isKnown ? harness.once(Refused()) : harness.once(Lost())
        #expect(call.calls == 1)
        if isKnown {
            #expect(call.error is FaultyStore.Unreachable)
            #expect(try harness.state() == nil)
        } else {
            #expect(call.problem == "indeterminate")
            #expect(try harness.state() == .indeterminate(EffectFailure(type: "Lost")))
        }
    }

    @Test("the store is told again and again, whatever was cancelled", arguments: [1, 7])
    func settlementIsRepeated(failures: Int) throws {
        let harness = GateHarness()
        harness.store.fail(settlements: failures)
        let result = try harness.gate.once("a", as: .utf8) { _ in
            harness.token.cancel()
            return "done"
        }
        #expect(result.value == "done" && harness.store.settled.count == failures + 1)
        #expect(try harness.state() == .succeeded(Array("done".utf8)))
    }

    @Test("a retry inside of an effect does not pass a lost reply off as a rejection")
    func innerRetry() throws {
        let harness = GateHarness()
        let service = CircuitBreaker(
            "service", policy: CircuitBreakerPolicy(consecutiveFailures: 1), clock: harness.sleeper.retryClock)
        var attempts = 0
        #expect(throws: EffectError.self) {
            try harness.gate.once("a", as: .utf8) { _ in
                try retryBlocking(.default.maxAttempts(2).sleeper(harness.sleeper.sleeper)) {
                    try service.call {
                        attempts += 1
                        throw TransientError("no reply")
                    }
                }
            }
        }
        #expect(attempts == 1)
        #expect(try harness.state() == .indeterminate(EffectFailure(type: "TransientError")))
    }

    @Test("a store that cannot be told at all makes the outcome indeterminate")
    func settlementFails() throws {
        let harness = GateHarness()
        harness.store.fail(settlements: 100)
        let call = harness.once()
        guard case .indeterminate(_, _, _, "Unreachable", let error) = call.error as? EffectError else {
            Issue.record("\(String(describing: call.error))")
            return
        }
        #expect(error is FaultyStore.Unreachable)
        #expect(harness.store.settled.last == .succeededWithoutResult(EffectFailure(type: "Unreachable")))
        #expect(try harness.state() != nil)
        #expect(harness.once(Refused(), Refused(), Refused(), key: "b").problem == "indeterminate")
    }

    @Test("a value that is too long, or cannot be encoded, is the caller's, and is never run again")
    func unwritable() throws {
        var harness = GateHarness(settings: .init(maxResultBytes: 3))
        let tooLong = EffectFailure(type: "EffectStoreError")
        let first = try harness.gate.once("a", as: .utf8) { _ in "done" }
        #expect(first.value == "done" && first.unkept == tooLong)
        #expect(harness.store.settled.count == 2)
        #expect(try harness.state() == .succeededWithoutResult(tooLong))
        struct Unwritable: Error {}
        let codec = EffectCodec<Int>(encode: { _ in throw Unwritable() }, decode: { $0.count })
        let second = try harness.gate.once("b", as: codec) { _ in 1 }
        #expect(second.value == 1 && second.unkept == EffectFailure(type: "Unwritable"))
        harness.rule = .takeOver
        for key in ["a", "b"] {
            let call = harness.once(key: key)
            #expect(call.problem == "not kept" && call.calls == 0)
        }
    }

    @Test("a store that is down is told for as long as the lease lasts, and a known success is not lost")
    func downForAWhile() throws {
        let harness = GateHarness()
        harness.store.fail(until: .seconds(9), on: harness.sleeper.retryClock)
        let result = try harness.gate.once("a", as: .utf8) { _ in "done" }
        #expect(result.value == "done" && harness.clock.now >= .init(.seconds(9)))
        #expect(try harness.state() == .succeeded(Array("done".utf8)))
        harness.store.fail(until: .seconds(1_000), on: harness.sleeper.retryClock)
        let before = harness.clock.now
        #expect(throws: EffectError.self) { try harness.gate.once("b", as: .utf8) { _ in "done" } }
        #expect(before.duration(to: harness.clock.now) <= .seconds(10))
    }

    @Test("an effect that settled its own claim with other bytes is a success, with the recorded result")
    func settledByItself() throws {
        let harness = GateHarness()
        let recorded = Array("recorded".utf8)
        for (key, isLost) in [("a", false), ("b", true)] {
            let result = try harness.gate.once(key, as: .utf8) { effect in
                _ = try harness.memory.settle(EffectClaimTicket(effect.id, effect.token), .succeeded(recorded))
                if isLost { throw Lost() }
                return "own"
            }
            #expect(result.value == "recorded" && !result.isReplay && result.unkept == nil)
        }
        #expect(harness.recorder.codes == ["attempt", "success", "attempt", "success"])
    }

    @Test("stored bytes that are no result are an error, and no replay")
    func unreadable() throws {
        let harness = GateHarness()
        _ = try harness.gate.once("a", as: .bytes) { _ in [0xff] }
        #expect(throws: EffectStoreError.self) { try harness.gate.once("a", as: .utf8) { _ in "" } }
    }
}

extension BlockingGateFailureTests {
    @Test("a store that grants less than was asked for is believed")
    func shortGrant() throws {
        let harness = GateHarness()
        let gate = BlockingEffectGate(
            RetryPipeline(policy: harness.policy).sleeper(harness.sleeper.sleeper).clock(harness.sleeper.retryClock),
            store: ThriftyStore(store: harness.memory), policy: EffectGatePolicy(lease: .seconds(10)))
        let result = try gate.once("a", as: .utf8) { effect in
            if effect.attempt.isFirst { throw Refused() }
            #expect(effect.timeLeft == .seconds(6))
            return "done"
        }
        #expect(result.value == "done")
    }

    /// A store that renews for six seconds, whatever it is asked for.
    private struct ThriftyStore: BlockingEffectStore {
        let store: InMemoryEffectStore

        func claim(
            _ id: ActionID, fingerprint: EffectFingerprint, lease: Duration, ifAbandoned rule: AbandonedClaimBehavior
        ) throws -> EffectClaimAnswer {
            store.claim(id, fingerprint: fingerprint, lease: .seconds(2), ifAbandoned: rule)
        }

        func renew(_ ticket: EffectClaimTicket, lease: Duration) throws -> EffectRenewAnswer {
            store.renew(ticket, lease: .seconds(6))
        }

        func settle(_ ticket: EffectClaimTicket, _ outcome: EffectOutcome) throws -> EffectSettleAnswer {
            try store.settle(ticket, outcome)
        }

        func reconcile(
            _ id: ActionID, expectedToken: FencingToken, verdict: EffectVerdict
        ) throws -> EffectReconcileAnswer {
            try store.reconcile(id, expectedToken: expectedToken, verdict: verdict)
        }

        func record(for id: ActionID) throws -> EffectRecord? { store.record(for: id) }
    }
}
