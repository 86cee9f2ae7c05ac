import RetryCore
import RetryTesting
import Testing

@Suite("A cool-down gate", .timeLimit(.minutes(20)))
struct CoolDownGateTests {
    private let clock = ManualClock()
    private let recorder = RecordingCoolDownObserver()

    private func gate(_ policy: CoolDownPolicy = CoolDownPolicy()) -> CoolDownGate {
        CoolDownGate(policy, named: "users", on: clock, observer: recorder.observer)
    }

    @Test("a hold and the opening are events, with the calls that wait")
    func events() {
        let gate = gate(CoolDownPolicy().paced(10, per: .seconds(1)))
        gate.hold(for: .seconds(2))
        gate.hold(for: .seconds(1))
        guard case .wait(let place, _, let estimate) = gate.admit(maxWait: .max) else {
            Issue.record("admitted in a hold")
            return
        }
        #expect(estimate == 2_000_000_000)
        gate.hold(for: .seconds(3))
        clock.advance(by: .seconds(4))
        guard case .admitted = gate.look(at: place, until: .max) else {
            Issue.record("not admitted after the hold")
            return
        }
        clock.advance(by: .seconds(2))
        #expect(gate.snapshot().isOpen)
        #expect(
            recorder.events.map(\.description) == [
                "cooldown_closed gate=users wait=2s waiting=0", "cooldown_closed gate=users wait=3s waiting=1",
                "cooldown_opened gate=users holds=2",
            ])
        #expect(recorder.events.map(\.logLevel) == [.warning, .warning, .info])
        #expect(recorder.events.map(\.number) == [1, 2, 3])
        let values = Locked<[String: Double]>([:])
        for event in recorder.events {
            event.measure { one in values.withLock { $0[one.metric.name, default: 0] += one.value } }
        }
        #expect(values.withLock { $0 } == ["retry.cooldown.hold": 5, "retry.cooldown.closed": 2])
        #expect("\(CoolDownEvent(number: 9, gate: nil, lost: 7))" == "cooldown_events_lost lost=7")
    }

    @Test("the snapshot has the state and the counts, and the description is one line")
    func snapshot() {
        let gate = gate(CoolDownPolicy(maxWait: .seconds(5)))
        #expect("\(gate)" == "cool-down gate users: open")
        gate.hold(for: .seconds(4))
        for _ in 0..<2 { _ = gate.admit(maxWait: .max) }
        for _ in 0..<3 {
            guard case .refused = gate.admit(maxWait: .max) else {
                Issue.record("a wait of 6 s")
                return
            }
        }
        let seen = gate.snapshot()
        #expect(
            !seen.isOpen && seen.holdLeft == .seconds(4) && seen.interval == .seconds(1) && seen.wait == .seconds(6))
        #expect(seen.waiting == 2 && seen.waits == 2 && seen.refusals == 3 && seen.holds == 1)
        #expect("\(seen)" == "users: closed for 4s, then a call each 1s, 2 calls wait, 3 calls rejected")
        #expect("\(gate.policy)" == "holds of 1s doubling up to 1m, then a learned pace")
        #expect("\(CoolDownPolicy().paced(1, per: .seconds(2)))" == "holds of 1s doubling up to 1m, then 1 call per 2s")
        let error = gate.error()
        #expect(error.classification == ErrorClassification(.rateLimit, hint: .after(.seconds(6))))
        #expect(
            "\(error)"
                == "The cool-down gate \"users\" rejected the call, because the service has throttled other calls: its turn "
                + "comes in 6s, and it may wait for less. Try again then, or allow a longer wait by the policy's maxWait and "
                + "the call's deadline.")
    }

    @Test("results that ask callers to hold back close the gate, and no others")
    func results() {
        let closing: [AttemptResult] = [
            .failure(.rateLimit), .failure(ErrorClassification(.rateLimit, hint: .after(.seconds(2)))),
            .failure(ErrorClassification(.serverError, hint: .after(.seconds(2)))),
        ]
        for result in closing {
            let gate = gate()
            gate.finish(period: 0, result)
            #expect(!gate.snapshot().isOpen, "\(result)")
        }
        let others: [AttemptResult] = [
            .success, .neutral, .cutOff(after: .seconds(5)), .failure(.serverError), .failure(.transient),
            .failure(ErrorClassification(.serverError, hint: .never)),
        ]
        for result in others {
            let gate = gate()
            gate.finish(period: 0, result)
            #expect(gate.snapshot().isOpen, "\(result)")
        }
    }

    /// Threads are throttled, succeed, wait and leave at the same time: the gate ends empty.
    @Test func stress() {
        let gate = CoolDownGate(CoolDownPolicy(first: .milliseconds(1)).paced(1_000_000_000, per: .seconds(1)))
        let counts = (0..<8).map { number in
            TestThread {
                var started = 0
                for round in 0..<500 {
                    var answer = gate.admit(maxWait: .max)
                    while case .wait(let place, let turn, let estimate) = answer {
                        if round % 10 == 0 {
                            gate.leave(place)
                            answer = .refused
                        } else {
                            turn.block(estimate, cancellation: nil)
                            answer = gate.look(at: place, until: .max)
                        }
                    }
                    guard case .admitted(let period) = answer else { continue }
                    started += 1
                    gate.finish(period: period, (round + number) % 100 == 0 ? .failure(.rateLimit) : .success)
                }
                return started > 0
            }
        }
        .map { $0.join() }
        #expect(counts == Array(repeating: true, count: 8))
        #expect(gate.snapshot().waiting == 0)
    }
}

