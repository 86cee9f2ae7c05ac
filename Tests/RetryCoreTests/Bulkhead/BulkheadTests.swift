import RetryCore
import RetryTesting
import Synchronization
import Testing

@Suite("A bulkhead", .timeLimit(.minutes(20)))
struct BulkheadTests {
    private let clock = ManualClock()
    private let recorder = RecordingBulkheadObserver()

    private func bulkhead(_ policy: BulkheadPolicy) -> Bulkhead {
        Bulkhead(policy, named: "users", on: clock, observer: recorder.observer)
    }

    @Test("has as many permits as its policy says, and takes each back once")
    func permits() {
        let bulkhead = bulkhead(.permits(2))
        let first = bulkhead.tryAcquire()
        do {
            let second = bulkhead.tryAcquire()
            #expect(bulkhead.snapshot().used == 2 && !bulkhead.grantsOne)
            second?.release()
        }
        do { _ = bulkhead.tryAcquire() }
        #expect(bulkhead.snapshot().used == 1, "a permit that is dropped is released")
        first?.release(.success)
        #expect(bulkhead.snapshot().used == 0, "a permit that is released is not released again when it is dropped")
        #expect(bulkhead.snapshot().refusals == 1)
    }

    @Test("the error names the bulkhead, its permits and its queue")
    func error() {
        let bulkhead = bulkhead(.permits(1, queue: 3))
        let permit = bulkhead.tryAcquire()
        let error = #expect(throws: BulkheadFullError.self) {
            try bulkhead.callBlocking { Issue.record("the operation ran") }
        }
        #expect(error == BulkheadFullError(name: "users", permits: 1, queue: 3, waiting: 0))
        #expect(error?.classification == .transient && error?.retryAfter == nil)
        #expect(
            "\(BulkheadFullError(name: "users", permits: 20, queue: 3, waiting: 3))"
                == "The bulkhead \"users\" rejected the call: all 20 permits are in use, and 3 calls wait in its queue of 3. "
                + "Make fewer calls at the same time, or allow more by the policy's permits, queue and maxWait.")
        #expect(
            "\(BulkheadFullError(name: nil, permits: 1))".hasPrefix(
                "The bulkhead rejected the call: its permit is in use, and it has no queue."))
        permit?.release()
    }

    @Test("a queue of any length holds nothing before a call waits")
    func endlessQueue() {
        let bulkhead = bulkhead(.permits(1_000_000, queue: .max))
        #expect(bulkhead.grantsOne)
        #expect(bulkhead.snapshot().used == 0)
    }

    @Test("fewer permits while all are in use: the change returns at once")
    func shrinkWhileFull() {
        let bulkhead = bulkhead(.permits(3))
        let permits = (0..<3).map { _ in bulkhead.acquire(queue: 0) }
        #expect(permits.count == 3 && bulkhead.snapshot().used == 3)
        bulkhead.resize(to: 1)
        #expect(bulkhead.snapshot().permits == 1 && bulkhead.snapshot().used == 3)
        for used in [2, 1] {
            bulkhead.release()
            #expect(bulkhead.snapshot().used == used)
            #expect(!bulkhead.grantsOne)
        }
        bulkhead.release()
        #expect(bulkhead.grantsOne)
    }

    @Test("one event when it begins to reject calls, and one a second after the last rejection")
    func events() {
        let bulkhead = bulkhead(.permits(1))
        let permit = bulkhead.tryAcquire()
        for _ in 0..<100 { #expect(!bulkhead.grantsOne) }
        clock.advance(by: .milliseconds(999))
        permit?.release()
        #expect(recorder.codes == ["bulkhead_saturated"])
        clock.advance(by: .milliseconds(1))
        #expect(bulkhead.grantsOne)
        bulkhead.resize(to: 5)
        bulkhead.resize(to: 5)
        #expect(
            recorder.events.map(\.description) == [
                "bulkhead_saturated bulkhead=users refusals=1 permits=1",
                "bulkhead_recovered bulkhead=users refusals=100 permits=1", "bulkhead_resized bulkhead=users permits=5",
            ])
        #expect(recorder.events.map(\.logLevel) == [.warning, .info, .debug])
        #expect(recorder.events.map(\.number) == [1, 2, 3])
        let values = Locked<[String: Double]>([:])
        for event in recorder.events {
            event.measure { one in values.withLock { $0[one.metric.name, default: 0] += one.value } }
        }
        #expect(
            values.withLock { $0 } == [
                "retry.bulkhead.saturations": 1, "retry.bulkhead.saturated": 1, "retry.bulkhead.permits": 5,
            ])
        let lost = BulkheadEvent(number: 9, bulkhead: "users", lost: 7)
        #expect("\(lost)" == "bulkhead_events_lost bulkhead=users lost=7")
    }

    @Test("the description is one line")
    func description() {
        let bulkhead = bulkhead(.permits(2, queue: 5, maxWait: .seconds(1)))
        let permit = bulkhead.tryAcquire()
        #expect("\(bulkhead)" == "bulkhead users: 1 of 2 permits in use")
        #expect("\(bulkhead.policy)" == "2 permits, a queue of 5 for up to 1s")
        #expect("\(BulkheadPolicy.permits(1))" == "1 permit")
        #expect("\(BulkheadPolicy.adaptive())" == "1 to 200 permits by gradient, at first 20")
        #expect(
            "\(BulkheadPolicy.adaptive(.aimd(within: 5...10)))"
                == "5 to 10 permits by AIMD with a timeout of 5s, at first 10")
        permit?.release()
    }

    // MARK: Threads

    @Test("a blocking call waits for a permit, and runs when it comes")
    func blocking() {
        let bulkhead = Bulkhead(.permits(1, queue: 1))
        let permit = bulkhead.tryAcquire()
        let thread = TestThread { try? bulkhead.callBlocking { "done" } }
        while bulkhead.snapshot().waiting == 0 {}
        permit?.release()
        #expect(thread.join() == "done")
        #expect(bulkhead.snapshot().used == 0 && bulkhead.snapshot().waits == 1)
    }

    @Test("a blocking call is woken by its token, and leaves the queue")
    func blockingCancelled() {
        let bulkhead = Bulkhead(.permits(1, queue: 1))
        let permit = bulkhead.tryAcquire()
        let token = RetryCancellationToken()
        let thread = TestThread {
            do {
                try bulkhead.callBlocking(cancellation: token) {}
                return false
            } catch { return error is CancellationError }
        }
        while bulkhead.snapshot().waiting == 0 {}
        token.cancel()
        #expect(thread.join() == true)
        #expect(bulkhead.snapshot().waiting == 0 && bulkhead.snapshot().departures == 1)
        permit?.release()
        #expect(bulkhead.snapshot().used == 0)
    }

    @Test("a blocking call in a task does not wait")
    func blockingInTask() {
        let bulkhead = Bulkhead(.permits(1, queue: 1))
        let permit = bulkhead.tryAcquire()
        #expect(throws: BulkheadFullError.self) { try bulkhead.callBlocking {} }
        #expect(throws: BulkheadFullError.self) { try retryBlocking(.once.bulkhead(bulkhead)) {} }
        #expect(bulkhead.snapshot().waits == 0)
        permit?.release()
    }

    @Test("1 permit, 3 threads: all of them run", arguments: [1, 2])
    func allRun(permits: Int) {
        let bulkhead = Bulkhead(.permits(permits, queue: 10))
        let threads = (0..<3).map { number in TestThread { try? bulkhead.callBlocking { number } } }
        #expect(threads.map { $0.join() } == [0, 1, 2])
        #expect(bulkhead.snapshot().used == 0)
    }

    @Test("8 waiters whose time is over take no permit with them")
    func timedOutWaiters() {
        let bulkhead = Bulkhead(.permits(8, queue: 8))
        for _ in 0..<8 { _ = bulkhead.acquire(queue: 0) }
        let threads = (0..<8).map { _ in
            TestThread { (try? bulkhead.callBlocking(maxWait: .microseconds(1)) { true }) ?? false }
        }
        #expect(threads.map { $0.join() } == Array(repeating: false, count: 8))
        for _ in 0..<8 { bulkhead.release() }
        #expect(bulkhead.snapshot().used == 0 && bulkhead.snapshot().timeouts == 8)
        for _ in 0..<8 { #expect(bulkhead.acquire(queue: 0).isGranted) }
        #expect(!bulkhead.acquire(queue: 0).isGranted)
    }

    /// More threads than permits; the permits change meanwhile, and some callers wait for too short a time.
    @Test(arguments: [1, 3])
    func stress(permits: Int) {
        let bulkhead = Bulkhead(.permits(permits, queue: 5))
        let running = Atomic(0)
        let most = Atomic(0)
        let counts = (0..<8).map { number in
            TestThread {
                var (done, refused) = (0, 0)
                for round in 0..<2_000 {
                    if number == 0, round % 100 == 0 { bulkhead.resize(to: permits + round / 100 % 2) }
                    do {
                        try bulkhead.callBlocking(maxWait: round % 7 == 0 ? .nanoseconds(1) : .seconds(60)) {
                            _ = most.max(running.add(1, ordering: .sequentiallyConsistent).newValue, ordering: .relaxed)
                            done += 1
                            running.subtract(1, ordering: .sequentiallyConsistent)
                        }
                    } catch { refused += 1 }
                }
                return done + refused
            }
        }
        .map { $0.join() }
        #expect(counts == Array(repeating: 2_000, count: 8))
        #expect(most.load(ordering: .relaxed) <= permits + 1)
        let end = bulkhead.snapshot()
        #expect(end.used == 0 && end.waiting == 0)
    }
}

extension Bulkhead {
    /// Takes a permit, and drops it.
    var grantsOne: Bool {
        let permit = tryAcquire()
        return permit != nil
    }
}

extension Bulkhead.Answer {
    var isGranted: Bool { if case .granted = self { true } else { false } }
}
