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
        let schemas = SharedValue<[String]>([])
        let kit = EffectStoreConformance(
            time: .external { duration in try ServerForTests.pass(duration, in: schemas.withLock { $0 }) },
            unit: .seconds(100)
        ) { settings, _ in
            let schema = ServerForTests.newSchema()
            let store = try PostgresEffectStore(
                .init(
                    schema: schema, capacity: settings.capacity, tenantQuota: settings.tenantQuota,
                    retention: settings.retention, maxResultBytes: settings.maxResultBytes ?? 65_536))
            _ = try await store.record(for: ActionID("made"))
            schemas.withLock { $0 = [schema] }
            return store
        }
        let report = await kit.run()
        #expect(report.violations.isEmpty, "\(report)")
        let skipped = "a subscriber is notified once, when the outcome is recorded: the store does not notify"
        #expect(report.skipped == [skipped])
        #expect(report.checked.count + 1 == EffectStoreConformance.ruleNames.count)
    }
}
