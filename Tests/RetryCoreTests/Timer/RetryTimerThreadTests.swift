import RetryCore
import Synchronization
import Testing

/// The timer with its threads.
///
/// No test measures time: each waits for what can only happen if the timer does its part.
@Suite("Timer threads", .timeLimit(.minutes(20)))
struct RetryTimerThreadTests {
    /// A gate that opens once, for threads.
    private final class Gate: Sendable {
        private let token = RetryCancellationToken()

        func open() { token.cancel() }
        func wait() { token.wait(upTo: .seconds(Int64.max)) }
    }

    @Test func firesOnAThreadOfItsOwn() {
        let timer = RetryTimer()
        let gate = Gate()
        let entry = TimedAction { gate.open() }
        #expect(timer.arm(entry, at: .min))
        gate.wait()
        #expect(timer.armedCount == 0)
    }

    @Test func anEarlierEntryWakesTheThread() {
        let timer = RetryTimer()
        let late = TimedAction {}
        #expect(timer.arm(late, at: .max - 1))
        // Before most of these, the thread has gone to sleep until the late one.
        for _ in 0..<200 {
            let early = Gate()
            let entry = TimedAction { early.open() }
            #expect(timer.arm(entry, at: 0))
            early.wait()
        }
        #expect(timer.disarm(late))
    }

    /// What an entry refers to is destroyed outside the lock: it may use the timer.
    @Test func whatAnEntryRefersToMayUseTheTimerWhenItIsDestroyed() {
        final class Owner: Sendable {
            let timer: RetryTimer
            let gate: Gate

            init(timer: RetryTimer, gate: Gate) { (self.timer, self.gate) = (timer, gate) }
            deinit { if timer.armedCount == 0 { gate.open() } }
        }
        let timer = RetryTimer()
        let gate = Gate()
        func arm() {
            let owner = Owner(timer: timer, gate: gate)
            #expect(timer.arm(TimedAction { _ = owner.timer }, at: .min))
        }
        arm()
        gate.wait()
    }

    /// Each entry but the last blocks its thread until the last one has fired.
    @Test func slowEntriesDoNotDelayOthers() {
        let timer = RetryTimer()
        let last = Gate()
        let finished = Atomic(0)
        let entries = (1...7).map { number in
            TimedAction {
                last.wait()
                finished.add(1, ordering: .relaxed)
            }
        }
        for (index, entry) in entries.enumerated() { #expect(timer.arm(entry, at: Int64(index))) }
        let entry = TimedAction { last.open() }
        #expect(timer.arm(entry, at: 100))
        last.wait()
        while finished.load(ordering: .relaxed) < 7 {}
        #expect(timer.threadCount <= 8)
        // The timer goes on after that.
        let again = Gate()
        let next = TimedAction { again.open() }
        #expect(timer.arm(next, at: 0))
        again.wait()
    }

    @Test func threadsHaveALimit() {
        let timer = RetryTimer()
        let gate = Gate()
        let started = Atomic(0)
        let finished = Atomic(0)
        let entries = (0..<20).map { _ in
            TimedAction {
                started.add(1, ordering: .relaxed)
                gate.wait()
                finished.add(1, ordering: .relaxed)
            }
        }
        for entry in entries { #expect(timer.arm(entry, at: 0)) }
        while started.load(ordering: .relaxed) < 8 {}
        #expect(timer.threadCount == 8)
        gate.open()
        while finished.load(ordering: .relaxed) < 20 {}
        // One leads and one watches; the others end.
        while timer.threadCount > 2 {}
    }

    /// Threads arm, end and fire entries at the same time: each entry either fires or ends unfired, and never both.
    @Test func firingAgainstEnding() {
        let timer = RetryTimer()
        let threads = (0..<4).map { thread in
            TestThread {
                var wrong = 0
                for round in 0..<2_000 {
                    let fired = Atomic(0)
                    let entry = TimedAction { fired.add(1, ordering: .relaxed) }
                    // Due at once, in a moment, or never.
                    let time: Int64 = round % 3 == 0 ? .min : round % 3 == 1 ? timer.now + 20_000 : .max
                    _ = timer.arm(entry, at: time)
                    if (round + thread) % 5 == 0 { timer.fire(entry) }
                    let hasFired = timer.end(entry) { $0 }
                    // An entry that has begun to fire does so, though perhaps after this.
                    while hasFired, fired.load(ordering: .relaxed) == 0 {}
                    if fired.load(ordering: .relaxed) != (hasFired ? 1 : 0) { wrong += 1 }
                }
                return wrong
            }
        }
        #expect(threads.map { $0.join() } == [0, 0, 0, 0])
        #expect(timer.armedCount == 0)
    }
}
