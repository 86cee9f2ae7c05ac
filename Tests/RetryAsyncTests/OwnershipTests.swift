import RetryAsync
import RetryTesting
import Testing

/// The captures and results of operations; that these compile is half of the test.
@Suite("Captures and results", .timeLimit(.minutes(20)))
struct OwnershipTests {
    /// With and without a child task for the attempt.
    static let policies = [RetryPolicy.immediate(3), .immediate(3).attemptTimeout(.seconds(1))]
    private let clock = ManualClock().retryClock

    /// Not `Sendable`.
    private final class Counter {
        var count = 0

        func failTwice() async throws -> Int {
            count += 1
            if count < 3 { throw Fault(count) }
            return count
        }
    }

    /// Not `Copyable`.
    private struct Ticket: ~Copyable {
        let number: Int
    }

    @Test(arguments: policies)
    func aLocalVariable(policy: RetryPolicy) async throws {
        var attempts = 0
        let value = try await retry(RetryPipeline(policy: policy).clock(clock)) {
            attempts += 1
            if attempts < 3 { throw Fault(attempts) }
            return attempts
        }
        #expect(value == 3)
        #expect(attempts == 3)
    }

    private func count(_ attempts: inout Int, policy: RetryPolicy) async throws {
        try await retry(RetryPipeline(policy: policy).clock(clock)) {
            attempts += 1
            if attempts < 3 { throw Fault(attempts) }
        }
    }

    @Test(arguments: policies)
    func anInoutParameter(policy: RetryPolicy) async throws {
        var attempts = 0
        try await count(&attempts, policy: policy)
        #expect(attempts == 3)
    }

    @Test(arguments: policies)
    func anObjectThatIsNotSendable(policy: RetryPolicy) async throws {
        let counter = Counter()
        #expect(try await retry(RetryPipeline(policy: policy).clock(clock)) { try await counter.failTwice() } == 3)
        #expect(counter.count == 3)
    }

    @Test(arguments: policies)
    func aResultThatIsNotSendable(policy: RetryPolicy) async throws {
        let made = try await retry(RetryPipeline(policy: policy).clock(clock)) { attempt in
            let counter = Counter()
            counter.count = attempt.number
            if attempt.number < 3 { throw Fault(attempt.number) }
            return counter
        }
        #expect(made.count == 3)
        let executor = RetryPipeline(policy: policy).clock(clock)
        #expect(try await executor { made } === made)
        #expect(try await executor.execute { made } === made)
        #expect(await executor.outcome { made }.value === made)
    }

    @Test(arguments: policies)
    func aResultThatIsNotCopyable(policy: RetryPolicy) async throws {
        var attempts = 0
        let ticket = try await retry(RetryPipeline(policy: policy).clock(clock)) {
            attempts += 1
            if attempts < 3 { throw Fault(attempts) }
            return Ticket(number: attempts)
        }
        #expect(ticket.number == 3)
        let executor = RetryPipeline(policy: policy).clock(clock)
        let executed = try await executor.execute { Ticket(number: 4) }
        #expect(executed.number == 4)
        let called = try await executor { Ticket(number: 5) }
        #expect(called.number == 5)
        let outcome = await executor.outcome { Ticket(number: 6) }
        #expect(outcome.attempts == 1)
        let gotten = try outcome.get()
        #expect(gotten.number == 6)
    }

    @Test(arguments: policies)
    func nothingAtAll(policy: RetryPolicy) async throws {
        let counter = Counter()
        try await retry(RetryPipeline(policy: policy).clock(clock)) { _ = try await counter.failTwice() }
        #expect(counter.count == 3)
    }

    /// An actor whose operations touch its state.
    private actor Account {
        var balance = 0

        func deposit(policy: RetryPolicy, clock: RetryClock) async throws -> Int {
            try await retry(RetryPipeline(policy: policy).clock(clock)) {
                balance += 1
                if balance < 3 { throw Fault(balance) }
                return balance
            }
        }

        func depositByOutcome(policy: RetryPolicy, clock: RetryClock) async -> Int? {
            let outcome = await RetryPipeline(policy: policy).clock(clock).outcome { attempt in
                balance += attempt.number
                return balance
            }
            return outcome.value
        }
    }

    @Test(arguments: policies)
    func theStateOfAnActor(policy: RetryPolicy) async throws {
        let account = Account()
        #expect(try await account.deposit(policy: policy, clock: clock) == 3)
        #expect(await account.depositByOutcome(policy: policy, clock: clock) == 4)
    }
}
