import RetryAsync
import RetryCore
import RetryTesting
import Testing

/// The latencies that a hedger learns from the calls of its driver.
@Suite("Latencies of hedged calls", .timeLimit(.minutes(20)))
struct HedgeLatencyTests {
    private let clock = ManualClock()
    private let hedger = Hedger(HedgePolicy(.quantile(0.5, minimum: 1), maxAttempts: 1))

    /// Makes a call whose attempt takes some milliseconds.
    private func call(
        _ milliseconds: Int, limit: Int? = nil, groupLimit: Int? = nil, cancelledAfter: Int? = nil, fails: Bool = false
    ) throws {
        let clock = clock
        var scenario = HedgeScenario(
            hedger, HedgeScenario.Plan(milliseconds: milliseconds, error: fails ? Fault(1) : nil, limit: limit))
        scenario.cancelledAfter = cancelledAfter
        if let groupLimit {
            scenario.pipeline = RetryPipeline(policy: .once.attemptTimeout(.milliseconds(groupLimit)))
        }
        _ = try DeterministicExecutor.run(seed: 1, clock: clock) { [scenario] in await scenario.run(on: clock) }
    }

    private var latencies: Int { hedger.snapshot().latencies }

    @Test func aSuccessIsALatency() throws {
        try call(10)
        #expect(latencies == 1 && hedger.snapshot().delay == .milliseconds(10))
    }

    @Test func aTimeLimitOfTheGroupIsALatencyOfAtLeastThat() throws {
        try call(10)
        try call(1_000, groupLimit: 40)
        #expect(latencies == 2 && hedger.snapshot().delay ?? .zero > .milliseconds(10))
        #expect(hedger.snapshot().counts.primaries.cancelled == 1)
    }

    @Test func aTimeLimitOfTheAttemptIsALatencyOfAtLeastThat() throws {
        try call(10)
        try call(1_000, limit: 40)
        #expect(latencies == 2 && hedger.snapshot().delay ?? .zero > .milliseconds(10))
        #expect(hedger.snapshot().counts.primaries.failed == 1)
    }

    @Test func aTimeLimitBelowTheQuantileSaysNothing() throws {
        try call(10)
        try call(1_000, limit: 5)
        try call(1_000, groupLimit: 5)
        #expect(latencies == 1 && hedger.snapshot().delay == .milliseconds(10))
    }

    @Test func theCallersCancellationIsNoLatency() throws {
        try call(10)
        try call(1_000, cancelledAfter: 40)
        try call(1_000, groupLimit: 400, cancelledAfter: 40)
        #expect(latencies == 1)
    }

    @Test func aFailureIsNoLatency() throws {
        try call(10)
        try call(1, fails: true)
        try call(50, fails: true)
        #expect(latencies == 1)
    }
}
