import RetryAsync
import RetryTesting
import Testing

/// Functions that retry whenever they are called.
@Suite("wrap", .timeLimit(.minutes(20)))
struct WrapTests {
    private let executor = RetryPipeline(policy: .immediate(3))

    /// A client whose every method fails the first time.
    private actor Client {
        private(set) var calls = 0

        private func failFirst() throws {
            calls += 1
            if calls == 1 { throw Fault(1) }
        }

        func ping() async throws { try failFirst() }

        func double(_ number: Int) async throws -> Int {
            try failFirst()
            return 2 * number
        }
    }

    @Test func aFunctionWithoutArguments() async throws {
        let script = FaultScript<Int>(.fail(Fault(1)), .succeed(42))
        let fetch = executor.wrap { try await script() }
        #expect(try await fetch() == 42)
        #expect(script.calls == 2)
    }

    @Test func aFunctionWithOneArgument() async throws {
        let script = FaultScript<Int>(.fail(Fault(1)), .succeed(40))
        let add = executor.wrap { (number: Int) in try await script() + number }
        #expect(try await add(2) == 42)
    }

    @Test func aFunctionWithTwoArguments() async throws {
        let script = FaultScript<Int>(.fail(Fault(1)), .succeed(40))
        let add = executor.wrap { (number: Int, text: String) in "\(try await script() + number) \(text)" }
        #expect(try await add(2, "items") == "42 items")
    }

    @Test func aFunctionWithThreeArguments() async throws {
        let script = FaultScript<Bool>(.fail(Fault(1)), .succeed(true))
        let join = executor.wrap { (one: Int, two: String, three: [Int]) in
            (try await script(), one, two, three)
        }
        let result = try await join(1, "2", [3])
        #expect(result == (true, 1, "2", [3]))
    }

    @Test func aFunctionWithMoreArgumentsIsPassedByName() async throws {
        let script = FaultScript<Int>(.fail(Fault(1)), .succeed(32))
        @Sendable func sum(_ a: Int, _ b: Int, _ c: Int, _ d: Int) async throws -> Int {
            try await script() + a + b + c + d
        }
        #expect(try await executor.wrap(sum)(1, 2, 3, 4) == 42)
        #expect(script.calls == 2)
    }

    @Test func aMethodOfAnObject() async throws {
        let script = FaultScript<Int>(.fail(Fault(1)), .succeed(42))
        let fetch = executor.wrap(script.callAsFunction)
        #expect(try await fetch() == 42)
    }

    @Test func aMethodOfAnActor() async throws {
        let client = Client()
        let double = executor.wrap(client.double)
        #expect(try await double(21) == 42)
        #expect(await client.calls == 2)
    }

    @Test func aMethodOfAnActorWithoutAResult() async throws {
        let client = Client()
        let ping = executor.wrap(client.ping)
        try await ping()
        #expect(await client.calls == 2)
    }

    @MainActor @Test func theFunctionStaysOnTheCallersActor() async throws {
        let threads = Log<ThreadIdentity>()
        let script = FaultScript<Int>(.fail(Fault(1)), .succeed(42))
        let fetch = executor.wrap { (number: Int) in
            MainActor.assertIsolated()
            threads.add(ThreadIdentity())
            return try await script() + number
        }
        _ = try await fetch(0)
        #expect(threads.events == [ThreadIdentity(), ThreadIdentity()])
    }

    @Test func eachCallIsACallOfItsOwn() async throws {
        let script = FaultScript<Int>(.fail(Fault(1)), .fail(Fault(2)), .succeed(1), .fail(Fault(3)), .succeed(2))
        let fetch = executor.wrap { try await script() }
        // Two failures in the first call and one in the second: no call has more than three attempts.
        #expect(try await fetch() == 1)
        #expect(try await fetch() == 2)
    }

    @Test func theLastErrorIsThrownAsItWasThrown() async {
        let fail = executor.wrap { (number: Int) async throws -> Int in throw Fault(number) }
        await #expect(throws: Fault(7)) { try await fail(7) }
    }
}
