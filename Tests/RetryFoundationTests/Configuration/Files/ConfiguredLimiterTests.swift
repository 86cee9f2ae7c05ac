import Foundation
import RetryFoundation
import Testing

@Suite("The rate limiters of configured operations", .timeLimit(.minutes(20)))
struct ConfiguredLimiterTests {
    private static let section = #"""
        {"rate_limiter": "shared", "operations": {"storage": {"rate_limiter": "own", "enabled": false}},
         "rate_limiters": {"shared": {"limit": 2, "per": "1h", "burst": 1, "max_wait": 0},
                           "own": {"law": "sliding_log", "limit": 1, "per": "1h", "max_wait": 0}}}
        """#

    private func operations(_ section: String) throws -> RetryOperations {
        try RetryOperations(RetryConfiguration(json: Data("{\"retry_policy\": \(section)}".utf8)))
    }

    @Test("are shared by the kinds that name them, retried or not")
    func shared() throws {
        let operations = try operations(Self.section)
        #expect(operations[.api].limiter === operations[.worker].limiter)
        #expect(operations[.api].limiter?.policy == .tokenBucket(2, per: .seconds(3_600), burst: 1, maxWait: .zero))
        #expect(operations[.api].limiter?.name == "shared" && operations[.storage].limiter?.name == "own")
        try operations[.api].blockingExecutor.execute {}
        #expect(throws: RateLimitedError.self) { try operations[.worker].blockingExecutor.execute {} }
        try operations[.storage].blockingExecutor.execute {}
        #expect(throws: RateLimitedError.self) { try operations[.storage].blockingExecutor.execute {} }
        #expect(try self.operations("{}")[.api].limiter == nil)
    }

    @Test("are written and read again")
    func roundTrip() throws {
        let configuration = try RetryConfiguration(json: Data("{\"retry_policy\": \(Self.section)}".utf8))
        let again = try JSONDecoder().decode(RetryConfiguration.self, from: JSONEncoder().encode(configuration))
        #expect(again == configuration)
        #expect(again.rateLimiters.keys.sorted() == ["own", "shared"] && again.base.rateLimiter == "shared")
    }

    @Test("keep their state in a reload, if their settings are the same")
    func reload() throws {
        let section = Locked(Self.section)
        let operations = try ReloadingRetryOperations {
            try RetryOperations(
                RetryConfiguration(json: Data("{\"retry_policy\": \(section.withLock { $0 })}".utf8)))
        }
        let (shared, own) = (operations.current[.api].limiter, operations.current[.storage].limiter)
        section.withLock { $0 = $0.replacing(#""limit": 1"#, with: #""limit": 3"#) }
        _ = try operations.reload().get()
        #expect(operations.current[.api].limiter === shared && operations.current[.storage].limiter !== own)
    }

    @Test(
        "are refused with the path and the remedy",
        arguments: [
            (
                #"{"rate_limiter": "shard", "rate_limiters": {"shared": {"limit": 1, "per": 1}}}"#,
                "Did you mean \"shared\"?"
            ),
            (#"{"rate_limiter": "any"}"#, "Known are: none."),
            (#"{"operations": {"api": {"rate_limiter": "any"}}}"#, "retry_policy.operations.api.rate_limiter"),
        ])
    func unknown(section: String, words: String) {
        let error = #expect(throws: RetryConfigurationError.self) { _ = try operations(section) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test(
        "are refused where a setting is wrong",
        arguments: [
            (#"{"rate_limiters": {"x": {"limit": 0, "per": 1}}}"#, "retry_policy.rate_limiters.x.limit"),
            (#"{"rate_limiters": {"x": {"limit": 1}}}"#, "retry_policy.rate_limiters.x.per"),
            (#"{"rate_limiters": {"": {"limit": 1, "per": 1}}}"#, "retry_policy.rate_limiters"),
            (#"{"operations": {"api": {"rate_limiters": {}}}}"#, "retry_policy.operations.api.rate_limiters"),
        ])
    func invalid(section: String, path: String) {
        let error = #expect(throws: RetryConfigurationError.self) { _ = try operations(section) }
        #expect(error?.setting == path, "\(error?.description ?? "")")
    }
}
