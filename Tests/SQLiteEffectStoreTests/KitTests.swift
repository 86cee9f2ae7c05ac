#if SQLite
import RetryCore
import RetryTesting
import SQLiteEffectStore
import Testing

@Suite(.timeLimit(.minutes(5)))
struct KitTests {
    @Test func keepsTheRulesOfTheKit() async throws {
        let folders = Folders()
        let kit = EffectStoreConformance { settings, clock in
            let folder = try await folders.make()
            return try SQLiteEffectStore(path: folder.file, Self.settings(settings), clock: clock)
        }
        let report = await kit.run()
        print(report)
        try report.requireNoViolations()
        #expect(report.checked.count == EffectStoreConformance.ruleNames.count - 1)
        #expect(report.skipped.allSatisfy { $0.hasPrefix("a subscriber is notified once") })
    }

    private static func settings(_ settings: EffectStoreConformance.Settings) -> SQLiteEffectStore.Settings {
        var own = SQLiteEffectStore.Settings(tenantQuota: settings.tenantQuota, retention: settings.retention)
        own.capacity = settings.capacity ?? own.capacity
        own.maxResultBytes = settings.maxResultBytes ?? own.maxResultBytes
        return own
    }

    private actor Folders {
        private var all: [TemporaryFolder] = []

        func make() throws -> TemporaryFolder {
            let folder = try TemporaryFolder()
            all.append(folder)
            return folder
        }
    }
}
#endif
