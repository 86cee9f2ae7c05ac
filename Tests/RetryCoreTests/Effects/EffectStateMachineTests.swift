import RetryCore
import Testing

@Suite("The machine of one key", .timeLimit(.minutes(20)))
struct EffectStateMachineTests {
    private let print = EffectFingerprint(of: "request".utf8)

    private func claimed(_ rule: AbandonedClaimBehavior = .halt) -> EffectStateMachine {
        var machine = EffectStateMachine()
        _ = machine.claim(fingerprint: print, lease: 10, ifAbandoned: rule, now: 0) { FencingToken(7) }
        return machine
    }

    private func claim(
        _ machine: inout EffectStateMachine, _ rule: AbandonedClaimBehavior = .halt, now: Int64, token: Int64 = 8
    ) -> EffectClaimAnswer {
        machine.claim(fingerprint: print, lease: 10, ifAbandoned: rule, now: now) { FencingToken(token) }
    }

    @Test("a lease is over at its end, and not one nanosecond before")
    func endOfLease() {
        var machine = claimed()
        #expect(
            claim(&machine, .takeOver, now: 9)
                == .inProgress(runningFor: .nanoseconds(9), leaseLeft: .nanoseconds(1)))
        var other = machine
        #expect(
            claim(&other, now: 10) == .indeterminate(FencingToken(7), age: .nanoseconds(10), lastErrorType: nil))
        #expect(other.phase == .abandoned)
        #expect(claim(&machine, .takeOver, now: 10) == .execute(FencingToken(8), isTakeover: true))
    }

    @Test("a record goes at the end of its time, and not one nanosecond before")
    func endOfRetention() {
        var machine = claimed()
        #expect(machine.settle(token: FencingToken(7), .succeeded([1]), retention: 100, now: 5) == .recorded)
        #expect(claim(&machine, now: 104) == .replay(.init(.succeeded([1]), age: .nanoseconds(99))))
        #expect(!machine.isExpired(now: 104) && machine.isExpired(now: 105))
        #expect(machine.record(now: 104)?.state == .succeeded([1]) && machine.record(now: 105) == nil)
        #expect(
            machine.settle(token: FencingToken(7), .succeeded([1]), retention: 100, now: 105)
                == .fenced(current: nil))
        #expect(claim(&machine, now: 105) == .execute(FencingToken(8), isTakeover: false))
    }

    @Test("what has no outcome never goes away by itself")
    func noOutcome() {
        var machine = claimed()
        #expect(!machine.isExpired(now: .max))
        _ = claim(&machine, now: 10)
        #expect(!machine.isExpired(now: .max))
        #expect(machine.settle(token: FencingToken(7), .indeterminate(nil), retention: 1, now: 11) == .recorded)
        #expect(!machine.isExpired(now: .max))
        #expect(machine.record(now: .max)?.state == .indeterminate(nil))
    }

    @Test("a released key is remembered for a minute, or for as long as records are kept")
    func released() {
        for (retention, memory) in [(50, 50), (EffectStateMachine.releaseMemory * 2, EffectStateMachine.releaseMemory)]
        {
            var machine = claimed()
            let own = FencingToken(7)
            #expect(machine.settle(token: own, .failedBeforeEffect, retention: retention, now: 0) == .recorded)
            #expect(machine.record(now: 0) == nil)
            #expect(
                machine.settle(token: own, .failedBeforeEffect, retention: retention, now: memory - 1)
                    == .alreadyRecorded)
            #expect(
                machine.settle(token: own, .succeeded([]), retention: retention, now: 0) == .fenced(current: own))
            #expect(
                machine.settle(token: own, .failedBeforeEffect, retention: retention, now: memory)
                    == .fenced(current: nil))
        }
    }

    @Test("a late owner settles without a takeover, and is fenced after one")
    func lateOwner() {
        for outcome in [EffectOutcome.succeeded([1]), .failedBeforeEffect, .indeterminate(nil)] {
            var halted = claimed()
            _ = claim(&halted, now: 10)
            #expect(halted.renew(token: FencingToken(7), lease: 10, now: 11) == .lost(current: FencingToken(7)))
            #expect(halted.settle(token: FencingToken(7), outcome, retention: 100, now: 12) == .recorded)
            var taken = claimed()
            _ = claim(&taken, .takeOver, now: 10)
            #expect(
                taken.settle(token: FencingToken(7), outcome, retention: 100, now: 12)
                    == .fenced(current: FencingToken(8)))
            #expect(taken.settle(token: FencingToken(8), outcome, retention: 100, now: 12) == .recorded)
        }
    }

    @Test("a settled record stays settled")
    func settledIsFinal() {
        let outcomes: [EffectOutcome] = [
            .succeeded([1]), .succeeded([2]), .succeeded([]), .succeededWithoutResult(EffectFailure(type: "A")),
            .succeededWithoutResult(EffectFailure(type: "B")), .failedFinal(EffectFailure(type: "A")),
            .failedFinal(EffectFailure(type: "B")), .failedBeforeEffect, .indeterminate(nil),
            .indeterminate(EffectFailure(type: "A")),
            // Twins: the same text to read, and two to a server.
            .failedFinal(EffectFailure(type: "A", message: "caf\u{e9}")),
            .failedFinal(EffectFailure(type: "A", message: "cafe\u{301}")),
            .failedFinal(EffectFailure(type: "A", code: "")),
        ]
        for (index, first) in outcomes.enumerated() {
            for (other, second) in outcomes.enumerated() {
                var machine = claimed()
                #expect(machine.settle(token: FencingToken(7), first, retention: 100, now: 1) == .recorded)
                let before = machine
                let answer = machine.settle(token: FencingToken(7), second, retention: 100, now: 2)
                #expect(answer == (index == other ? .alreadyRecorded : .fenced(current: FencingToken(7))))
                #expect(machine == before)
                #expect(
                    machine.settle(token: FencingToken(6), first, retention: 100, now: 2)
                        == .fenced(current: FencingToken(7)))
            }
        }
    }

    @Test("a renewal never shortens a lease, and an ended one may be renewed until another claim")
    func renewal() {
        var machine = claimed()
        #expect(machine.renew(token: FencingToken(7), lease: 3, now: 1) == .renewed(leaseLeft: .nanoseconds(9)))
        #expect(machine.renew(token: FencingToken(7), lease: 10, now: 5) == .renewed(leaseLeft: .nanoseconds(10)))
        #expect(machine.renew(token: FencingToken(7), lease: 10, now: 40) == .renewed(leaseLeft: .nanoseconds(10)))
        #expect(machine.renew(token: FencingToken(6), lease: 10, now: 41) == .lost(current: FencingToken(7)))
        #expect(machine.until == 50)
    }

    @Test("every field of a row comes back, and hostile times do not trap")
    func rows() {
        let failure = EffectFailure(type: "Timeout", code: "504", message: "m")
        for phase in EffectStateMachine.Phase.allCases {
            #expect(EffectStateMachine.Phase(rawValue: phase.rawValue) == phase)
            for time in [Int64.min, -1, 0, 1, .max] {
                for now in [Int64.min, -1, 0, 1, .max] {
                    var machine = EffectStateMachine(
                        phase: phase, token: FencingToken(time), fingerprint: print, since: time, until: time,
                        result: [1, 2], failure: failure)
                    _ = machine.record(now: now)
                    _ = claim(&machine, now: now)
                    _ = machine.renew(token: machine.token, lease: time, now: now)
                    _ = machine.settle(token: machine.token, .succeeded([]), retention: .max, now: now)
                    _ = machine.reconcile(expectedToken: machine.token, .didNotHappen, retention: .max, now: now)
                }
            }
        }
        let row = EffectStateMachine(
            phase: .succeeded, token: FencingToken(3), fingerprint: print, since: 4, until: 5, result: [1])
        #expect(row.result == [1] && row.failure == nil && row.since == 4 && row.until == 5)
        let failed = EffectStateMachine(
            phase: .failed, token: FencingToken(3), fingerprint: print, since: 4, until: 5, failure: failure)
        #expect(failed.result == nil && failed.failure == failure)
        let unkept = EffectStateMachine(
            phase: .succeeded, token: FencingToken(3), fingerprint: print, since: 4, until: 5, failure: failure)
        #expect(unkept.record(now: 4)?.state == .succeededWithoutResult(failure))
        #expect(EffectStateMachine.Phase(rawValue: 7) == nil)
    }
}

