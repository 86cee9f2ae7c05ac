import Foundation
import RetryFoundation
import Testing

@Suite("Configurations that are read anew", .timeLimit(.minutes(20)))
struct ReloadingTests {
    private func attempts(_ count: Int) throws -> RetryOperations {
        try RetryOperations(RetryConfiguration(json: Data("{\"retry_policy\": {\"max_attempts\": \(count)}}".utf8)))
    }

    @Test func aNewConfigurationTakesThePlaceOfTheOldOne() throws {
        let count = Locked(3)
        let operations = try ReloadingRetryOperations { try attempts(count.withLock { $0 }) }
        let inFlight = operations.current[.api]
        #expect(inFlight.policy.maxAttempts == 3 && operations.generation == 1)
        count.withLock { $0 = 8 }
        #expect(operations.current[.api].policy.maxAttempts == 3)
        #expect(throws: Never.self) { try operations.reload().get() }
        #expect(operations.current[.api].policy.maxAttempts == 8 && operations.generation == 2)
        #expect(inFlight.policy.maxAttempts == 3)
    }

    @Test func aBadConfigurationKeepsTheOldOneAndIsReported() throws {
        let count = Locked(3)
        let operations = try ReloadingRetryOperations { try attempts(count.withLock { $0 }) }
        count.withLock { $0 = 0 }
        #expect(throws: RetryConfigurationError.self) { try operations.reload().get() }
        #expect(operations.current[.api].policy.maxAttempts == 3 && operations.generation == 1)
        count.withLock { $0 = 5 }
        #expect(throws: Never.self) { try operations.reload().get() }
        #expect(operations.current[.api].policy.maxAttempts == 5)
    }

    @Test func aFileIsReadAgain() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("retry-\(UUID()).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(#"{"retry_policy": {"max_attempts": 2}}"#.utf8).write(to: file)
        let operations = try ReloadingRetryOperations(contentsOf: file)
        try Data(#"{"retry_policy": {"max_attempts": 9}}"#.utf8).write(to: file)
        operations.reload()
        #expect(operations.current[.worker].policy.maxAttempts == 9)
        try FileManager.default.removeItem(at: file)
        #expect(throws: RetryConfigurationError.self) { try operations.reload().get() }
        #expect(operations.current[.worker].policy.maxAttempts == 9)
        #expect(throws: RetryConfigurationError.self) { try ReloadingRetryOperations(contentsOf: file) }
    }

    /// A reload that was slow to read an old file must not undo the one that read the new file after it began.
    @Test func theReloadThatBeganLaterWins() throws {
        let inner = Locked<ReloadingRetryOperations?>(nil)
        let calls = Locked(0)
        let operations = try ReloadingRetryOperations {
            let call = calls.withLock { calls in
                calls += 1
                return calls
            }
            // The second load is the slow one: a third runs from begin to end meanwhile.
            if call == 2 { _ = try inner.withLock { $0 }?.reload().get() }
            return try attempts(call)
        }
        inner.withLock { $0 = operations }
        #expect(throws: Never.self) { try operations.reload().get() }
        #expect(operations.current[.api].policy.maxAttempts == 3)
        #expect(operations.generation == 2)
        inner.withLock { $0 = nil }
    }
}
