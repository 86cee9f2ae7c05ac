#if PostgreSQL
import PostgresEffectStore
import RetryCore
import RetryTesting
import Testing

@Suite(
    "The PostgreSQL store and the conformance kit", .timeLimit(.minutes(5)),
    .enabled(if: ServerForTests.isThere, ServerForTests.hint))
struct PostgresConformanceTests {
    @Test("the store keeps every rule")
    func kit() async throws {
        let report = await ServerForTests.kit().run()
        #expect(report.violations.isEmpty, "\(report)")
        let skipped = "a subscriber is notified once, when the outcome is recorded: the store does not notify"
        #expect(report.skipped == [skipped])
        #expect(report.checked.count + 1 == EffectStoreConformance.ruleNames.count)
    }
}
#endif
