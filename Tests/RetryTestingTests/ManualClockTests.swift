import RetryTesting
import Testing

@Suite("ManualClock", .timeLimit(.minutes(20)))
struct ManualClockTests {
    private let clock = ManualClock()
    private let executor = ArrivalExecutor()
    private let log = Log<String>()

    /// Starts a sleeper that logs its name when it wakes up, and runs it until it sleeps.
    @discardableResult
    private func start(_ name: String, until seconds: Int) -> Task<Void, any Error> {
        let task = Task(executorPreference: executor) { [clock, log] in
            do {
                try await clock.sleep(until: .init(.seconds(seconds)))
                log.add(name)
            } catch {
                log.add("\(name) \(type(of: error))")
                throw error
            }
        }
        executor.runAll()
        return task
    }

    @Test func showsTheTimeItWasGiven() {
        #expect(clock.now == ManualClock.Instant())
        #expect(clock.now.offset == .zero)
        #expect(ManualClock(now: .init(.seconds(5))).now.offset == .seconds(5))
        #expect(clock.minimumResolution == .nanoseconds(1))
    }

    @Test func movesOnlyWhenTold() {
        clock.advance(by: .seconds(2))
        clock.advance(by: .zero)
        #expect(clock.now == .init(.seconds(2)))
        clock.advance(to: .init(.seconds(7)))
        clock.advance(to: clock.now)
        #expect(clock.now == .init(.seconds(7)))
    }

    @Test(arguments: [0, -1, -1000])
    func sleepUntilNowOrEarlierReturnsAtOnce(seconds: Int) async throws {
        try await clock.sleep(for: .seconds(seconds))
        #expect(clock.sleeperCount == 0)
        #expect(clock.sleeps == [.seconds(seconds)])
        #expect(clock.now.offset == .zero)
    }

    @Test func wakesAtTheDeadlineAndNotBefore() {
        start("a", until: 10)
        #expect(clock.sleeperCount == 1)
        #expect(clock.nextWakeUp == .init(.seconds(10)))
        clock.advance(by: .seconds(10) - .nanoseconds(1))
        executor.runAll()
        #expect(log.events == [])
        clock.advance(by: .nanoseconds(1))
        #expect(clock.sleeperCount == 0)
        #expect(clock.nextWakeUp == nil)
        executor.runAll()
        #expect(log.events == ["a"])
    }

    @Test func wakesByDeadlineThenByArrival() {
        for (name, deadline) in [("d", 3), ("a", 1), ("e", 3), ("b", 2), ("f", 3), ("c", 2), ("later", 4)] {
            start(name, until: deadline)
        }
        clock.advance(by: .seconds(3))
        executor.runAll()
        #expect(log.events == ["a", "b", "c", "d", "e", "f"])
        #expect(clock.sleeperCount == 1)
    }

    @Test func aSleeperThatSleepsAgainCountsFromTheNewTime() {
        Task(executorPreference: executor) { [clock, log] in
            for _ in 0..<2 {
                try await clock.sleep(for: .seconds(1))
                log.add("\(clock.now)")
            }
        }
        executor.runAll()
        clock.advance(by: .seconds(5))
        executor.runAll()
        #expect(log.events == ["\(Duration.seconds(5))"])
        #expect(clock.nextWakeUp == .init(.seconds(6)))
        clock.advance(by: .seconds(1))
        executor.runAll()
    }

    @Test func goesFromWakeUpToWakeUp() {
        for (name, deadline) in [("b", 3), ("a", 1), ("c", 3)] { start(name, until: deadline) }
        #expect(clock.advanceToNextWakeUp() == .seconds(1))
        executor.runAll()
        #expect(log.events == ["a"])
        #expect(clock.advanceToNextWakeUp() == .seconds(2))
        executor.runAll()
        #expect(log.events == ["a", "b", "c"])
        #expect(clock.advanceToNextWakeUp() == nil)
        #expect(clock.now == .init(.seconds(3)))
    }

    @Test func listsEverySleepInOrder() async throws {
        start("a", until: 2)
        clock.advance(by: .seconds(5))
        try await clock.sleep(for: .zero)
        try await clock.sleep(until: .init(.seconds(4)))
        start("b", until: 6)
        #expect(clock.sleeps == [.seconds(2), .zero, .seconds(-1), .seconds(1)])
        clock.advance(by: .seconds(1))
        executor.runAll()
    }

