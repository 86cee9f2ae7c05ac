import RetryTesting
import Testing

/// The windows between the steps of a sleep, which only real threads reach.
@Suite("ManualClock on real threads", .timeLimit(.minutes(20)))
struct ManualClockThreadTests {
    private static let rounds = 500
    private static let deadline = ManualClock.Instant(.seconds(1))

    @Test func aSleepThatMeetsItsWakeUpEnds() async throws {
        for _ in 0..<Self.rounds {
            let clock = ManualClock()
            async let sleep: Void = clock.sleep(until: Self.deadline)
            async let advance: Void = clock.advance(to: Self.deadline)
            try await sleep
            await advance
            #expect(clock.sleeperCount == 0)
        }
    }

    @Test func aSleepThatMeetsItsCancellationEnds() async {
        for _ in 0..<Self.rounds {
            let clock = ManualClock()
            let sleeper = Task { try await clock.sleep(until: Self.deadline) }
            async let cancel: Void = sleeper.cancel()
            await #expect(throws: CancellationError.self) { try await sleeper.value }
            await cancel
            #expect(clock.sleeperCount == 0)
        }
    }

    @Test func aWaitThatMeetsItsCancellationEnds() async {
        for _ in 0..<Self.rounds {
            let clock = ManualClock()
            let waiter = Task { await clock.waitForSleepers() }
            async let cancel: Void = waiter.cancel()
            await waiter.value
            await cancel
        }
    }

    @Test func manySleepersWakersAndCancellations() async {
        let clock = ManualClock()
        let ended = await withTaskGroup(of: Bool.self) { group in
            for second in 0..<400 {
                group.addTask { (try? await clock.sleep(until: .init(.seconds(second / 4 + 1)))) != nil }
            }
            await clock.waitForSleepers(400)
            async let first: Void = { for _ in 0..<25 { clock.advance(by: .seconds(1)) } }()
            async let second: Void = { for _ in 0..<25 { clock.advance(by: .seconds(1)) } }()
            _ = await (first, second)
            group.cancelAll()
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(ended == 200)
        #expect(clock.sleeperCount == 0)
        #expect(clock.sleeps.count == 400)
    }
}
