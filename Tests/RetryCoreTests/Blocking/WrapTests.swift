import RetryCore
import RetryTesting
import Testing

@Suite("Wrapped functions and attempts", .timeLimit(.minutes(20)))
struct WrapTests {
    private let executor = BlockingExecutor(policy: RetryPolicy(maxAttempts: 3, backoff: .none))

    @Test("take no argument, or one, two or three")
    func arguments() throws {
        let none = executor.wrap { "none" }
        let one = executor.wrap { (number: Int) in number + 1 }
        let two = executor.wrap { (text: String, count: Int) in String(repeating: text, count: count) }
        let three = executor.wrap { (first: Int, second: Double, third: [String]) in "\(first) \(second) \(third)" }
        #expect(try none() == "none")
        #expect(try one(1) == 2)
        #expect(try two("ab", 2) == "abab")
        #expect(try three(1, 2.5, ["c"]) == #"1 2.5 ["c"]"#)
    }

    @Test("pass their arguments on in each attempt")
    func retried() throws {
        let seen = Locked<[Int]>([])
        let script = FaultScript<Int>(.fail(TransientError()), .fail(TransientError()), .succeed(42))
        let fetch = executor.wrap { (id: Int) in
            seen.withLock { $0.append(id) }
            return try script.callBlocking()
        }
        #expect(try fetch(7) == 42)
        #expect(seen.withLock { $0 } == [7, 7, 7])
    }

    @Test("throw what the function threw last, and begin anew with each call")
    func thrown() {
        let calls = Locked(0)
        let error = TaggedError()
        let fail = executor.wrap { () -> Int in
            calls.withLock { $0 += 1 }
            throw error
        }
        for call in 1...2 {
            let thrown = #expect(throws: TaggedError.self) { try fail() }
            #expect(thrown === error)
            #expect(calls.withLock { $0 } == 3 * call)
        }
    }

    @Test("an operation may know which attempt it is")
    func attempt() throws {
        var attempts: [RetryAttempt] = []
        let value = try executor.execute { attempt in
            attempts.append(attempt)
            if !attempt.isLast { throw TransientError() }
            return attempt.number
        }
        #expect(value == 3)
        #expect(attempts == (1...3).map { RetryAttempt(number: $0, maxAttempts: 3, remaining: nil) })
        #expect(attempts.map(\.isFirst) == [true, false, false])
    }

    @Test("an operation may know how much time is left")
    func remaining() throws {
        let harness = BlockingHarness(
            RetryPolicy(maxAttempts: 3, backoff: .constant(.seconds(1)), deadline: .seconds(10)))
        var remaining: [Duration?] = []
        #expect(throws: TransientError.self) {
            try harness.executor().execute { (attempt: RetryAttempt) -> Int in
                remaining.append(attempt.remaining)
                harness.clock.advance(by: .seconds(3))
                throw TransientError()
            }
        }
        #expect(remaining == [.seconds(10), .seconds(6), .seconds(2)])
    }
}
