import RetryCore
import Testing

/// The state machine of a coalescer, by every sequence of inputs up to a length.
@Suite("The state machine of a coalescer", .timeLimit(.minutes(20)))
struct CoalescerStateMachineTests {
    private typealias Machine = CoalescerStateMachine<String, Int, String>

    enum Step: CaseIterable, Sendable {
        case comesForA, comesForB, starterWaits, firstLeaves, lastLeaves, runEnds, cancelledRunEnds
    }

    @Test("one run for each key, each caller is notified once, and the last one that leaves cancels")
    func sequences() {
        var count = 0
        func go(_ harness: Harness, _ left: Int) {
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
        go(Harness(), 8)
        #expect(count > 30_000)
    }

    /// The machine, and a model of its runs as a plain list.
    private struct Harness {
        struct Run {
            let key: String
            let id: UInt64
            var callers: [(number: Int, id: UInt64)] = []
            var awaitsStarter = true
            var isCancelled = false
        }

        private var machine = Machine(maxKeys: 2)
        private var runs: [Run] = []
        private var callers = 0
        private(set) var path: [Step] = []
        private(set) var problem: String?

        private var waiting: [(run: Int, caller: Int)] {
            runs.indices.flatMap { run in runs[run].callers.indices.map { (run, $0) } }
                .sorted { runs[$0.run].callers[$0.caller].number < runs[$1.run].callers[$1.caller].number }
        }

        mutating func take(_ step: Step) -> Bool {
            path.append(step)
            switch step {
            case .comesForA: come("a")
            case .comesForB: come("b")
            case .starterWaits:
                guard let run = runs.firstIndex(where: \.awaitsStarter) else { return false }
                starterWaits(run)
            case .firstLeaves:
                guard let place = waiting.first else { return false }
                leave(place.run, place.caller)
            case .lastLeaves:
                guard waiting.count > 1, let place = waiting.last else { return false }
                leave(place.run, place.caller)
            case .runEnds:
                guard let run = runs.firstIndex(where: { !$0.isCancelled }) else { return false }
                end(run)
            case .cancelledRunEnds:
                guard let run = runs.firstIndex(where: \.isCancelled) else { return false }
                end(run)
            }
            check()
            return true
        }

        private mutating func come(_ key: String) {
            callers += 1
            let number = callers
            let known = runs.firstIndex { $0.key == key && !$0.isCancelled }
            switch machine.enter(key, { number }) {
            case .starts(let id):
                if known != nil { problem = "a second run of a key" }
                if runs.contains(where: { $0.id == id }) { problem = "a number is given twice" }
                runs.append(Run(key: key, id: id))
            case .joins(let id, let caller, let waiter, escalates: let handle):
                guard let known, runs[known].id == id, waiter == number, handle == nil else {
                    problem = "joins a run that is not the key's"
                    return
                }
                runs[known].callers.append((number, caller))
            case .runsAlone: problem = "no room although there is"
            }
        }

        private mutating func starterWaits(_ run: Int) {
            callers += 1
            let number = callers
            let answer = machine.wait(runs[run].key, runs[run].id, "handle \(runs[run].id)") { number }
            guard let answer, answer.waiter == number, answer.escalatesTo == nil else {
                problem = "the caller that started a run that goes on does not wait"
                return
            }
            runs[run].awaitsStarter = false
            runs[run].callers.append((number, answer.caller))
        }

        private mutating func leave(_ run: Int, _ caller: Int) {
            let left = runs[run].callers.remove(at: caller)
            let handle = machine.leave(runs[run].key, runs[run].id, left.id)
            let isLast = runs[run].callers.isEmpty && !runs[run].awaitsStarter
            if (handle == "handle \(runs[run].id)") != isLast || (handle == nil) == isLast {
                problem = isLast ? "the last one left, and the run goes on" : "the run is cancelled while others wait"
            }
            runs[run].isCancelled = isLast
            if machine.leave(runs[run].key, runs[run].id, left.id) != nil { problem = "a caller leaves twice" }
        }

        private mutating func end(_ run: Int) {
            let ended = runs.remove(at: run)
            let told = machine.finish(ended.key, ended.id)
            let expected = ended.isCancelled ? [] : ended.callers.map(\.number)
            if told != expected { problem = "notifies \(told) in place of \(expected)" }
            if ended.awaitsStarter, machine.wait(ended.key, ended.id, "late", { 0 }) != nil {
                problem = "the caller waits for a run that has ended"
            }
        }

        private mutating func check() {
            if machine.keyCount != runs.count(where: { !$0.isCancelled }) { problem = "the keys are miscounted" }
            if machine.cancelledRuns != runs.count(where: \.isCancelled) { problem = "cancelled runs are miscounted" }
            if machine.waiting != waiting.count { problem = "waiting callers are miscounted" }
        }
    }

    @Test("a further key than there may be runs by itself, and has a place when a run has ended")
    func bound() {
        var machine = Machine(maxKeys: 1)
        guard case .starts(let run) = machine.enter("a", { 1 }), case .runsAlone(.full) = machine.enter("b", { 2 }),
            case .joins = machine.enter("a", { 3 })
        else {
            Issue.record("the bound is not kept")
            return
        }
        #expect(machine.finish("a", run) == [3])
        guard case .starts = machine.enter("b", { 4 }) else {
            Issue.record("no place after the end")
            return
        }
    }

    @Test("the run gets the highest priority of its callers, also of one that came before its handle")
    func priorities() {
        var machine = Machine(maxKeys: 1)
        guard case .starts(let run) = machine.enter("a", priority: 9, { 1 }),
            case .joins(_, _, _, escalates: nil) = machine.enter("a", priority: 21, { 2 })
        else {
            Issue.record("no run")
            return
        }
        #expect(machine.wait("a", run, "handle", priority: 9, { 1 })?.escalatesTo == 21)
        for (priority, handle) in [(21, nil), (17, nil), (25, "handle"), (25, nil)] as [(UInt8, String?)] {
            guard case .joins(_, _, _, let escalates) = machine.enter("a", priority: priority, { 3 }) else { continue }
            #expect(escalates == handle)
        }
        #expect(machine.escalated("a", run, to: 25) == nil)
        #expect(machine.escalated("a", run, to: 33) == "handle")
        #expect(machine.escalated("a", run + 1, to: 40) == nil)
        _ = machine.finish("a", run)
        #expect(machine.escalated("a", run, to: 50) == nil)
    }

    @Test("a call that would wait for itself runs by itself: within its own run, and around a ring of runs")
    func rings() {
        var machine = Machine(maxKeys: 10)
        func start(_ key: String, inside origin: UInt64? = nil) -> UInt64? {
            guard case .starts(let run) = machine.enter(key, inside: origin, { 0 }) else { return nil }
            return run
        }
        guard let a = start("a"), let b = start("b"), let c = start("c") else {
            Issue.record("no runs")
            return
        }
        guard case .runsAlone(.waitsForItself) = machine.enter("a", inside: a, { 0 }),
            case .runsAlone(.waitsForItself) = machine.enter("a", inside: b, isInside: { $0 == a || $0 == b }, { 0 }),
            case .joins(_, let aToB, _, _) = machine.enter("b", inside: a, { 0 }),
            case .joins = machine.enter("c", inside: b, { 0 }),
            case .runsAlone(.waitsForItself) = machine.enter("a", inside: c, { 0 })
        else {
            Issue.record("a ring of calls that wait for one another")
            return
        }
        // Without the link from a to b there is no ring.
        #expect(machine.leave("b", b, aToB) == nil)
        guard case .joins = machine.enter("a", inside: c, { 0 }) else {
            Issue.record("a link of a caller that has left counts")
            return
        }
        // A run that has ended waits for nothing.
        _ = machine.finish("c", c)
        guard let d = start("d", inside: a), case .joins = machine.enter("a", inside: b, { 0 }) else {
            Issue.record("no run")
            return
        }
        guard case .runsAlone = machine.enter("a", inside: d, { 0 }) else {
            Issue.record("a run that was started from within another one waits for it")
            return
        }
        _ = machine.finish("d", d)
        guard let e = start("e"), case .joins = machine.enter("a", inside: e, { 0 }) else {
            Issue.record("a link is left over")
            return
        }
    }

    @Test("a line of callers is left in constant time, wherever a caller is in it")
    func longLine() {
        var machine = Machine(maxKeys: 1)
        guard case .starts(let run) = machine.enter("a", { 0 }) else { return }
        let callers: [UInt64] = (0..<100_000).compactMap { number in
            if case .joins(_, let caller, _, _) = machine.enter("a", { number }) { caller } else { nil }
        }
        for (index, caller) in callers.enumerated().reversed() where index % 10 != 9 {
            _ = machine.leave("a", run, caller)
        }
        #expect(machine.waiting == 10_000)
        #expect(machine.finish("a", run) == (0..<100_000).filter { $0 % 10 == 9 })
    }
}
