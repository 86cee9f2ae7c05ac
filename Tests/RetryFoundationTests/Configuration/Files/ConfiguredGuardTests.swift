import Foundation
import RetryFoundation
import Testing

@Suite("The cool-down gates, bulkheads and throttles of configured operations", .timeLimit(.minutes(20)))
struct ConfiguredGuardTests {
    private static let section = #"""
        {"cool_down": "host", "bulkhead": "host", "throttle": "host",
         "operations": {"storage": {"cool_down": "disk", "bulkhead": "disk", "enabled": false}},
         "cool_downs": {"host": {}, "disk": {"calls": 10, "per": "1s"}},
         "bulkheads": {"host": {"permits": 1}, "disk": {"adaptive": {"law": "aimd"}, "queue": 5}},
         "throttles": {"host": {"multiplier": 1.5}}}
        """#

    private func operations(_ section: String) throws -> RetryOperations {
        try RetryOperations(RetryConfiguration(json: Data("{\"retry_policy\": \(section)}".utf8)))
    }

    @Test("are shared by the kinds that name them, and part of their pipelines")
    func shared() throws {
        let operations = try operations(Self.section)
        let (api, worker, storage) = (operations[.api], operations[.worker], operations[.storage])
        #expect(
            api.coolDown === worker.coolDown && api.bulkhead === worker.bulkhead && api.throttle === worker.throttle)
        #expect(api.bulkhead?.policy == .permits(1) && api.bulkhead?.name == "host")
        #expect(storage.bulkhead?.policy == .adaptive(.aimd(), queue: 5))
        #expect(storage.coolDown?.policy == CoolDownPolicy().paced(10, per: .seconds(1)))
        #expect(storage.throttle == nil, "operations that are not retried are made as they are")
        let text = "\(api.pipeline)"
        let places = ["throttle host", "cool-down gate host", "bulkhead host"].compactMap {
            text.range(of: $0)?.lowerBound
        }
        #expect(places.count == 3 && places == places.sorted(), "\(text)")
        let permit = api.bulkhead?.tryAcquire()
        #expect(throws: BulkheadFullError.self) { try worker.blockingExecutor.execute {} }
        permit?.release()
        api.coolDown?.hold(for: .seconds(3_600))
        #expect(throws: CoolingDownError.self) { try worker.blockingExecutor.execute {} }
    }

    @Test("are written and read again, and keep their state in a reload if their settings are the same")
    func reload() throws {
        let configuration = try RetryConfiguration(json: Data("{\"retry_policy\": \(Self.section)}".utf8))
        let again = try JSONDecoder().decode(RetryConfiguration.self, from: JSONEncoder().encode(configuration))
        #expect(again == configuration)
        let section = Locked(Self.section)
        let operations = try ReloadingRetryOperations {
            try RetryOperations(RetryConfiguration(json: Data("{\"retry_policy\": \(section.withLock { $0 })}".utf8)))
        }
        let (host, disk) = (operations.current[.api].bulkhead, operations.current[.storage].bulkhead)
        section.withLock { $0 = $0.replacing(#""queue": 5"#, with: #""queue": 6"#) }
        _ = try operations.reload().get()
        #expect(operations.current[.api].bulkhead === host && operations.current[.storage].bulkhead !== disk)
    }

    @Test(
        "are refused with the path and the remedy",
        arguments: [
            (#"{"bulkhead": "hots", "bulkheads": {"host": {"permits": 1}}}"#, "Did you mean \"host\"?"),
            (#"{"cool_down": "any"}"#, "Known are: none."), (#"{"throttle": "any"}"#, "which is not in throttles"),
            (#"{"bulkheads": {"x": {"permits": 0}}}"#, "retry_policy.bulkheads.x.permits"),
            (#"{"bulkheads": {"x": {"adaptive": {"start": 0}}}}"#, "retry_policy.bulkheads.x.adaptive.start"),
            (#"{"cool_downs": {"x": {"first": 0}}}"#, "retry_policy.cool_downs.x.first"),
            (#"{"throttles": {"x": {"window": 0}}}"#, "retry_policy.throttles.x.window"),
            (#"{"bulkheads": {"": {"permits": 1}}}"#, "retry_policy.bulkheads"),
        ])
    func refused(section: String, words: String) {
        let error = #expect(throws: RetryConfigurationError.self) { _ = try operations(section) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
}
