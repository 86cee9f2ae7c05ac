import RetryTesting
import Testing

/// The purpose of exploring: orders that a test on real threads meets by luck.
@Suite("Schedules", .timeLimit(.minutes(20)))
struct ScheduleExplorationTests {
    @Test func aCheckThenActRaceIsFoundUnderSomeSeedsOnly() throws {
        let balances = try DeterministicExecutor.explore(seeds: 0..<200) { _ in
            let account = Account(balance: 10)
            async let first: Void = account.withdrawAfterAsking(10)
            async let second: Void = account.withdrawAfterAsking(10)
            _ = await (first, second)
            return await account.balance
        }
        #expect(Set(balances) == [0, -10])
    }

    @Test func theRepairedCodeHasNoRaceUnderAnySeed() throws {
        let balances = try DeterministicExecutor.explore(seeds: 0..<200) { _ in
            let account = Account(balance: 10)
            async let first: Void = account.askThenWithdraw(10)
            async let second: Void = account.askThenWithdraw(10)
            _ = await (first, second)
            return await account.balance
        }
        #expect(Set(balances) == [0])
    }

    @Test func aSeedThatFailedFailsAgain() throws {
        let scenario: @Sendable (ManualClock) async throws -> Void = { _ in
            let account = Account(balance: 10)
            async let first: Void = account.withdrawAfterAsking(10)
            async let second: Void = account.withdrawAfterAsking(10)
            _ = await (first, second)
            let balance = await account.balance
            guard balance == 0 else { throw WrongBalance(balance: balance) }
        }
        let failure = try #require(throws: ScheduleFailure.self) {
            try DeterministicExecutor.explore(seeds: 0..<200, scenario)
        }
        for _ in 0..<10 {
            let clock = ManualClock()
            #expect(throws: WrongBalance(balance: -10)) {
                try DeterministicExecutor.run(seed: failure.seed, clock: clock) { try await scenario(clock) }
            }
        }
    }

    @Test func theSameSeedGivesTheSameTrace() throws {
        let seeds = 0..<50 as Range<UInt64>
        let first = try seeds.map { try trace(seed: $0) }
        let again = try seeds.map { try trace(seed: $0) }
        #expect(first == again)
        #expect(first.allSatisfy { $0.count == 24 })
        #expect(Set(first).count > 45)
    }

    /// Six workers that share an actor, sleep and log each step.
    private func trace(seed: UInt64) throws -> [String] {
        let clock = ManualClock()
        let log = Log<String>()
        try DeterministicExecutor.run(seed: seed, clock: clock) {
            let account = Account(balance: 0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<6 {
                    group.addTask {
                        log.add("\(worker) starts")
                        await account.withdrawAfterAsking(1)
                        log.add("\(worker) has asked")
                        try await clock.sleep(for: .seconds(worker % 2))
                        log.add("\(worker) has slept until \(clock.now)")
                        log.add("\(worker) sees \(await account.balance)")
                    }
                }
                try await group.waitForAll()
            }
        }
        return log.events
    }

    @Test func everyOrderOfThreeTasksHappens() throws {
        let orders = try DeterministicExecutor.explore(seeds: 0..<200) { _ in
            await withTaskGroup(of: Int.self) { group in
                for number in 0..<3 { group.addTask { number } }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(Set(orders).count == 6)
    }

    @Test func aSleeperIsEitherWokenOrCancelled() throws {
        let outcomes = try DeterministicExecutor.explore(seeds: 0..<200) { clock in
            let deadline = ManualClock.Instant(.seconds(1))
            let outcome = Log<String>()
            let sleeper = Task(executorPreference: DeterministicExecutor.current) {
                do {
                    try await clock.sleep(until: deadline)
                    outcome.add("woken")
                } catch is CancellationError {
                    outcome.add("cancelled")
                }
            }
            await clock.waitForSleepers()
            async let wakeUp: Void = clock.advance(to: deadline)
            async let cancellation: Void = sleeper.cancel()
            _ = await (wakeUp, cancellation)
            try await sleeper.value
            try #require(clock.sleeperCount == 0)
            return outcome.events
        }
        // Resuming a checked continuation twice traps, and never resuming it is a deadlock.
        #expect(Set(outcomes) == [["woken"], ["cancelled"]])
    }

    @Test func aSleepThatMayComeBeforeOrAfterItsCancellationIsCancelled() throws {
        let askedFirst = try DeterministicExecutor.explore(seeds: 0..<200) { clock in
            let sleeper = Task(executorPreference: DeterministicExecutor.current) {
                try await clock.sleep(for: .seconds(1))
            }
            async let cancellation: Void = sleeper.cancel()
            await cancellation
            guard case .failure(let error) = await sleeper.result, error is CancellationError else {
                throw WrongBalance(balance: 0)
            }
            try #require(clock.sleeperCount == 0)
            try #require(clock.now.offset == .zero)
            return !clock.sleeps.isEmpty
        }
        #expect(Set(askedFirst) == [true, false])
    }
}

private struct WrongBalance: Error, Equatable {
    let balance: Int
}

/// An account whose withdrawals ask a bank first.
private actor Account {
    private(set) var balance: Int
    private let bank = Bank()

    init(balance: Int) {
        self.balance = balance
    }

    /// The planted race: the balance that was checked may have gone while the bank was asked.
    func withdrawAfterAsking(_ amount: Int) async {
        guard balance >= amount else { return await bank.note() }
        await bank.note()
        balance -= amount
    }

    func askThenWithdraw(_ amount: Int) async {
        await bank.note()
        guard balance >= amount else { return }
        balance -= amount
    }
}

private actor Bank {
    private var questions = 0

    func note() {
        questions += 1
    }
}
