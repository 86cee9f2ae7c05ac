import RetryTesting
import Testing

@testable import RetryAsync

/// Every sequence of what can happen to the callers of one key, up to a length.
@Suite("Who leads the callers of one key", .timeLimit(.minutes(20)))
struct SharedRunStateMachineTests {
    enum Step: CaseIterable {
        case joinsWithoutTime, joinsWithTime, joinsForOwnProcess
        case foundForeign, runs, succeeds, fails, isCancelled, givesUp
        case firstLeaves, lastLeaves, leaderLeavesUnheard, firstExpires
    }

    @Test("one leads, each of those that wait is told once, and none waits without a leader")
    func sequences() {
        var count = 0
        func go(_ harness: SharedRunHarness, _ left: Int) {
            count += 1
            guard left > 0 else { return }
            for step in Step.allCases {
                var next = harness
                guard next.take(step) else { continue }
                if let problem = next.problem {
                    Issue.record("\(problem) after \(next.path)")
                    return
                }
                go(next, left - 1)
            }
        }
        go(SharedRunHarness(), 6)
        #expect(count == 63_994)
    }
}

/// The machine, and what its callers know of themselves.
private struct SharedRunHarness {
    private enum Caller { case leads, waits, isThrough }

    // Time stands still: the branches of the exploration share the clock.
    private let retryClock = RetryClock(ManualClock())
    private var state = SharedRunStateMachine()
    private var callers: [Caller] = []
    private var tickets: [SharedRunStateMachine.WaiterID: Int] = [:]
    private var signals: [ObjectIdentifier: Int] = [:]
    private var keptAlive: [Signal<SharedRunStateMachine.Update>] = []
    private var isForeign = false
    private var isOwn = false
    private(set) var path: [SharedRunStateMachineTests.Step] = []
    private(set) var problem: String?

    private var leader: Int? { callers.firstIndex { $0 == .leads } }
    private var waiting: [Int] { callers.indices.filter { callers[$0] == .waits } }

    /// Takes a step; whether it can happen.
    mutating func take(_ step: SharedRunStateMachineTests.Step) -> Bool {
        path.append(step)
        switch step {
        case .joinsWithoutTime: join(.seconds(0), false)
        case .joinsWithTime: join(.seconds(2), false)
        case .joinsForOwnProcess: join(.seconds(0), true)
        case .foundForeign:
            guard leader != nil, !isOwn else { return false }
            isForeign = true
            hear(state.foundForeign(owner()))
        case .runs:
            guard leader != nil, !isOwn else { return false }
            (isOwn, isForeign) = (true, false)
            hear(state.runs(.init(claimedAt: .now(retryClock), leaseLeft: { 1 })))
        case .succeeds: return finish(.happened(EffectReplay(.succeeded([1]), age: .zero)), isOwn)
        case .fails: return finish(.failed(Impossible(), nil), true)
        case .isCancelled: return finish(isForeign ? .gaveUp(owner()) : .askAgain, true)
        case .givesUp: return finish(.gaveUp(owner()), isForeign)
        case .firstLeaves: return leave(waiting.first)
        case .lastLeaves: return leave(waiting.last)
        // It was told to lead, and is cancelled before it hears of that.
        case .leaderLeavesUnheard: return isOwn ? false : leave(leader)
        case .firstExpires:
            guard let caller = waiting.first, let ticket = tickets.first(where: { $0.value == caller })?.key,
                state.expired(ticket) != nil
            else { return false }
            callers[caller] = .isThrough
        }
        check()
        return true
    }

    private mutating func join(_ limit: Duration, _ waitsForOwnProcess: Bool) {
        let end = Moment(clock: retryClock, nanoseconds: limit == .zero ? 0 : 2_000_000_000)
        switch state.join(.init(end: end, waitsForOwnProcess: waitsForOwnProcess)) {
        case .leads:
            if leader != nil { problem = "two lead" }
            callers.append(.leads)
        case .refused:
            if leader == nil, !isForeign { problem = "a caller is refused where nothing is known" }
            callers.append(.isThrough)
        case .waits(let ticket, let signal):
            callers.append(.waits)
            tickets[ticket] = callers.count - 1
            signals[ObjectIdentifier(signal)] = callers.count - 1
            keptAlive.append(signal)
        }
    }

    private mutating func finish(_ ending: SharedRunStateMachine.Ending, _ isPossible: Bool) -> Bool {
        guard isPossible, let leader else { return false }
        callers[leader] = .isThrough
        isOwn = false
        if case .gaveUp = ending {} else { isForeign = false }
        hear(state.finish(ending))
        check()
        return true
    }

    private mutating func leave(_ caller: Int?) -> Bool {
        guard let caller, let ticket = tickets.first(where: { $0.value == caller })?.key else { return false }
        callers[caller] = .isThrough
        hear(state.leave(ticket))
        check()
        return true
    }

    private mutating func hear(_ notices: [SharedRunStateMachine.Notice]) {
        for notice in notices {
            guard let caller = signals[ObjectIdentifier(notice.signal)], callers[caller] == .waits else {
                problem = "a caller is told twice, or after it has gone"
                return
            }
            if case .leads = notice.update {
                if leader != nil { problem = "two lead" }
                callers[caller] = .leads
            } else {
                callers[caller] = .isThrough
            }
        }
    }

    private mutating func check() {
        if leader == nil, !waiting.isEmpty { problem = "some wait, and none leads" }
        if state.waiterCount != waiting.count { problem = "\(state.waiterCount) wait, and not \(waiting.count)" }
    }

    private func owner() -> SharedRunStateMachine.ForeignOwner {
        let progress = EffectProgress(runningFor: 0, leaseLeft: 9, asked: .now(retryClock))
        return SharedRunStateMachine.ForeignOwner(progress: progress, nextPoll: .now(retryClock))
    }
}
