import RetryAsync
import RetryTesting
import Testing

/// Calls as people write them, without annotations; that these compile is the test.
@Suite("Overloads", .timeLimit(.minutes(20)))
struct OverloadTests {
    private enum Refusal: Error { case closed }

    private let executor = RetryPipeline(policy: .immediate(2))

    private func load() async throws -> Int { 42 }
    private func load(_ attempt: RetryAttempt) async throws -> Int { attempt.number }
    private func loadOrRefuse() async throws(Refusal) -> Int { throw .closed }

    @Test func theNumberOfParametersDecides() async throws {
        #expect(try await retry { 42 } == 42)
        #expect(try await retry { _ in 42 } == 42)
        #expect(try await retry { $0.number } == 1)
        #expect(try await retry { attempt in attempt.number } == 1)
        #expect(try await retry { (attempt: RetryAttempt) in attempt.number } == 1)
        #expect(try await retry(policy: .once) { 42 } == 42)
        #expect(try await retry(policy: .once) { $0.isLast })
    }

    @Test func theSameForAnExecutor() async throws {
        #expect(try await executor { 42 } == 42)
        #expect(try await executor.execute { 42 } == 42)
        #expect(try await executor.execute { $0.number } == 1)
        #expect(await executor.outcome { 42 }.value == 42)
        #expect(await executor.outcome { $0.number }.value == 1)
    }

    @Test func resultsMayBeIgnoredByStatementsThatHaveNone() async throws {
        let log = Log<Int>()
        try await retry { log.add(1) }
        try await retry { attempt in log.add(attempt.number + 1) }
        try await executor { log.add(3) }
        try await executor.execute { log.add(4) }
        #expect(log.events == [1, 2, 3, 4])
    }

    @Test func functionsAreOperations() async throws {
        let fetch: () async throws -> Int = load
        let fetchKnowing: (RetryAttempt) async throws -> Int = load
        #expect(try await retry(operation: fetch) == 42)
        #expect(try await retry(operation: fetchKnowing) == 1)
        #expect(try await executor.execute(operation: fetch) == 42)
        #expect(try await executor(fetch) == 42)
    }

    @Test func closuresOfSeveralStatements() async throws {
        let value = try await retry(policy: .immediate(2)) { attempt in
            let number = attempt.number
            if number == 1 { throw Fault(number) }
            return number
        }
        let text = try await retry(policy: .immediate(2)) {
            let number = try await load()
            return "\(number)"
        }
        #expect(value == 2 && text == "42")
    }

    @Test func operationsThatDoNotAwaitOrThrow() async throws {
        func plain() -> Int { 42 }
        #expect(try await retry(operation: plain) == 42)
        #expect(try await retry { plain() } == 42)
    }

    @Test func operationsWithTypedThrows() async throws {
        await #expect(throws: Refusal.closed) { try await retry(policy: .immediate(2), operation: loadOrRefuse) }
        await #expect(throws: Refusal.closed) {
            try await retry(policy: .immediate(2)) { () async throws(Refusal) -> Int in try await loadOrRefuse() }
        }
        await #expect(throws: Refusal.closed) {
            try await executor.execute { (_: RetryAttempt) async throws(Refusal) -> Int in throw .closed }
        }
        await #expect(throws: Refusal.closed) { try await executor(loadOrRefuse) }
        let never = { () async throws(Never) -> Int in 42 }
        #expect(try await retry(operation: never) == 42)
    }

    @Test func theShortestCallFollowsTheSameRules() async {
        let script = FaultScript<Int>(.forever(.fail(Fault(1, .permanent))))
        await #expect(throws: Fault(1, .permanent)) { try await retry { try await script() } }
        #expect(script.calls == 1)
        let task = Task {
            cancelThisTask()
            try await retry { throw Fault(1) }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        await #expect(throws: CancellationError.self) { try await retry { throw CancellationError() } }
    }

    @Test func everythingIsLeftToTheDefaults() async throws {
        #expect(try await retry { true })
        #expect(try await RetryPipeline().execute { true })
        #expect(RetryPipeline().policy == .default)
    }
}
