import RetryCore
import RetryTesting
import Testing

@Suite("Decisions of a tracker", .timeLimit(.minutes(20)))
struct TrackerTests {
    let clock = ManualClock()
    let events = Locked<[RetryTrackerEvent]>([])

    private func tracker(
        _ configuration: ToolRetryConfiguration, ceiling: Int = 3, timeToLive: Duration = .seconds(300),
        maximumKeys: Int = 100, textReader: ToolTextReader? = nil, random: RetryRandomSource? = nil
    ) throws -> RetryTracker {
        try RetryTracker(
            configuration: configuration, ceiling: ceiling, timeToLive: timeToLive, maximumKeys: maximumKeys,
            textReader: textReader, clock: RetryClock(clock), random: random
        ) { [events] event in events.withLock { $0.append(event) } }
    }

    private var plain: ToolRetryConfiguration { ToolRetryConfiguration(base: ToolRetryPolicy(jitter: false)) }
    private let failure = RetryTracker.ToolResult(isError: true)

    private func waits(_ tracker: RetryTracker, tool: String = "a", request: String = "1", count: Int) -> [Int?] {
        (0..<count).map { _ in
            guard case .retry(let delay) = tracker.record(failure, tool: tool, request: request) else { return nil }
            return Int(delay / .milliseconds(1))
        }
    }

    @Test func delaysDoubleUntilTheRetriesAreUsedUp() throws {
        #expect(waits(try tracker(plain), count: 5) == [200, 400, nil, 200, 400])
        let one = ToolRetryConfiguration(base: ToolRetryPolicy(maxRetries: 1, jitter: false))
        #expect(waits(try tracker(one), count: 3) == [200, nil, 200])
        let none = ToolRetryConfiguration(base: ToolRetryPolicy(maxRetries: 0, jitter: false))
        let tracker = try tracker(none)
        #expect(waits(tracker, count: 2) == [nil, nil])
        #expect(tracker.count == 0)
    }

    @Test func aSuccessClearsTheState() throws {
        let tracker = try tracker(plain)
        #expect(waits(tracker, count: 1) == [200])
        #expect(tracker.count == 1)
        #expect(tracker.record(RetryTracker.ToolResult(), tool: "a", request: "1") == .succeeded)
        #expect(tracker.count == 0)
        #expect(waits(tracker, count: 1) == [200])
    }

    @Test func aVetoClearsTheState() throws {
        let tracker = try tracker(plain)
        #expect(waits(tracker, count: 1) == [200])
        let vetoed = RetryTracker.ToolResult(isError: true, structured: .init(statusCode: 404))
        #expect(tracker.record(vetoed, tool: "a", request: "1") == .giveUp)
        #expect(tracker.count == 0)
        #expect(waits(tracker, count: 1) == [200])
        #expect(events.withLock { $0 }.map(\.code) == ["retry", "permanent_fail", "retry"])
    }

    @Test func theEndOfTheRetriesClearsTheState() throws {
        let tracker = try tracker(plain)
        _ = waits(tracker, count: 3)
        #expect(tracker.count == 0)
        #expect(events.withLock { $0 }.map(\.code) == ["retry", "retry", "max_attempts_exceeded"])
    }

    @Test func aRetryWithoutAWaitIsARetry() throws {
        let tracker = try tracker(
            ToolRetryConfiguration(), random: RetryRandomSource(ScriptedGenerator(fractions: [0])))
        #expect(tracker.record(failure, tool: "a", request: "1") == .retry(after: .zero))
        #expect(tracker.record(failure, tool: "a", request: "1") == .retry(after: .zero))
        #expect(tracker.record(failure, tool: "a", request: "1") == .giveUp)
    }

    @Test(arguments: [0.0, 0.5, 1])
    func jitterDrawsUpToTheDelay(fraction: Double) throws {
        let random = RetryRandomSource(ScriptedGenerator(fractions: [fraction]))
        let tracker = try tracker(ToolRetryConfiguration(base: ToolRetryPolicy(maxRetries: 3)), random: random)
        #expect(waits(tracker, count: 3) == [200, 400, 800].map { Int($0 * fraction) })
    }

