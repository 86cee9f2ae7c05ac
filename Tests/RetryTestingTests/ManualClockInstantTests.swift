import RetryTesting
import Testing

@Suite("ManualClock.Instant and its limits", .timeLimit(.minutes(20)))
struct ManualClockInstantTests {
    typealias Instant = ManualClock.Instant

    private static let last = Instant(.seconds(Int64.max))
    private static let first = Instant(.seconds(-Int64.max))

    @Test func arithmeticIsThatOfDurations() {
        let start = Instant(.seconds(2))
        #expect(start.advanced(by: .milliseconds(1500)).offset == .milliseconds(3500))
        #expect(start.advanced(by: .seconds(-3)).offset == .seconds(-1))
        #expect(start.duration(to: Instant(.seconds(5))) == .seconds(3))
        #expect(Instant(.seconds(5)).duration(to: start) == .seconds(-3))
        #expect(start < Instant(.seconds(3)))
        #expect(!(start < start))
        #expect(start.advanced(by: Duration(attoseconds: 1)).offset == .seconds(2) + Duration(attoseconds: 1))
        #expect("\(start)" == "\(Duration.seconds(2))")
    }

    @Test(arguments: [Duration.seconds(Int64.max), Duration(attoseconds: .max), .seconds(Int64.max) * 2])
    func addingStopsAtTheLastInstant(duration: Duration) {
        #expect(Instant(duration) == Self.last)
        #expect(Instant(.seconds(1)).advanced(by: duration) == Self.last)
        #expect(Self.last.advanced(by: duration) == Self.last)
    }

    @Test(arguments: [Duration.seconds(-Int64.max), Duration(attoseconds: .min), .seconds(Int64.max) * -2])
    func subtractingStopsAtTheFirstInstant(duration: Duration) {
        #expect(Instant(duration) == Self.first)
        #expect(Instant(.seconds(-1)).advanced(by: duration) == Self.first)
        #expect(Self.first.advanced(by: duration) == Self.first)
    }

    @Test func distancesStopAtTheEndsToo() {
        #expect(Self.first.duration(to: Self.last) == .seconds(Int64.max))
        #expect(Self.last.duration(to: Self.first) == .seconds(-Int64.max))
        #expect(Self.last.offset.components.seconds == Int64.max)
        #expect(Self.first.offset.components.seconds == -Int64.max)
    }

    @Test func advanceSaturates() async throws {
        let clock = ManualClock()
        let sleeper = Task { try await clock.sleep(for: .seconds(Int64.max)) }
        await clock.waitForSleepers()
        clock.advance(by: Duration(attoseconds: .max))
        clock.advance(by: Duration(attoseconds: .max))
        #expect(clock.now == Self.last)
        try await sleeper.value
        try await clock.sleep(for: .seconds(1))
        #expect(clock.advanceToNextWakeUp() == nil)
    }

    @Test func autoAdvanceSaturates() async throws {
        let clock = ManualClock(autoAdvance: true)
        for _ in 0..<3 { try await clock.sleep(for: Duration(attoseconds: .max)) }
        #expect(clock.now == Self.last)
    }

    @Test func negativeAdvanceIsRefused() async {
        await #expect(processExitsWith: .failure) { ManualClock().advance(by: .nanoseconds(-1)) }
    }

    @Test func advanceToAnEarlierTimeIsRefused() async {
        await #expect(processExitsWith: .failure) {
            ManualClock(now: .init(.seconds(2))).advance(to: .init(.seconds(1)))
        }
    }
}
