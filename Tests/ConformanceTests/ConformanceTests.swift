import RetryAsync
import Testing

@Suite("The recorded behaviour of the systems that this library learned from", .timeLimit(.minutes(20)))
struct ConformanceTests {
    @Test func reflexio() async throws {
        var run = try ConformanceRun(seed: "reflexio")
        try await run.reflexioClassifier()
        try await run.reflexioStrategies()
        try await run.reflexioRuns()
        run.finish(Coverage.reflexio)
    }

    @Test func redress() async throws {
        var run = try ConformanceRun(seed: "redress")
        try await run.redressRuns()
        try await run.redressDeadlineRuns()
        try await run.redressStatuses()
        try run.redressBreaker()
        await run.redressSQLStates()
        run.finish(Coverage.redress)
    }

    @Test func bindu() async throws {
        var run = try ConformanceRun(seed: "bindu")
        try await run.binduWaits()
        try await run.binduBreaker()
        try await run.binduTransientTypes()
        try await run.binduSyncCalls()
        try run.binduConfigurations()
        run.finish(Coverage.bindu)
    }

    @Test func nodus() async throws {
        var run = try ConformanceRun(seed: "nodus")
        try await run.nodusMessages()
        try await run.nodusActionIDs()
        try await run.nodusEffectStore()
        try await run.nodusDelays()
        try run.nodusPolicies()
        try await run.nodusCalls()
        run.finish(Coverage.nodus)
    }

    @Test func cpex() async throws {
        var run = try ConformanceRun(seed: "cpex")
        try await run.cpexDelays()
        try run.cpexTrackers()
        run.finish(Coverage.cpex)
    }

    @Test func aws() async throws {
        var run = try ConformanceRun(seed: "aws")
        try await run.awsDelays()
        try await run.awsContexts()
        try await run.awsDecorator()
        try await run.awsRateLimits()
        run.finish(Coverage.aws)
    }

    @Test func theDriversDifferOnlyInWhatTheBlockingOneRefuses() async throws {
        for refused in SeedCall.refusedByBlocking {
            let records = await SeedCall.failing(refused.policy).runs()
            #expect(records[.asynchronous].calls == 2)
            #expect(records[.blocking].calls == 0)
            let error = #expect(throws: InvalidPolicyError.self) { try records[.blocking].result.get() }
            #expect(error?.setting == refused.setting)
        }
    }
}