    @Test func autoAdvanceMovesTheTimeAndReturns() async throws {
        let clock = ManualClock(autoAdvance: true)
        try await clock.sleep(for: .seconds(3))
        try await clock.sleep(for: .seconds(4))
        try await clock.sleep(until: .init(.seconds(1)))
        #expect(clock.now == .init(.seconds(7)))
        #expect(clock.sleeps == [.seconds(3), .seconds(4), .seconds(-6)])
        #expect(clock.sleeperCount == 0)
        clock.advance(by: .seconds(1))
        #expect(clock.now == .init(.seconds(8)))
    }

    @Test func serveAsAClockThatIsNotNamed() async throws {
        let clock = ManualClock(autoAdvance: true)
        let anyClock: any Clock<Duration> = clock
        try await anyClock.sleep(for: .seconds(3))
        #expect(clock.now == .init(.seconds(3)))
        #expect(clock.measure { clock.advance(by: .seconds(2)) } == .seconds(2))
    }
}

// MARK: - Cancellation

extension ManualClockTests {
    @Test func aCancelledSleeperThrowsAtOnceAndLeavesNothingBehind() async {
        start("first", until: 1)
        let task = start("cancelled", until: 1)
        start("last", until: 1)
        task.cancel()
        #expect(clock.sleeperCount == 2)
        executor.runAll()
        #expect(log.events == ["cancelled CancellationError"])
        #expect(clock.now.offset == .zero)
        clock.advance(by: .seconds(1))
        executor.runAll()
        #expect(log.events == ["cancelled CancellationError", "first", "last"])
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func theOnlySleeperCancelledLeavesNoWakeUp() {
        start("a", until: 1).cancel()
        executor.runAll()
        #expect(clock.sleeperCount == 0)
        #expect(clock.nextWakeUp == nil)
        #expect(clock.advanceToNextWakeUp() == nil)
    }

    @Test func cancellationAfterTheWakeUpChangesNothing() async throws {
        let task = start("a", until: 1)
        clock.advance(by: .seconds(1))
        task.cancel()
        executor.runAll()
        #expect(log.events == ["a"])
        try await task.value
    }

    @Test(arguments: [-1, 0, 1], [false, true])
    func aCancelledTaskDoesNotEvenAsk(seconds: Int, autoAdvance: Bool) {
        let clock = ManualClock(autoAdvance: autoAdvance)
        let task = Task(executorPreference: executor) { [log] in
            do {
                try await clock.sleep(for: .seconds(seconds))
            } catch is CancellationError {
                log.add("cancelled")
            }
        }
        task.cancel()
        executor.runAll()
        #expect(log.events == ["cancelled"])
        #expect(clock.sleeps == [])
        #expect(clock.sleeperCount == 0)
        #expect(clock.now.offset == .zero)
    }
}

// MARK: - Waiting for sleepers

extension ManualClockTests {
    private func startWaiter(_ name: String, for count: Int) -> Task<Void, Never> {
        let task = Task(executorPreference: executor) { [clock, log] in
            await clock.waitForSleepers(count)
            log.add(name)
        }
        executor.runAll()
        return task
    }

    @Test func waitersResumeWhenEnoughSleep() {
        _ = startWaiter("one", for: 1)
        _ = startWaiter("three", for: 3)
        _ = startWaiter("two", for: 2)
        #expect(log.events == [])
        start("a", until: 1)
        #expect(log.events == ["one"])
        start("b", until: 1)
        #expect(log.events == ["one", "two"])
        start("c", until: 1)
        #expect(log.events == ["one", "two", "three"])
        clock.advance(by: .seconds(1))
        executor.runAll()
    }

    @Test func waitingForThoseWhoSleepAlreadyReturnsAtOnce() async {
        await clock.waitForSleepers(0)
        await clock.waitForSleepers(-1)
        start("a", until: 1)
        await clock.waitForSleepers()
        clock.advance(by: .seconds(1))
        executor.runAll()
    }

    @Test func aCancelledWaiterReturnsAtOnceAndLeavesNothingBehind() {
        let waiter = startWaiter("waiter", for: 1)
        #expect(log.events == [])
        waiter.cancel()
        executor.runAll()
        #expect(log.events == ["waiter"])
        start("a", until: 1)
        clock.advance(by: .seconds(1))
        executor.runAll()
        #expect(log.events == ["waiter", "a"])
    }

    @Test func aCancelledTaskDoesNotWait() {
        let task = Task(executorPreference: executor) { [clock, log] in
            await clock.waitForSleepers()
            log.add("done")
        }
        task.cancel()
        executor.runAll()
        #expect(log.events == ["done"])
    }
}
