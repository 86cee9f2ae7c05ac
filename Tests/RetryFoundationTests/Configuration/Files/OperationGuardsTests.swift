import Foundation
import RetryFoundation
import Testing

@Suite("The guards of configured operations", .timeLimit(.minutes(20)))
struct OperationGuardsTests {
    private func operations(_ section: String) throws -> RetryOperations {
        try RetryOperations(RetryConfiguration(json: Data("{\"retry_policy\": \(section)}".utf8)))
    }

    private let guarded = #"""
        {"max_wait": 0, "circuit_breaker": {"consecutive_failures": 2},
         "budget": {"law": "limit", "retries": 1, "per": "1h"}, "operations": {"ingest": {"enabled": false}}}
        """#

    private func calls(_ executor: BlockingExecutor) -> Int {
        var calls = 0
        _ = try? executor.execute { () throws -> Void in
            calls += 1
            throw TransientError()
        }
        return calls
    }

    @Test func theBlockingExecutorHasTheBreakerOfTheFile() throws {
        let operations = try operations(#"{"max_wait": 0, "circuit_breaker": {"consecutive_failures": 2}}"#)
        #expect(calls(operations[.api].blockingExecutor) == 2, "the circuit opens and ends the call")
        #expect(operations[.api].breaker?.state.isClosed == false)
        #expect(throws: CircuitOpenError.self) { try operations[.api].blockingExecutor.execute {} }
        // Another kind is another breaker, and each kind is always the same one.
        #expect(operations[.storage].breaker?.state.isClosed == true)
        let own = RetryOperationKind("own")
        #expect(calls(operations[own].blockingExecutor) == 2)
        #expect(throws: CircuitOpenError.self) { try operations[own].blockingExecutor.execute {} }
    }

    @Test func theBlockingExecutorHasTheBudgetOfTheFile() throws {
        let operations = try operations(#"{"max_wait": 0, "budget": {"law": "limit", "retries": 3, "per": "1h"}}"#)
        #expect(calls(operations[.worker].blockingExecutor) == 3, "two of the three retries")
        #expect(calls(operations[.storage].blockingExecutor) == 2, "the last one, from the same budget")
        #expect(calls(operations[RetryOperationKind("own")].blockingExecutor) == 1)
    }

    /// Asynchronous calls take them from the operation, and every copy of it has the same ones.
    @Test func everyCopyHasTheSame() throws {
        let operations = try operations(guarded)
        for kind in [RetryOperationKind.api, RetryOperationKind("own")] {
            let breaker = try #require(operations[kind].breaker)
            #expect(operations[kind].breaker === breaker && breaker.name == kind.name)
            #expect(operations[kind].budget === operations[.worker].budget)
        }
        #expect(operations[.api].breaker !== operations[.worker].breaker)
        #expect(operations[.api].budget?.policy == .limit(1, per: .seconds(3_600)))
    }

    @Test func withoutAnythingWrittenThereIsNone() throws {
        let api = try operations("{}")[.api]
        #expect(api.breaker == nil && api.budget == nil)
    }

    @Test func disabledIsExactlyOneCallWhateverTheCircuit() throws {
        let ingest = try operations(guarded)[RetryOperationKind("ingest")]
        #expect(ingest.breaker == nil && ingest.budget == nil)
        for _ in 0..<5 { #expect(calls(ingest.blockingExecutor) == 1) }
    }

    // MARK: Reading it again

    @Test func aReloadKeepsTheStateOfWhatIsTheSame() throws {
        let section = Locked(guarded)
        let reloading = try ReloadingRetryOperations { try operations(section.withLock { $0 }) }
        #expect(calls(reloading.current[.api].blockingExecutor) == 2)
        section.withLock {
            $0 = $0.replacingOccurrences(of: "\"max_wait\": 0", with: "\"max_wait\": 0, \"max_attempts\": 9")
        }
        let loaded = try reloading.reload().get()
        for operations in [loaded, reloading.current] {
            #expect(operations[.api].policy.maxAttempts == 9)
            #expect(throws: CircuitOpenError.self) { try operations[.api].blockingExecutor.execute {} }
            #expect(calls(operations[.worker].blockingExecutor) == 1, "the budget is used up")
        }
    }

    @Test func aReloadStartsAnewWhereTheSettingsHaveChanged() throws {
        let section = Locked(guarded)
        let reloading = try ReloadingRetryOperations { try operations(section.withLock { $0 }) }
        #expect(calls(reloading.current[.api].blockingExecutor) == 2)
        section.withLock {
            $0 = $0.replacingOccurrences(of: "\"consecutive_failures\": 2", with: "\"consecutive_failures\": 3")
                .replacingOccurrences(of: "\"retries\": 1", with: "\"retries\": 2")
        }
        reloading.reload()
        #expect(calls(reloading.current[.api].blockingExecutor) == 3)
        section.withLock { $0 = "{}" }
        reloading.reload()
        #expect(reloading.current[.api].breaker == nil && reloading.current[.api].budget == nil)
    }
}

extension CircuitBreaker.State {
    fileprivate var isClosed: Bool {
        if case .closed = self { true } else { false }
    }
}
