import RetryAsync
import RetryCore
import RetryTesting
import Testing

/// Coalesced calls, in the order of events that a seed leads to.
///
/// Each test that the field's mistakes ask for is named so.
@Suite("Coalesced calls", .timeLimit(.minutes(20)))
struct CoalescerTests {
    private let clock = ManualClock()
    private let started = Log<Int>()
    private let ended = Log<Int>()

    /// A call that takes a second, and returns the number of its run.
    private func operation(
        seconds: Int = 1, isDeaf: Bool = false, failing error: (any Error & Sendable)? = nil
    ) -> @Sendable () async throws -> Int {
        { [clock, started, ended] in
            let number = started.count + 1
            started.add(number)
            defer { ended.add(number) }
            if isDeaf {
                await clock.sleepDeaf(for: .seconds(seconds))
            } else {
                try await clock.sleep(for: .seconds(seconds))
            }
            if let error { throw error }
            return number
        }
    }

    private func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
        try DeterministicExecutor.run(seed: 3, clock: clock, body)
    }

    private static func task<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) -> Task<Value, any Error> {
        Task(executorPreference: DeterministicExecutor.current) { try await body() }
    }

    @Test func aHundredCallersMakeOneRun() throws {
        let coalescer = CallCoalescer<String, Int>(named: "users")
        let operation = operation()
        let values = try run {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<100 { group.addTask { try await coalescer.call("a", operation) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(values == Array(repeating: 1, count: 100))
        #expect(started.count == 1 && clock.elapsed == .seconds(1))
        let seen = coalescer.snapshot()
        #expect(seen.runs == 1 && seen.joined == 99 && seen.waiting == 0 && seen.keys == 0)
        #expect("\(coalescer)" == "coalescer users: 1 run for 100 calls, 0 keys now")
    }

    @Test func keysDoNotShareARun() throws {
        let coalescer = CallCoalescer<String, Int>()
        let operation = operation()
        let values = try run {
            async let one = coalescer.call("a", operation)
            async let other = coalescer.call("b", operation)
            return try await [one, other].sorted()
        }
        #expect(values == [1, 2] && clock.elapsed == .seconds(1))
    }

    @Test func aCallerThatComesAfterTheEndStartsANewRun() throws {
        let coalescer = CallCoalescer<String, Int>()
        let operation = operation()
        let values = try run { [try await coalescer.call("a", operation), try await coalescer.call("a", operation)] }
        #expect(values == [1, 2], "a coalescer is no cache")
    }

    @Test func theCallerThatStartedTheRunLeavesAndTheOthersKeepIt() throws {
        let coalescer = CallCoalescer<String, Int>()
        let (operation, clock) = (operation(seconds: 4), clock)
        let value = try run {
            let first = Self.task { try await coalescer.call("a", operation) }
            try await clock.sleep(for: .seconds(1))
            let second = Self.task { try await coalescer.call("a", operation) }
            try await clock.sleep(for: .seconds(1))
            first.cancel()
            await #expect(throws: CancellationError.self) { try await first.value }
            #expect(clock.elapsed == .seconds(2), "it leaves at once")
            return try await second.value
        }
        #expect(value == 1 && clock.elapsed == .seconds(4) && started.count == 1)
        #expect(coalescer.snapshot().abandoned == 0)
    }

    @Test func aCallerThatLeavesDoesNotCancelTheRunOfTheOthers() throws {
        let coalescer = CallCoalescer<String, Int>()
        let (operation, clock) = (operation(seconds: 4), clock)
        let value = try run {
            let first = Self.task { try await coalescer.call("a", operation) }
            try await clock.sleep(for: .seconds(1))
            let second = Self.task { try await coalescer.call("a", operation) }
            try await clock.sleep(for: .seconds(1))
            second.cancel()
            await #expect(throws: CancellationError.self) { try await second.value }
            return try await first.value
        }
        #expect(value == 1 && started.count == 1)
    }

    @Test func theLastOneThatLeavesCancelsTheRun() throws {
        let coalescer = CallCoalescer<String, Int>()
        let (operation, clock) = (operation(seconds: 100), clock)
        try run {
            let tasks = (0..<3).map { _ in Self.task { try await coalescer.call("a", operation) } }
            try await clock.sleep(for: .seconds(1))
            for task in tasks { task.cancel() }
            for task in tasks { await #expect(throws: CancellationError.self) { try await task.value } }
            try await clock.sleep(for: .seconds(1))
        }
        #expect(started.count == 1 && ended.count == 1, "the run was cancelled")
        #expect(clock.elapsed == .seconds(2))
        #expect(coalescer.snapshot().abandoned == 1 && coalescer.snapshot().cancelling == 0)
    }

    @Test func aCallerThatComesWhileTheRunIsBeingCancelledStartsAnew() throws {
        let coalescer = CallCoalescer<String, Int>()
        let (deaf, operation, clock) = (operation(seconds: 10, isDeaf: true), operation(seconds: 20), clock)
        let values = try run {
            let first = Self.task { try await coalescer.call("a", deaf) }
            try await clock.sleep(for: .seconds(1))
            first.cancel()
            await #expect(throws: CancellationError.self) { try await first.value }
            #expect(clock.elapsed == .seconds(1), "a run that does not react holds up none of its callers")
            #expect(coalescer.snapshot().cancelling == 1)
            let second = Self.task { try await coalescer.call("a", operation) }
            try await clock.sleep(for: .seconds(15))
            #expect(coalescer.snapshot().cancelling == 0, "the cancelled run has ended")
            // The end of the cancelled run has left the new one as it was.
            let third = Self.task { try await coalescer.call("a", operation) }
            return [try await second.value, try await third.value]
        }
        #expect(values == [2, 2])
        #expect(clock.elapsed == .seconds(21))
    }

    @Test func anErrorGoesToAllWhoWaitOnceAndTheNextCallerStartsAnew() throws {
        let coalescer = CallCoalescer<String, Int>()
        let (failing, operation) = (operation(failing: Fault(7)), operation())
        let value = try run {
            let tasks = (0..<5).map { _ in Self.task { try await coalescer.call("a", failing) } }
            for task in tasks { await #expect(throws: Fault(7)) { try await task.value } }
            return try await coalescer.call("a", operation)
        }
        #expect(value == 2, "one run for all that fail, and a new one after that")
    }

    @Test func callersMakeTheirOwnCallsAfterAFailureIfThePolicySaysSo() throws {
        let coalescer = CallCoalescer<String, Int>(CoalescerPolicy(failures: .ownCall))
        let (failing, started) = (operation(failing: Fault(7)), started)
        let results = try run {
            let tasks = (0..<5).map { _ in
                Self.task { try await coalescer.call("a") { started.count == 0 ? try await failing() : 42 } }
            }
            var results: [Int?] = []
            for task in tasks { results.append(try? await task.value) }
            return results
        }
        #expect(results.count { $0 == nil } == 1, "the caller whose operation ran gets its error")
        #expect(results.count { $0 == 42 } == 4)
    }

    @Test func aCallerThatIsCancelledAlreadyStartsNothing() throws {
        let coalescer = CallCoalescer<String, Int>()
        let operation = operation()
        try run {
            let task = Self.task {
                cancelThisTask()
                return try await coalescer.call("a", operation)
            }
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        #expect(started.count == 0 && coalescer.snapshot().calls == 0)
    }

    @Test func aRunThatCallsItsOwnKeyDoesNotWaitForItself() throws {
        let coalescer = CallCoalescer<String, Int>()
        let operation = operation()
        let value = try run {
            try await coalescer.call("a") { try await coalescer.call("a", operation) + 10 }
        }
        #expect(value == 11 && coalescer.snapshot().alone == 1)
    }

    @Test func runsThatCallOneAnotherDoNotWaitForEachOther() throws {
        let coalescer = CallCoalescer<String, Int>()
        let (operation, clock) = (operation(), clock)
        let values = try run {
            async let one = coalescer.call("a") {
                try await clock.sleep(for: .seconds(1))
                return try await coalescer.call("b", operation) + 10
            }
            async let other = coalescer.call("b") {
                try await clock.sleep(for: .seconds(1))
                return try await coalescer.call("a", operation) + 20
            }
            return try await [one, other]
        }
        #expect(values.allSatisfy { $0 > 10 } && coalescer.snapshot().alone == 1)
    }

    @Test func moreKeysThanThereMayBeRunByThemselves() throws {
        let coalescer = CallCoalescer<Int, Int>(CoalescerPolicy(maxKeys: 2))
        let operation = operation()
        try run {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for key in 0..<10 { group.addTask { try await coalescer.call(key, operation) } }
                try await group.waitForAll()
            }
        }
        #expect(started.count == 10 && coalescer.snapshot().alone == 8 && coalescer.snapshot().keys == 0)
    }

    @Test func theDeadlineOfTheFirstCallerDoesNotBoundTheRun() throws {
        let coalescer = CallCoalescer<String, Int>()
        let (operation, clock) = (operation(seconds: 5), clock)
        let value = try run {
            let first = Self.task {
                try await withDeadline(in: .seconds(2), clock: clock.retryClock) {
                    try await coalescer.call("a") {
                        #expect(RetryDeadline.current == nil)
                        return try await operation()
                    }
                }
            }
            try await clock.sleep(for: .seconds(1))
            let second = Self.task { try await coalescer.call("a", operation) }
            await #expect(throws: CancellationError.self) { try await first.value }
            #expect(clock.elapsed == .seconds(2))
            return try await second.value
        }
        #expect(value == 1 && clock.elapsed == .seconds(5))
    }

    private enum Trace {
        @TaskLocal static var id = 0
    }

    @Test func theRunSeesTheTaskLocalValuesOfTheCallerThatStartsIt() throws {
        let coalescer = CallCoalescer<String, Int>()
        let value = try run { try await Trace.$id.withValue(7) { try await coalescer.call("a") { Trace.id } } }
        #expect(value == 7)
    }

    @Test func aRunThatEndsWithoutASuspensionNeedsNoFurtherTask() async throws {
        let coalescer = CallCoalescer<String, Int>()
        for number in 0..<100 { #expect(try await coalescer.call("a") { number } == number) }
        await #expect(throws: Fault(1)) { try await coalescer.call("a") { throw Fault(1) } }
        #expect(coalescer.snapshot().runs == 101 && coalescer.snapshot().keys == 0)
    }
}
