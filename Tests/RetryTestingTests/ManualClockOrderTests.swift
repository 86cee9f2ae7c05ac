import RetryTesting
import Testing

/// Many sleepers, against a list that is sorted anew for each step.
@Suite("The order of many sleepers", .timeLimit(.minutes(20)))
struct ManualClockOrderTests {
    private struct RetrySleeper {
        let id: Int
        let deadline: Int
        let task: Task<Void, Never>
    }

    private let clock = ManualClock()
    private let executor = ArrivalExecutor()
    private let log = Log<Int>()

    /// Starts a sleeper that logs its number when it wakes up, and the negative number when it is cancelled.
    private func start(_ id: Int, until seconds: Int) -> RetrySleeper {
        let task = Task(executorPreference: executor) { [clock, log] in
            do {
                try await clock.sleep(until: .init(.seconds(seconds)))
                log.add(id)
            } catch {
                log.add(-id)
            }
        }
        executor.runAll()
        return RetrySleeper(id: id, deadline: seconds, task: task)
    }

    @Test("is by deadline, then by arrival, with any cancellations in between", arguments: 0..<20)
    func order(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var sleepers: [RetrySleeper] = []
        var (now, expected) = (0, [Int]())
        for id in 1...300 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<6:
                sleepers.append(start(id, until: now + Int.random(in: 1...40, using: &random)))
            case 6, 7:
                guard !sleepers.isEmpty else { continue }
                let cancelled = sleepers.remove(at: Int.random(in: sleepers.indices, using: &random))
                cancelled.task.cancel()
                expected.append(-cancelled.id)
            default:
                now += Int.random(in: 0...15, using: &random)
                clock.advance(to: .init(.seconds(now)))
                // Arrivals have growing numbers.
                let due = sleepers.filter { $0.deadline <= now }.sorted { ($0.deadline, $0.id) < ($1.deadline, $1.id) }
                expected += due.map(\.id)
                sleepers.removeAll { $0.deadline <= now }
            }
            executor.runAll()
            #expect(clock.sleeperCount == sleepers.count)
            #expect(clock.nextWakeUp == sleepers.map(\.deadline).min().map { .init(.seconds($0)) })
        }
        for sleeper in sleepers { sleeper.task.cancel() }
        executor.runAll()
        #expect(Array(log.events.prefix(expected.count)) == expected)
        #expect(clock.sleeperCount == 0)
    }

    @Test("holds for 16,000 of them, which come latest first and are cancelled in any order")
    func many() {
        var random = SeededGenerator(seed: 16)
        var sleepers = (1...16_000).map { start($0, until: 16_001 - $0) }
        #expect(clock.nextWakeUp == .init(.seconds(1)))
        sleepers.shuffle(using: &random)
        for sleeper in sleepers.prefix(8_000) {
            sleeper.task.cancel()
            executor.runAll()
        }
        #expect(log.events == sleepers.prefix(8_000).map { -$0.id })
        #expect(clock.sleeperCount == 8_000)
        clock.advance(by: .seconds(20_000))
        executor.runAll()
        #expect(
            Array(log.events.suffix(8_000)) == sleepers.suffix(8_000).sorted { $0.deadline < $1.deadline }.map(\.id))
        #expect(clock.sleeperCount == 0)
    }
}