extension Refusal {
    private static func coolDown(
        _ setting: String, _ value: String, first: Duration = .seconds(1), longest: Duration = .seconds(60),
        longestHint: Duration = .seconds(60), maxWait: Duration = .seconds(60)
    ) -> Refusal {
        Refusal(setting, value) { () throws(InvalidPolicyError) in
            try CoolDownPolicy(validatingFirst: first, longest: longest, longestHint: longestHint, maxWait: maxWait)
        }
    }

    static let coolDowns = [
        coolDown("first", "0.0 seconds", first: .zero), coolDown("first", "-1.0 seconds", first: .seconds(-1)),
        coolDown("first", "86401.0 seconds", first: .seconds(86_401), longest: .seconds(86_401)),
        coolDown("longest", "0.5 seconds", longest: .milliseconds(500)),
        coolDown("longest", "9223372036.854776 seconds", longest: .seconds(Int64.max)),
        coolDown("longest_hint", "0.0 seconds", longestHint: .zero),
        coolDown("longest_hint", "86401.0 seconds", longestHint: .seconds(86_401)),
        coolDown("max_wait", "-1.0 seconds", maxWait: .seconds(-1)),
        coolDown("max_wait", "9223372036.854776 seconds", maxWait: .seconds(Int64.max)),
    ]
}

extension Trap {
    static let coolDowns = [
        Trap("first is 0.0 seconds: it must", CoolDownPolicy(first: .zero)),
        Trap("calls is 0: it must", CoolDownPolicy().paced(0, per: .seconds(1))),
        Trap("per is 0.0 seconds: it must", CoolDownPolicy().paced(1, per: .zero)),
    ]
}

@Suite("The policy of a cool-down gate", .timeLimit(.minutes(20)))
struct CoolDownPolicyTests {
    @Test("names a refused setting with its value", arguments: Refusal.coolDowns)
    func throwing(_ it: Refusal) {
        it.check()
    }

    @Test("traps where it is a constant, and the message names the setting", arguments: Trap.coolDowns.indices)
    func traps(index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            Trap.coolDowns[index].run()
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains(Trap.coolDowns[index].message))
    }

    static let documents: [(String, CoolDownPolicy)] = [
        ("{}", CoolDownPolicy()),
        (
            #"{"first": "2s", "longest": "4s", "longest_hint": "5m", "max_wait": 0}"#,
            CoolDownPolicy(first: .seconds(2), longest: .seconds(4), longestHint: .seconds(300), maxWait: .zero)
        ),
        (#"{"calls": 10, "per": "1s"}"#, CoolDownPolicy().paced(10, per: .seconds(1))),
        (#"{"first": "2m"}"#, CoolDownPolicy(first: .seconds(120), longest: .seconds(120))),
    ]

    @Test("is read from JSON, written, and read again", arguments: documents.indices)
    func reads(index: Int) throws {
        let (json, policy) = Self.documents[index]
        #expect(try JSON.decode(json) == policy)
        #expect(try JSON.decode(try JSON.encode(policy)) == policy)
    }

    @Test(
        "is refused in JSON with the path and the value",
        arguments: [
            WrongJSON(#"{"first": 0}"#, "first", "0.0"), WrongJSON(#"{"first": "soon"}"#, "first", "soon"),
            WrongJSON(#"{"longest": "1ms"}"#, "longest"), WrongJSON(#"{"longest_hint": "25h"}"#, "longest_hint"),
            WrongJSON(#"{"max_wait": -1}"#, "max_wait", "-1"), WrongJSON(#"{"calls": 5}"#, "per", "missing"),
            WrongJSON(#"{"per": "1s"}"#, "calls", "missing"), WrongJSON(#"{"calls": 0, "per": 1}"#, "calls", "0"),
            WrongJSON(#"{"calls": 1, "per": "1us"}"#, "per"), WrongJSON(#"{"calls": 1.5, "per": 1}"#, "calls"),
            WrongJSON(#"{"maxwait": 1}"#, "maxwait", "max_wait"),
        ])
    func refuses(_ it: WrongJSON) {
        it.check { try JSON.decode(String(decoding: $0, as: UTF8.self), as: CoolDownPolicy.self) }
    }
}
