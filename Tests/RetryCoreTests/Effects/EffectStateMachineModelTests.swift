import RetryCore
import Testing

/// The machine against a second writing of its table, in every order of what callers can do.
@Suite("The machine and its model", .timeLimit(.minutes(20)))
struct EffectStateMachineModelTests {
    /// Something that happens to the key.
    enum Step: Sendable {
        case claim(caller: Int, AbandonedClaimBehavior)
        case settle(caller: Int, EffectOutcome)
        case renew(caller: Int)
        case reconcile(caller: Int, EffectVerdict)
        case pass(Int64)
    }

    @Test("three callers, every sequence of four of all events")
    func threeCallers() {
        var steps: [Step] = [.pass(EffectModel.lease), .pass(EffectModel.retention)]
        for caller in 0..<3 {
            steps += [.claim(caller: caller, .halt), .claim(caller: caller, .takeOver), .renew(caller: caller)]
            steps += outcomes(caller).map { .settle(caller: caller, $0) }
            steps += [.reconcile(caller: caller, .happened([9])), .reconcile(caller: caller, .didNotHappen)]
        }
        #expect(explore(steps, length: 4) == 1_048_576)
    }

    @Test("three callers, every sequence of six of what decides between them")
    func threeCallersForLonger() {
        var steps: [Step] = [.pass(EffectModel.lease), .pass(EffectModel.retention)]
        for caller in 0..<2 { steps += [.claim(caller: caller, .halt), .settle(caller: caller, .succeeded([1]))] }
        steps += [.claim(caller: 1, .takeOver), .claim(caller: 2, .halt), .reconcile(caller: 0, .didNotHappen)]
        #expect(explore(steps, length: 6) == 531_441)
    }

    private func outcomes(_ caller: Int) -> [EffectOutcome] {
        [
            .succeeded([UInt8(caller)]), .failedFinal(EffectFailure(type: "Declined")), .failedBeforeEffect,
            .indeterminate(EffectFailure(type: "Timeout")), .succeededWithoutResult(EffectFailure(type: "TooLong")),
        ]
    }

    /// Takes every sequence of `length` steps; returns how many there were.
    private func explore(_ steps: [Step], length: Int) -> Int {
        var count = 0
        func go(_ pair: Pair, _ left: Int) {
            if left == 0 {
                count += 1
                return
            }
            for step in steps {
                var next = pair
                if let difference = next.take(step) {
                    Issue.record("\(difference) after \(next.path)")
                    return
                }
                go(next, left - 1)
            }
        }
        go(Pair(), length)
        return count
    }
}

/// The machine and the model side by side.
private struct Pair {
    private var machine = EffectStateMachine()
    private var model = EffectModel()
    /// The token that each caller was given last; 0 before that.
    private var tokens: [Int64] = [0, 0, 0]
    private var nextToken: Int64 = 0
    private(set) var path: [EffectStateMachineModelTests.Step] = []

    private static let prints = [EffectFingerprint(of: "a".utf8), EffectFingerprint(of: "b".utf8)]

    /// Takes a step with both; returns what they differ in.
    mutating func take(_ step: EffectStateMachineModelTests.Step) -> String? {
        path.append(step)
        switch step {
        case .pass(let time):
            model.pass(time)
        case .claim(let caller, let rule):
            // The last caller means something else by the key.
            let fingerprint = caller == 2 ? 1 : 0
            let expected = model.claim(fingerprint, rule) { Self.prints[$0] }
            var given = nextToken
            let answer = machine.claim(
                fingerprint: Self.prints[fingerprint], lease: EffectModel.lease, ifAbandoned: rule, now: model.now
            ) {
                given += 1
                return FencingToken(given)
            }
            nextToken = given
            if case .execute(let token, _) = answer { tokens[caller] = token.rawValue }
            if answer != expected { return "claim: \(answer), and not \(expected)" }
            if nextToken != model.lastToken { return "tokens: \(nextToken), and not \(model.lastToken)" }
        case .settle(let caller, let outcome):
            let expected = model.settle(tokens[caller], outcome)
            let answer = machine.settle(
                token: FencingToken(tokens[caller]), outcome, retention: EffectModel.retention, now: model.now)
            if answer != expected { return "settle: \(answer), and not \(expected)" }
        case .renew(let caller):
            let expected = model.renew(tokens[caller])
            let answer = machine.renew(token: FencingToken(tokens[caller]), lease: EffectModel.lease, now: model.now)
            if answer != expected { return "renew: \(answer), and not \(expected)" }
        case .reconcile(let caller, let verdict):
            let expected = model.reconcile(tokens[caller], verdict)
            let answer = machine.reconcile(
                expectedToken: FencingToken(tokens[caller]), verdict, retention: EffectModel.retention, now: model.now)
            if answer != expected { return "reconcile: \(answer), and not \(expected)" }
        }
        return state == model.state ? nil : "state: \(state), and not \(model.state)"
    }

    private var state: String {
        switch machine.record(now: model.now)?.state {
        case nil: "nothing"
        case .running: "running"
        case .indeterminate: "indeterminate"
        case .succeeded(let bytes): "succeeded \(bytes)"
        case .succeededWithoutResult(let failure): "succeeded, but \(failure)"
        case .failed(let failure): "failed \(failure)"
        }
    }
}
