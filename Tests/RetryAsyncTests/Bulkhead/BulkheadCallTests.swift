import RetryAsync
import RetryTesting
import Testing

@Suite("Calls through a bulkhead", .timeLimit(.minutes(20)))
struct BulkheadCallTests {
    private struct Handle: ~Copyable {
        let number: Int
    }

    @MainActor
    @Test("stay on the caller's actor, and return values that cannot be copied")
    func call() async throws {
        let bulkhead = Bulkhead(.permits(1))
        let handle = try await bulkhead.call {
            MainActor.assertIsolated()
            #expect(bulkhead.snapshot().used == 1)
            return Handle(number: 7)
        }
        #expect(handle.number == 7)
        #expect(bulkhead.snapshot().used == 0)
        await #expect(throws: TransientError.self) { try await bulkhead.call { throw TransientError() } }
        #expect(bulkhead.snapshot().used == 0)
    }

    @Test("wait in the order of their arrival")
    func order() async throws {
        let bulkhead = Bulkhead(.permits(1, queue: 3))
        let permit = bulkhead.tryAcquire()
        let log = Log<Int>()
        var tasks: [Task<Void, any Error>] = []
        for number in 0..<3 {
            tasks.append(Task { try await bulkhead.call { log.add(number) } })
            while bulkhead.snapshot().waiting <= number { await Task.yield() }
        }
        await #expect(throws: BulkheadFullError.self) { try await bulkhead.call {} }
        permit?.release()
        for task in tasks { try await task.value }
        #expect(log.events == [0, 1, 2])
        #expect(bulkhead.snapshot().used == 0)
    }

    @Test("that are cancelled while they wait leave at once, and their place is free")
    func cancellation() async throws {
        let bulkhead = Bulkhead(.permits(1, queue: 1))
        let permit = bulkhead.tryAcquire()
        let task = Task { try await bulkhead.call { Issue.record("the operation ran") } }
        while bulkhead.snapshot().waiting == 0 { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(bulkhead.snapshot().waiting == 0 && bulkhead.snapshot().departures == 1)
        let other = Task { try await bulkhead.call { 1 } }
        while bulkhead.snapshot().waiting == 0 { await Task.yield() }
        permit?.release()
        #expect(try await other.value == 1)
    }

    @Test("of a cancelled task do not wait at all")
    func cancelledBefore() async throws {
        let bulkhead = Bulkhead(.permits(1, queue: 1))
        let permit = bulkhead.tryAcquire()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            _ = try await bulkhead.call { Issue.record("the operation ran") }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        permit?.release()
        #expect(bulkhead.snapshot().used == 0 && bulkhead.snapshot().waiting == 0)
    }

    @Test("wait for as long as they accept, by the bulkhead's clock", arguments: [true, false])
    func maxWait(isPolicy: Bool) async throws {
        let clock = ManualClock()
        let bulkhead = Bulkhead(.permits(1, queue: 1, maxWait: .seconds(isPolicy ? 5 : 50)), on: clock)
        let permit = bulkhead.tryAcquire()
        let task = Task { try await bulkhead.call(maxWait: .seconds(isPolicy ? 50 : 5)) {} }
        await clock.waitForSleepers(1)
        clock.advance(by: .milliseconds(4_999))
        #expect(bulkhead.snapshot().waiting == 1)
        clock.advance(by: .milliseconds(1))
        await #expect(throws: BulkheadFullError.self) { try await task.value }
        #expect(bulkhead.snapshot().timeouts == 1 && bulkhead.snapshot().isSaturated)
        permit?.release()
        #expect(bulkhead.snapshot().used == 0)
    }

    @Test("of a pipeline wait up to their deadline, and leave the queue then")
    func deadline() async throws {
        let clock = ManualClock()
        let bulkhead = Bulkhead(.permits(1, queue: 1, maxWait: .seconds(50)), on: clock)
        let permit = bulkhead.tryAcquire()
        let pipeline = RetryPipeline(policy: .once.deadline(.seconds(3))).bulkhead(bulkhead).clock(clock.retryClock)
        let task = Task { try await pipeline { Issue.record("the operation ran") } }
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(3))
        await #expect(throws: DeadlineExceededError(deadline: .seconds(3))) { try await task.value }
        #expect(bulkhead.snapshot().waiting == 0 && bulkhead.snapshot().departures == 1)
        permit?.release()
        #expect(bulkhead.snapshot().used == 0)
    }