    @Test func jitterOfTheTrackersOwnStaysWithinTheDelay() throws {
        let tracker = try tracker(ToolRetryConfiguration())
        let draws = (0..<100).compactMap { waits(tracker, request: "\($0)", count: 1)[0] }
        #expect(draws.count == 100 && draws.allSatisfy { (0...200).contains($0) } && Set(draws).count > 20)
    }

    // MARK: Keys

    @Test func keysAreNeverJoined() throws {
        let tracker = try tracker(plain)
        #expect(waits(tracker, tool: "a:b", request: "c", count: 1) == [200])
        #expect(waits(tracker, tool: "a", request: "b:c", count: 1) == [200])
        #expect(waits(tracker, tool: "", request: "a:b:c", count: 1) == [200])
        #expect(waits(tracker, tool: "a:b:c", request: "", count: 1) == [200])
        #expect(tracker.count == 4)
    }

    @Test func textsThatLookTheSameAreTwoKeys() throws {
        let overrides = ["caf\u{E9}": ToolRetryOverride(backoffBaseMilliseconds: 7)]
        let tracker = try tracker(ToolRetryConfiguration(base: ToolRetryPolicy(jitter: false), overrides: overrides))
        #expect(waits(tracker, tool: "caf\u{E9}", count: 1) == [7])
        #expect(waits(tracker, tool: "cafe\u{301}", count: 1) == [200])
        #expect(waits(tracker, request: "\u{E9}", count: 1) == [200])
        #expect(waits(tracker, request: "e\u{301}", count: 1) == [200])
        #expect(tracker.count == 4)
        #expect(ToolCallKey(tool: "\u{E9}", request: "") != ToolCallKey(tool: "e\u{301}", request: ""))
    }

    @Test func everyTextIsAKey() throws {
        let tracker = try tracker(plain)
        let long = String(repeating: "k", count: 1 << 20)
        let texts = ["", " ", "\0", "\0\0", "\r\n", "\u{202E}a", "\u{1F422}", long, long + "k"]
        for text in texts {
            #expect(waits(tracker, tool: text, request: text, count: 2) == [200, 400])
            #expect(waits(tracker, tool: text, request: "1", count: 1) == [200])
        }
        #expect(tracker.count == 2 * texts.count)
    }

    @Test func trackersShareNothing() throws {
        #expect(waits(try tracker(plain), count: 1) == [200])
        #expect(waits(try tracker(plain), count: 1) == [200])
    }

    @Test func aForgottenRequestStartsAnew() throws {
        let tracker = try tracker(plain)
        #expect(waits(tracker, count: 1) == [200])
        tracker.forget(tool: "a", request: "1")
        #expect(tracker.count == 0)
        #expect(waits(tracker, count: 1) == [200])
    }

    // MARK: Policies

    @Test func aToolsOwnPolicyCountsForItAlone() throws {
        let configuration = ToolRetryConfiguration(
            base: ToolRetryPolicy(maxRetries: 3, jitter: false), overrides: ["fragile": .init(maxRetries: 1)])
        let tracker = try tracker(configuration)
        #expect(waits(tracker, tool: "fragile", count: 2) == [200, nil])
        #expect(waits(tracker, tool: "other", count: 2) == [200, 400])
        #expect(tracker.policy(for: "fragile").maxRetries == 1)
        #expect(tracker.policy(for: "other").maxRetries == 3)
    }

