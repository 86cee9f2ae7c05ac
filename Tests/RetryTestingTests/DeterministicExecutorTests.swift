import RetryCore
import RetryTesting
import Testing

@Suite("DeterministicExecutor", .timeLimit(.minutes(20)))
struct DeterministicExecutorTests {
    private struct Planned: Error, Equatable {}

    @TaskLocal private static var note = "none"

    @Test func returnsWhatTheBodyReturns() throws {
        #expect(try DeterministicExecutor.run(seed: 1) { 42 } == 42)
    }

    @Test func throwsWhatTheBodyThrows() {
        #expect(throws: Planned()) { try DeterministicExecutor.run(seed: 1) { throw Planned() } }
        #expect(throws: CancellationError.self) { try DeterministicExecutor.run(seed: 1) { throw CancellationError() } }
    }

    @Test func hoursOnTheClockTakeNoTime() throws {
        let clock = ManualClock()
        try DeterministicExecutor.run(seed: 1, clock: clock) {
            async let short: Void = clock.sleep(for: .seconds(3600))
            async let long: Void = clock.sleep(for: .seconds(7200))
            _ = try await (short, long)
            try await clock.sleep(for: .seconds(60))
        }
        #expect(clock.now == .init(.seconds(7260)))
        #expect(clock.sleeperCount == 0)
    }

    @Test func timeStandsStillWhileSomethingCanRun() throws {
        try DeterministicExecutor.explore(seeds: 0..<50) { clock in
            async let sleep: Void = clock.sleep(for: .seconds(1))
            let busy = Tally()
            for _ in 0..<20 { await busy.add() }
            try #require(clock.now.offset == .zero)
            try await sleep
        }
    }

    @Test func theCallerKeepsItsTaskAndGivesItsTaskLocals() async throws {
        let outer = withUnsafeCurrentTask { $0?.hashValue }
        try await Self.$note.withValue("outer") {
            let inner = try DeterministicExecutor.run(seed: 1) {
                async let child = Self.note
                return await child
            }
            #expect(inner == "outer")
            #expect(Self.note == "outer")
            let nested = try DeterministicExecutor.run(seed: 1) { try DeterministicExecutor.run(seed: 2) { 7 } }
            #expect(nested == 7)
            #expect(withUnsafeCurrentTask { $0?.hashValue } == outer)
            await Tally().add()
        }
    }

    @MainActor @Test func runsOnTheMainActorsThreadToo() throws {
        #expect(try DeterministicExecutor.run(seed: 1) { await Tally().add() } == 1)
    }

    @Test func everythingStructuredStaysOnOneThread() throws {
        for seed in 0..<20 as Range<UInt64> {
            let clock = ManualClock()
            let threads = Log<ThreadIdentity>()
            try DeterministicExecutor.run(seed: seed, clock: clock) { try await visitEverything(clock, threads) }
            #expect(threads.events.count == 8)
            #expect(threads.events.allSatisfy { $0 == ThreadIdentity() })
        }
    }

    @Test func aTaskWithThePreferenceStaysAndOutsideThereIsNone() throws {
        #expect(DeterministicExecutor.current == nil)
        let caller = ThreadIdentity()
        let stayed = try DeterministicExecutor.run(seed: 1) {
            await Task(executorPreference: DeterministicExecutor.current) { ThreadIdentity() }.value == caller
        }
        #expect(stayed)
        #expect(DeterministicExecutor.current == nil)
    }

    @Test func readyJobsOfTheBodyAreRunAfterItsEnd() throws {
        let log = Log<Int>()
        try DeterministicExecutor.run(seed: 1) {
            for number in 0..<10 {
                Task(executorPreference: DeterministicExecutor.current) {
                    await Tally().add()
                    log.add(number)
                }
            }
        }
        #expect(log.events.sorted() == Array(0..<10))
    }

    @Test func aTaskThatOutlivesTheRunEndsElsewhere() async throws {
        let clock = ManualClock()
        let (survivor, started) = try DeterministicExecutor.run(seed: 1, clock: clock) {
            let survivor = Task(executorPreference: DeterministicExecutor.current) {
                try await clock.sleep(for: .seconds(1))
                await Tally().add()
                return "done"
            }
            await clock.waitForSleepers()
            return (survivor, clock.sleeperCount)
        }
        #expect(started == 1)
        #expect(clock.now.offset == .zero)
        clock.advance(by: .seconds(1))
        #expect(try await survivor.value == "done")
    }
}

// MARK: - Runs that can't end