    @Test("of a pipeline hold no permit while they wait for a retry")
    func noPermitDuringBackoff() async throws {
        let clock = ManualClock()
        let bulkhead = Bulkhead(.permits(1), on: clock)
        let pipeline = RetryPipeline(policy: .every(.seconds(5), 2)).bulkhead(bulkhead).clock(clock.retryClock)
        let task = Task { try await pipeline { throw TransientError() } }
        await clock.waitForSleepers(1)
        #expect(bulkhead.snapshot().used == 0)
        clock.advance(by: .seconds(5))
        await #expect(throws: TransientError.self) { try await task.value }
        #expect(bulkhead.snapshot().used == 0)
    }

    @Test("a pipeline keeps the turn of its limiter while it waits for a permit")
    func keepsTheTurn() async throws {
        let clock = ManualClock()
        let bulkhead = Bulkhead(.permits(1, queue: 1), on: clock)
        let limiter = CallRateLimiter(.tokenBucket(1, per: .seconds(60), burst: 1), on: clock)
        let breaker = ScriptedGuard(name: "breaker")
        let permit = bulkhead.tryAcquire()
        let pipeline = RetryPipeline(policy: .once).bulkhead(bulkhead).limiter(limiter).guarded(by: breaker)
            .clock(clock.retryClock)
        let task = Task { try await pipeline { clock.elapsed } }
        await clock.waitForSleepers(1)
        #expect(limiter.snapshot().returns == 0)
        #expect(breaker.notes == [.admitted(attempt: 1), .givenBack], "nothing else is held")
        permit?.release()
        #expect(try await task.value == .zero)
        #expect(breaker.notes.count == 4 && limiter.snapshot().waits == 0)
    }

    @Test("a hedge does not wait in the queue")
    func hedge() {
        let bulkhead = Bulkhead(.permits(1, queue: 5))
        let permit = bulkhead.tryAcquire()
        let pipeline = RetryPipeline(policy: .once).bulkhead(bulkhead)
        var tickets = HedgeTickets(pipeline.guards)
        let isAdmitted = tickets.admit()
        #expect(!isAdmitted)
        #expect(bulkhead.snapshot().waiting == 0 && bulkhead.snapshot().waits == 0)
        permit?.release()
        let isAdmittedNow = tickets.admit()
        #expect(isAdmittedNow)
        #expect(bulkhead.snapshot().used == 1)
        tickets.finish(.success)
        #expect(bulkhead.snapshot().used == 0)
    }

    @Test("a clock that throws in place of waiting ends the wait")
    func deafClock() async throws {
        let bulkhead = Bulkhead(.permits(1, queue: 1), clock: RetryClock(BrokenClock()))
        let permit = bulkhead.tryAcquire()
        await #expect(throws: BulkheadFullError.self) { try await bulkhead.call {} }
        permit?.release()
        #expect(bulkhead.snapshot().used == 0 && bulkhead.snapshot().waiting == 0)
    }

    /// Real tasks on real threads: cancellation and grant meet, and nothing is lost.
    @Test func stress() async throws {
        let bulkhead = Bulkhead(.permits(3, queue: 100))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<3_000 {
                group.addTask {
                    let task = Task { try await bulkhead.call { await Task.yield() } }
                    if number % 3 == 0 { task.cancel() }
                    _ = await task.result
                }
            }
            try await group.waitForAll()
        }
        let end = bulkhead.snapshot()
        #expect(end.used == 0 && end.waiting == 0)
        for _ in 0..<3 { #expect(bulkhead.acquire(queue: 0).isGranted) }
    }
}

/// A clock that measures time, and never waits.
private struct BrokenClock: Clock {
    struct Failure: Error {}

    var now: SuspendingClock.Instant { SuspendingClock().now }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: SuspendingClock.Instant, tolerance: Duration?) async throws { throw Failure() }
}