    @Test func theCeilingCutsEveryPolicyWithAWarning() throws {
        let configuration = ToolRetryConfiguration(
            base: ToolRetryPolicy(maxRetries: 5, jitter: false),
            overrides: ["b": .init(maxRetries: 9), "c": .init(maxRetries: 2)])
        let tracker = try tracker(configuration, ceiling: 3)
        #expect(
            events.withLock { $0 } == [
                RetryTrackerEvent(kind: .ceilingApplied(asked: 5, ceiling: 3), tool: nil, request: nil),
                RetryTrackerEvent(kind: .ceilingApplied(asked: 9, ceiling: 3), tool: "b", request: nil),
            ])
        #expect(events.withLock { $0 }.allSatisfy { $0.logLevel == .warning && $0.code == "retry_ceiling_applied" })
        #expect(waits(tracker, count: 4) == [200, 400, 800, nil])
        #expect(waits(tracker, tool: "b", count: 4) == [200, 400, 800, nil])
        #expect(waits(tracker, tool: "c", count: 3) == [200, 400, nil])
        #expect(waits(try self.tracker(configuration, ceiling: 0), count: 1) == [nil])
    }

    @Test func valuesThatMakeNoSenseAreRefused() {
        func setting(_ make: () throws(InvalidPolicyError) -> RetryTracker) -> String? {
            do throws(InvalidPolicyError) { _ = try make() } catch { return error.setting }
            return nil
        }
        let texts = ToolRetryConfiguration(overrides: ["a": .init(checksTextContent: true)])
        #expect(setting { () throws(InvalidPolicyError) in try RetryTracker(ceiling: -1) } == "max_tool_retries")
        #expect(setting { () throws(InvalidPolicyError) in try RetryTracker(timeToLive: .zero) } == "time_to_live")
        #expect(setting { () throws(InvalidPolicyError) in try RetryTracker(maximumKeys: 0) } == "maximum_keys")
        #expect(
            setting { () throws(InvalidPolicyError) in try RetryTracker(configuration: texts) } == "check_text_content")
    }

    // MARK: Time and room

    @Test func anAbandonedKeyIsForgotten() throws {
        let tracker = try tracker(plain)
        #expect(waits(tracker, count: 1) == [200])
        clock.advance(by: .seconds(300))
        #expect(waits(tracker, count: 1) == [400])
        clock.advance(by: .seconds(300) + .nanoseconds(1))
        #expect(waits(tracker, count: 1) == [200])
    }

    @Test func expiryTakesOutAbandonedKeysAndNoOthers() throws {
        let tracker = try tracker(plain, maximumKeys: 1_000)
        for index in 0..<20 { _ = waits(tracker, request: "\(index)", count: 1) }
        clock.advance(by: .seconds(200))
        for index in 10..<20 { #expect(waits(tracker, request: "\(index)", count: 1) == [400]) }
        clock.advance(by: .seconds(101))
        // Two calls take out what was abandoned: a call takes out a few at most.
        for _ in 0..<2 { _ = tracker.record(RetryTracker.ToolResult(), tool: "other", request: "x") }
        #expect(tracker.count == 10)
        for index in 10..<20 { #expect(waits(tracker, request: "\(index)", count: 1) == [nil]) }
        #expect(tracker.count == 0)
    }

    @Test func anAbandonedKeyStartsAnewEvenBeforeItIsTakenOut() throws {
        let tracker = try tracker(plain)
        for index in 0..<20 { #expect(waits(tracker, request: "\(index)", count: 1) == [200]) }
        clock.advance(by: .seconds(301))
        #expect(waits(tracker, request: "19", count: 1) == [200])
        #expect(tracker.count > 1)
    }

    @Test func aFullTrackerGivesUpOnNewKeysAndKeepsTheOld() throws {
        let tracker = try tracker(plain, maximumKeys: 3)
        for index in 0..<3 { #expect(waits(tracker, request: "\(index)", count: 1) == [200]) }
        #expect(waits(tracker, request: "3", count: 1) == [nil])
        #expect(events.withLock { $0.last } == RetryTrackerEvent(kind: .gaveUp(.full), tool: "a", request: "3"))
        #expect(waits(tracker, request: "0", count: 1) == [400])
        #expect(tracker.count == 3)
        clock.advance(by: .seconds(301))
        #expect(waits(tracker, request: "3", count: 1) == [200])
    }

    @Test func placesAreUsedAgain() throws {
        let tracker = try tracker(plain, maximumKeys: 10)
        for round in 0..<200 {
            for index in 0..<10 { #expect(waits(tracker, request: "\(round).\(index)", count: 1) == [200]) }
            for index in 0..<10 { tracker.forget(tool: "a", request: "\(round).\(index)") }
        }
        #expect(tracker.count == 0)
    }

    @Test(arguments: [1, 2, 4_096, 4_097, 10_000, 100_001])
    func theNumberOfKeysIsBounded(maximum: Int) throws {
        let tracker = try RetryTracker(configuration: plain, maximumKeys: maximum)
        for index in 0..<min(maximum * 2, 40_000) { _ = tracker.record(failure, tool: "a", request: "\(index)") }
        #expect(tracker.count <= maximum)
        #expect(tracker.count >= min(maximum, 40_000) * 9 / 10)
    }
}