extension DeterministicExecutorTests {
    @Test func aDeadlockIsReported() throws {
        let clock = ManualClock()
        let log = Log<String>()
        let error = try #require(throws: ScheduleError.self) {
            try DeterministicExecutor.run(seed: 99, clock: clock) {
                try await clock.sleep(for: .seconds(1))
                await clock.waitForSleepers()
                log.add("went on")
            }
        }
        #expect(error.reason == .deadlock)
        #expect(error.seed == 99)
        #expect(error.jobsRun == 2)
        #expect(error.sleepers == 0)
        #expect("\(error)".contains("deadlock (seed 99, 2 jobs run, 0 asleep on the manual clock)"))
        #expect(log.events == [])
    }

    @Test func aSleeperOnAClockThatTheRunDoesNotKnowIsADeadlock() async throws {
        let clock = ManualClock()
        let log = Log<String>()
        let error = try #require(throws: ScheduleError.self) {
            try DeterministicExecutor.run(seed: 5) {
                try await clock.sleep(for: .seconds(1))
                log.add("went on")
            }
        }
        #expect(error.reason == .deadlock)
        #expect(error.sleepers == nil)
        #expect("\(error)".contains("no manual clock was given"))
        clock.advance(by: .seconds(1))
        // Were the sleeper to go on, it would do so on the global executor, before or beside these.
        for _ in 0..<100 { await Task.detached {}.value }
        #expect(log.events == [], "a run that failed must not go on")
    }

    @Test func aLivelockIsReported() throws {
        let clock = ManualClock()
        let error = try #require(throws: ScheduleError.self) {
            try DeterministicExecutor.run(seed: 3, clock: clock, jobLimit: 100) {
                async let other: Void = clock.sleep(for: .seconds(1_000_000))
                while true { try? await clock.sleep(for: .seconds(1)) }
                try await other
            }
        }
        #expect(error.reason == .jobLimit)
        #expect(error.seed == 3)
        #expect(error.jobsRun == 100)
        #expect(error.sleepers == 1)
        #expect("\(error)".contains("job limit reached (seed 3, 100 jobs run, 1 asleep on the manual clock)"))
    }

    @Test func theLimitIsTheNumberOfJobsThatMayRun() throws {
        let body: @Sendable (ManualClock) async throws -> Void = { clock in
            for _ in 0..<9 { try await clock.sleep(for: .seconds(1)) }
        }
        try DeterministicExecutor.explore(seeds: 0..<1, jobLimit: 10, body)
        #expect(throws: ScheduleFailure.self) { try DeterministicExecutor.explore(seeds: 0..<1, jobLimit: 9, body) }
    }
}

// MARK: - Exploring

extension DeterministicExecutorTests {
    @Test func exploringReturnsTheValuesInOrderWithAClockEach() throws {
        let nows = try DeterministicExecutor.explore(seeds: 5..<8) { clock in
            let start = clock.now
            try await clock.sleep(for: .seconds(1))
            return [start, clock.now]
        }
        #expect(nows == Array(repeating: [.init(), .init(.seconds(1))], count: 3))
        #expect(try DeterministicExecutor.explore(seeds: 5..<5) { _ in 1 } == [])
    }

    @Test func exploringStopsAtTheFirstFailureAndNamesItsSeed() throws {
        let runs = Log<Int>()
        let failure = try #require(throws: ScheduleFailure.self) {
            try DeterministicExecutor.explore(seeds: 10..<20) { _ in
                runs.add(runs.events.count)
                if runs.events.count == 4 { throw Planned() }
            }
        }
        #expect(failure.seed == 13)
        #expect(failure.underlying is Planned)
        #expect(runs.events.count == 4)
        #expect("\(failure)".contains("schedule 13 failed: Planned()"))
        #expect("\(failure)".contains("run(seed: 13"))
    }

    @Test func exploringWrapsADeadlockToo() throws {
        let failure = try #require(throws: ScheduleFailure.self) {
            try DeterministicExecutor.explore(seeds: 0..<3) { clock in await clock.waitForSleepers() }
        }
        #expect((failure.underlying as? ScheduleError)?.reason == .deadlock)
    }
}

/// Visits each kind of place that has to stay on the executor, and notes the thread there.
private func visitEverything(_ clock: ManualClock, _ threads: Log<ThreadIdentity>) async throws {
    threads.add(ThreadIdentity())
    async let child: Void = threads.add(ThreadIdentity())
    await child
    await withTaskGroup(of: Void.self) { group in
        group.addTask { threads.add(ThreadIdentity()) }
        group.addTask {
            async let grandchild: Void = threads.add(ThreadIdentity())
            await grandchild
        }
    }
    await withDiscardingTaskGroup { group in
        group.addTask { threads.add(ThreadIdentity()) }
    }
    await Visitor().visit(clock, threads)
    try await clock.sleep(for: .seconds(1))
    threads.add(ThreadIdentity())
}

private actor Visitor {
    func visit(_ clock: ManualClock, _ threads: Log<ThreadIdentity>) async {
        threads.add(ThreadIdentity())
        try? await clock.sleep(for: .seconds(1))
        threads.add(ThreadIdentity())
    }
}

private actor Tally {
    private var count = 0

    @discardableResult
    func add() -> Int {
        count += 1
        return count
    }
}
