import Foundation
import RetryAsync
import RetryFoundation
import Testing

@Suite("The hedgers of configured operations", .timeLimit(.minutes(20)))
struct ConfiguredHedgerTests {
    private static let section = #"""
        {"hedger": "reads", "operations": {"storage": {"hedger": "own"}, "worker": {"enabled": false}},
         "hedgers": {"reads": {"delay": {"law": "fixed", "delay": "50ms"}, "max_attempts": 3},
                     "own": {"delay": "zero", "budget": {"law": "limit", "retries": 9, "per": "1s"}}}}
        """#

    private func operations(_ section: String) throws -> RetryOperations {
        try RetryOperations(RetryConfiguration(json: Data("{\"retry_policy\": \(section)}".utf8)))
    }

    @Test("are shared by the kinds that name them, unless these are not retried")
    func shared() throws {
        let operations = try operations(Self.section)
        #expect(operations[.api].hedger === operations[.scheduler].hedger)
        #expect(operations[.api].hedger?.policy == HedgePolicy(.fixed(.milliseconds(50)), maxAttempts: 3))
        #expect(operations[.api].hedger?.name == "reads" && operations[.storage].hedger?.name == "own")
        #expect(operations[.storage].hedger?.policy == HedgePolicy(.zero, budget: .limit(9, per: .seconds(1))))
        #expect(operations[.worker].hedger == nil)
        #expect(try self.operations("{}")[.api].hedger == nil)
    }

    @Test("hedge the calls that are passed them, and without one a call runs once")
    func calls() async throws {
        let operations = try operations(Self.section)
        let storage = operations[.storage]
        let value = try await hedge(storage.hedger, through: storage.pipeline) { attempt in
            while attempt.number == 1, !Task.isCancelled { await Task.yield() }
            return attempt.number
        }
        #expect(value == 2 && storage.hedger?.snapshot().counts.hedges.won == 1)
        let worker = operations[.worker]
        #expect(try await hedge(worker.hedger, through: worker.pipeline) { $0.number } == 1)
    }

    @Test("are written and read again")
    func roundTrip() throws {
        let configuration = try RetryConfiguration(json: Data("{\"retry_policy\": \(Self.section)}".utf8))
        let again = try JSONDecoder().decode(RetryConfiguration.self, from: JSONEncoder().encode(configuration))
        #expect(again == configuration)
        #expect(again.hedgers.keys.sorted() == ["own", "reads"] && again.base.hedger == "reads")
    }

    @Test("keep their state in a reload, if their settings are the same")
    func reload() throws {
        let section = Locked(Self.section)
        let operations = try ReloadingRetryOperations {
            try RetryOperations(
                RetryConfiguration(json: Data("{\"retry_policy\": \(section.withLock { $0 })}".utf8)))
        }
        let (reads, own) = (operations.current[.api].hedger, operations.current[.storage].hedger)
        section.withLock { $0 = $0.replacing(#""retries": 9"#, with: #""retries": 8"#) }
        _ = try operations.reload().get()
        #expect(operations.current[.api].hedger === reads && operations.current[.storage].hedger !== own)
    }

    @Test(
        "are refused with the path and the remedy",
        arguments: [
            (#"{"hedger": "read", "hedgers": {"reads": {}}}"#, "Did you mean \"reads\"?"),
            (#"{"hedger": "any"}"#, "Known are: none."),
            (#"{"operations": {"api": {"hedger": "any"}}}"#, "retry_policy.operations.api.hedger"),
        ])
    func unknown(section: String, words: String) {
        let error = #expect(throws: RetryConfigurationError.self) { _ = try operations(section) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test(
        "are refused where a setting is wrong",
        arguments: [
            (#"{"hedgers": {"x": {"max_attempts": 6}}}"#, "retry_policy.hedgers.x.max_attempts"),
            (
                #"{"hedgers": {"x": {"delay": {"law": "quantile", "quantile": 95}}}}"#,
                "retry_policy.hedgers.x.delay.quantile"
            ),
            (#"{"hedgers": {"x": {"delay": {"law": "fixed", "delay": -1}}}}"#, "retry_policy.hedgers.x.delay.delay"),
            (#"{"hedgers": {"x": {"budget": {"law": "ratio", "ratio": 2}}}}"#, "retry_policy.hedgers.x.budget.ratio"),
            (#"{"hedgers": {"": {}}}"#, "retry_policy.hedgers"),
            (#"{"operations": {"api": {"hedgers": {}}}}"#, "retry_policy.operations.api.hedgers"),
        ])
    func invalid(section: String, path: String) {
        let error = #expect(throws: RetryConfigurationError.self) { _ = try operations(section) }
        #expect(error?.setting == path, "\(error?.description ?? "")")
    }
}
