import RetryAsync
import RetryTesting
import Testing

/// The operation runs on the caller's actor, in every attempt, and nothing leaves that actor without need.
@Suite("Isolation", .timeLimit(.minutes(20)))
struct IsolationTests {
    /// With and without a child task for the attempt.
    static let policies = [RetryPolicy.immediate(3), .immediate(3).attemptTimeout(.seconds(1))]

    /// Makes a call in every way that takes any operation, for whatever actor the caller is on.
    private static func inEveryWay(_ policy: RetryPolicy, _ operation: () async throws -> Void) async throws {
        let clock = ManualClock().retryClock
        let executor = RetryPipeline(policy: policy).clock(clock)
        try await retry(RetryPipeline(policy: policy).clock(clock), operation: operation)
        try await retry(RetryPipeline(policy: policy).observer([]).clock(clock), operation: operation)
        try await retry(RetryPipeline(policy: policy).clock(clock)) { _ in try await operation() }
        try await executor.execute(operation: operation)
        try await executor(operation)
        try await executor.outcome(operation: operation).get()
    }

    private static let ways = 6

    /// A place to go to and come back from.
    private actor Elsewhere {
        func visit() {}
    }

    // MARK: The main actor

    @MainActor @Test(arguments: policies)
    func theMainActorIsKept(policy: RetryPolicy) async throws {
        let threads = Log<ThreadIdentity>()
        var attempts = 0
        try await Self.inEveryWay(policy) {
            MainActor.assertIsolated()
            threads.add(ThreadIdentity())
            await Elsewhere().visit()
            MainActor.assertIsolated()
            threads.add(ThreadIdentity())
            attempts += 1
            if attempts % 3 != 0 { throw Fault(attempts) }
        }
        #expect(attempts == 3 * Self.ways)
        #expect(threads.count == 6 * Self.ways)
    }

    @MainActor @Test func theMainActorIsKeptWhenAnAttemptTimesOut() async throws {
        let clock = ManualClock()
        let threads = Log<ThreadIdentity>()
        let time = Task.detached {
            for _ in 1...2 {
                await clock.waitForSleepers(2)
                clock.advance(by: .seconds(1))
            }
        }
        let number = try await retry(
            RetryPipeline(policy: .immediate(3).attemptTimeout(.seconds(1))).clock(clock.retryClock)
        ) { attempt in
            MainActor.assertIsolated()
            threads.add(ThreadIdentity())
            if !attempt.isLast { try? await clock.sleep(for: .seconds(60)) }
            MainActor.assertIsolated()
            threads.add(ThreadIdentity())
            try Task.checkCancellation()
            return attempt.number
        }
        await time.value
        #expect(number == 3)
        #expect(threads.count == 6)
    }

    @MainActor @Test func aWaitBringsTheCallBackToTheMainActor() async throws {
        let clock = ManualClock()
        let time = Task.detached {
            await clock.waitForSleepers()
            clock.advance(by: .seconds(1))
        }
        let threads = Log<ThreadIdentity>()
        try await retry(RetryPipeline(policy: .every(.seconds(1), 2)).clock(clock.retryClock)) { attempt in
            MainActor.assertIsolated()
            threads.add(ThreadIdentity())
            if attempt.isFirst { throw Fault(1) }
        }
        await time.value
        #expect(threads.count == 2)
    }

    // MARK: An actor

    private actor Caller {
        var attempts = 0

        func call(_ policy: RetryPolicy) async throws {
            try await inEveryWay(policy) {
                assertIsolated()
                attempts += 1
                let seen = attempts
                await Elsewhere().visit()
                assertIsolated()
                // This actor has no other callers: were two attempts to run at once, the number would have changed.
                guard seen == attempts else { throw Fault(seen, .permanent) }
                if attempts % 3 != 0 { throw Fault(attempts) }
            }
        }

        func callThroughAFunctionThatKnowsNothingOfIt(_ policy: RetryPolicy) async throws -> [ObjectIdentifier?] {
            try await IsolationTests.isolations(policy)
        }
    }

    /// The actor of each attempt, as the operation sees it.
    private static func isolations(_ policy: RetryPolicy) async throws -> [ObjectIdentifier?] {
        var isolations: [ObjectIdentifier?] = []
        try await inEveryWay(policy) {
            isolations.append(#isolation.map { ObjectIdentifier($0) })
            if isolations.count % 3 != 0 { throw Fault(isolations.count) }
        }
        return isolations
    }

    @Test(arguments: policies)
    func anActorIsKept(policy: RetryPolicy) async throws {
        let caller = Caller()
        try await caller.call(policy)
        #expect(await caller.attempts == 3 * Self.ways)
    }

    @Test(arguments: policies)
    func aFunctionPassesItsCallersActorOn(policy: RetryPolicy) async throws {
        let caller = Caller()
        let isolations = try await caller.callThroughAFunctionThatKnowsNothingOfIt(policy)
        #expect(isolations == Array(repeating: ObjectIdentifier(caller), count: 3 * Self.ways))
    }

    @Test(arguments: policies)
    func aCallerWithoutAnActorStaysWithoutOne(policy: RetryPolicy) async throws {
        let isolations = try await Self.isolations(policy)
        #expect(isolations == Array(repeating: nil, count: 3 * Self.ways))
    }

    // MARK: Hops

    /// An actor whose executor counts the jobs.
    private actor Counted {
        private let executor = InlineExecutor()
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
        private var attempts = 0

        /// The hops that calls in every way need, with two failures in each.
        func hops(_ policy: RetryPolicy) async throws -> Int {
            let before = executor.jobCount
            try await inEveryWay(policy) {
                assertIsolated()
                attempts += 1
                if attempts % 3 != 0 { throw Fault(attempts) }
            }
            return executor.jobCount - before
        }
    }

    @Test func aCallHopsNowhere() async throws {
        #expect(try await Counted().hops(.immediate(3)) == 0)
    }
}