@Suite("What is stored of an error", .timeLimit(.minutes(20)))
struct EffectFailureTests {
    private struct HTTPFailure: StatusCodeError, CustomStringConvertible {
        let statusCode: Int?
        let description = "token=secret"
    }

    private struct ServiceFailure: ServiceCodeError {
        let serviceCode: String?
    }

    @Test("type and code, and the text only if asked for")
    func errors() {
        #expect(EffectFailure(HTTPFailure(statusCode: 504)) == EffectFailure(type: "HTTPFailure", code: "504"))
        #expect(EffectFailure(ServiceFailure(serviceCode: "Throttled")).code == "Throttled")
        #expect(EffectFailure(HTTPFailure(statusCode: nil)).code == nil)
        #expect(EffectFailure(HTTPFailure(statusCode: 504)).message == nil)
        #expect(EffectFailure(HTTPFailure(statusCode: 504), includesMessage: true).message == "token=secret")
        #expect("\(EffectFailure(type: "A", code: "1", message: "m"))" == "A (1): m")
    }

    @Test("long texts are cut")
    func lengths() {
        let long = String(repeating: "é", count: 9_999)
        let failure = EffectFailure(type: long, code: long, message: long)
        #expect(failure.type.utf8.count == 254 && failure.code == failure.type)
        #expect((failure.message?.utf8.count ?? 0) == 4_096)
        let exact = String(repeating: "x", count: 255)
        #expect(EffectFailure(type: exact).type == exact)
    }
}
