import Foundation
import RetryFoundation
import Testing

@Suite("Configurations of users", .timeLimit(.minutes(20)))
struct RetryConfigurationTests {
    private func read(_ section: String) throws -> RetryConfiguration {
        try RetryConfiguration(json: Data("{\"name\": \"agent\", \"retry_policy\": \(section)}".utf8))
    }

    private func operations(_ section: String, kinds: RetryOperationKinds = .standard) throws -> RetryOperations {
        try RetryOperations(read(section), kinds: kinds)
    }

    private func backoff(_ shortest: Duration, _ longest: Duration) -> Backoff {
        .exponential(initial: min(.seconds(1), longest), cap: longest, jitter: .floor(shortest))
    }

    // MARK: What is left out

    @Test(arguments: ["{}", "null", #"{"enabled": true}"#, #"{"custom_exceptions": []}"#, #"{"max_attempts": null}"#])
    func whatIsLeftOutIsTheKinds(section: String) throws {
        let operations = try operations(section)
        let numbers: [(RetryOperationKind, Int, Duration, Duration)] = [
            (.worker, 3, .seconds(1), .seconds(10)), (.storage, 5, .milliseconds(500), .seconds(5)),
            (.api, 4, .seconds(1), .seconds(15)), (.scheduler, 3, .seconds(1), .seconds(8)),
            (RetryOperationKind("ingest"), 3, .seconds(1), .seconds(10)),
        ]
        for (kind, attempts, shortest, longest) in numbers {
            let operation = operations[kind]
            #expect(operation.policy.maxAttempts == attempts)
            #expect(operation.policy.backoff == backoff(shortest, longest))
            #expect(operation.policy.name == kind.name && operation.name == kind.name)
            #expect(!operation.policy.isRetried(.unknown))
            #expect(operation.isEnabled && operation.classifier == nil)
        }
    }

    @Test func aFileWithoutTheMemberSaysNothing() throws {
        #expect(
            try RetryConfiguration(json: Data(#"{"retry": {"max_attempts": "x"}, "other": 3}"#.utf8))
                == RetryConfiguration())
    }

    @Test func kindsHaveTheDefaultsThatAUserSets() throws {
        let ingest = RetryOperationKind("ingest")
        let kinds = RetryOperationKinds.standard
            .setting(ingest, maxAttempts: 8, minWait: .seconds(2), maxWait: .seconds(30))
            .setting(.api, to: .critical)
        let plain = try operations("{}", kinds: kinds)
        #expect(plain[ingest].policy.maxAttempts == 8)
        #expect(plain[ingest].policy.backoff == backoff(.seconds(2), .seconds(30)))
        #expect(plain[.api].policy == RetryPolicy.critical.named("api"))
        let changed = try operations(#"{"max_attempts": 2}"#, kinds: kinds)
        #expect(changed[.api].policy == RetryPolicy.critical.maxAttempts(2).named("api"))
        #expect(changed[ingest].policy.backoff == backoff(.seconds(2), .seconds(30)))
    }

    // MARK: The documented keys

    @Test func theDocumentedKeys() throws {
        let api = try operations(#"{"enabled": true, "max_attempts": 10, "min_wait": 2.0, "max_wait": 120.0}"#)[.api]
        #expect(api.policy.maxAttempts == 10)
        #expect(api.policy.backoff == backoff(.seconds(2), .seconds(120)))
    }

    /// The other bound is the kind's; where it would exclude the one that is written, that one counts for both.
    @Test func oneWaitAloneGivesWayToNone() throws {
        #expect(try operations(#"{"min_wait": 3}"#)[.worker].policy.backoff == backoff(.seconds(3), .seconds(10)))
        #expect(
            try operations(#"{"max_wait": 3}"#)[.storage].policy.backoff == backoff(.milliseconds(500), .seconds(3)))
        #expect(
            try operations(#"{"max_wait": 0.5}"#)[.worker].policy.backoff
                == backoff(.milliseconds(500), .milliseconds(500)))
        #expect(try operations(#"{"min_wait": 20}"#)[.worker].policy.backoff == backoff(.seconds(20), .seconds(20)))
        #expect(try operations(#"{"max_wait": 60}"#)[.worker].policy.backoff == backoff(.seconds(1), .seconds(60)))
        #expect(try operations(#"{"max_wait": 0}"#)[.worker].policy.backoff.cap == .zero)
    }

    @Test func disabledIsExactlyOneCall() throws {
        let operations = try operations(
            #"{"enabled": false, "max_attempts": 7, "operations": {"api": {"enabled": true}}}"#)
        #expect(!operations[.worker].isEnabled && operations[.api].isEnabled)
        #expect(operations[.api].policy.maxAttempts == 7)
        var calls = 0
        #expect(throws: TransientError.self) {
            try operations[.worker].blockingExecutor.execute {
                calls += 1
                throw TransientError()
            }
        }
        #expect(calls == 1)
    }

    @Test func disabledStillRefusesToRepeatWhatMustNotBe() throws {
        let operation = try operations(#"{"enabled": false, "guarantee": "exactly_once"}"#)[.api]
        #expect(throws: InvalidPolicyError.self) { try operation.blockingExecutor.execute {} }
    }

    // MARK: The full form

    @Test func theFullForm() throws {
        let operations = try operations(
            """
            {"max_attempts": 6, "deadline": "30s", "deadline_behavior": "truncate", "attempt_timeout_ms": 1500,
             "backoff": {"initial": "1s", "cap": "1m", "jitter": "full"},
             "backoffs": {"rate_limit": {"initial": "2s", "cap": "2m"}},
             "retry_limits": {"unknown": 1, "auth": "unlimited", "server_error": "never"}, "hints": "ignore",
             "policies": {"slow": {"preset": "slowRateLimited", "retry_limits": {"unknown": 3}}, "same": "api"},
             "operations": {
                "storage": {"max_attempts": 2, "min_wait": "100ms", "max_wait": "300ms"},
                "scheduler": {"policy": "slow", "max_attempts": 4}, "own": {"policy": "FLOW_NODE_DEFAULT"}},
             "budget": {"law": "throttle", "max_tokens": 10, "token_ratio": 0.1}, "circuit_breaker": {}}
            """)
        let api = operations[.api].policy
        #expect(api.maxAttempts == 6)
        #expect(api.deadline == .seconds(30) && api.deadlineBehavior == .truncate)
        #expect(api.attemptTimeout == .milliseconds(1_500))
        #expect(api.backoff == .exponential(initial: .seconds(1), cap: .seconds(60)))
        #expect(api.backoff(for: .rateLimit) == .exponential(initial: .seconds(2), cap: .seconds(120)))
        #expect(api.retryLimit(for: .unknown) == 1 && api.retryLimit(for: .auth) == nil)
        #expect(!api.isRetried(.serverError) && api.hints == .ignore)
        let storage = operations[.storage].policy
        #expect(storage.maxAttempts == 2 && storage.deadline == .seconds(30))
        #expect(storage.backoff == backoff(.milliseconds(100), .milliseconds(300)))
        let scheduler = operations[.scheduler].policy
        #expect(scheduler == RetryPolicy.slowRateLimited.retries(3, for: .unknown).maxAttempts(4).named("slow"))
        #expect(operations[RetryOperationKind("own")].policy == .flowNodeDefault)
        #expect(operations.configuration.budget == .throttle(maxTokens: 10, tokenRatio: 0.1))
        #expect(operations.configuration.circuitBreaker != nil)
        #expect(operations.configuration.policies.keys.sorted() == ["same", "slow"])
        let copy = try JSONDecoder().decode(
            RetryConfiguration.self, from: JSONEncoder().encode(operations.configuration))
        #expect(copy == operations.configuration)
    }

    @Test func aPolicyForAllIsRefined() throws {
        let operations = try operations(#"{"policy": "critical", "max_attempts": 2}"#)
        #expect(operations[.worker].policy == RetryPolicy.critical.maxAttempts(2))
    }

    // MARK: Names of error types

    private struct Slow: Error {}
    private class Base: Error, @unchecked Sendable {}
    private final class Below: Base, @unchecked Sendable {}
    private let errors = ErrorTypeRegistry().registering(Slow.self, as: "requests.Timeout").registering(Base.self)

    @Test func namesAreLookedUp() throws {
        let configuration = try read(
            #"{"custom_exceptions": ["requests.Timeout"], "operations": {"api": {"custom_exceptions": ["Base"]}}}"#)
        let operations = try RetryOperations(configuration, errors: errors, isStrict: true)
        let api = try #require(operations[.api].classifier)
        #expect(api.classification(of: Slow()) == .transient)
        #expect(api.classification(of: Below()) == .transient)
        #expect(api.classification(of: TransientError()) == nil)
        #expect(operations[.worker].classifier?.classification(of: Base()) == nil)
        #expect(operations.problems.isEmpty)
        var calls = 0
        let quick = try RetryOperations(
            read(#"{"custom_exceptions": ["requests.Timeout"], "max_wait": 0}"#), errors: errors)
        #expect(throws: Slow.self) {
            try quick[.api].blockingExecutor.execute {
                calls += 1
                throw Slow()
            }
        }
        #expect(calls == 4)
    }

    @Test func unknownNamesAreReportedAndLeftOut() throws {
        let text = #"{"custom_exceptions": ["os.system('x')", "requests.Timeout", "int"]}"#
        let operations = try RetryOperations(read(text), errors: errors)
        #expect(
            operations.problems.map(\.setting) == [
                "retry_policy.custom_exceptions[0]", "retry_policy.custom_exceptions[2]",
            ])
        #expect(operations.problems.first?.description.hasSuffix("Registered are: Base, requests.Timeout.") == true)
        #expect(operations[.api].classifier?.classification(of: Slow()) == .transient)
        #expect(throws: RetryConfigurationError.self) {
            try RetryOperations(read(text), errors: errors, isStrict: true)
        }
    }

    // MARK: What is wrong

    @Test(
        arguments: [
            (#"{"max_attempts": 0}"#, "retry_policy.max_attempts"),
            (#"{"max_attempts": -1}"#, "retry_policy.max_attempts"),
            (#"{"max_attempts": 2.5}"#, "retry_policy.max_attempts"),
            (#"{"max_attempts": "5"}"#, "retry_policy.max_attempts"),
            (#"{"max_attempts": 1e400}"#, "retry_policy.max_attempts"), (#"{"min_wait": -1}"#, "retry_policy.min_wait"),
            (#"{"max_wait": 1e300}"#, "retry_policy.max_wait"), (#"{"max_wait": "soon"}"#, "retry_policy.max_wait"),
            (#"{"min_wait": 5, "max_wait": 2}"#, "retry_policy.min_wait"), (#"{"enabled": 1}"#, "retry_policy.enabled"),
            (#"{"enabled": "yes"}"#, "retry_policy.enabled"), (#"{"max_attemps": 3}"#, "retry_policy.max_attemps"),
            (#"{"custom_exceptions": "X"}"#, "retry_policy.custom_exceptions"),
            (#"{"custom_exceptions": [3]}"#, "retry_policy.custom_exceptions[0]"),
            (#"{"backoff": {"factor": 0}}"#, "retry_policy.backoff.factor"),
            (#"{"backoff": {}, "min_wait": 1}"#, "retry_policy.backoff"),
            (#"{"retry_limits": {"auth": -1}}"#, "retry_policy.retry_limits.auth"),
            (#"{"retry_limits": {"": 1}}"#, nil), (#"{"deadline": 0}"#, "retry_policy.deadline"),
            (#"{"operations": {"api": {"operations": {}}}}"#, "retry_policy.operations.api.operations"),
            (#"{"operations": {"api": {"budget": {}}}}"#, "retry_policy.operations.api.budget"),
            (#"{"operations": {"api": {"max_attempts": 0}}}"#, "retry_policy.operations.api.max_attempts"),
            (#"{"operations": {"api": 3}}"#, "retry_policy.operations.api"),
            (#"{"policies": {"x": {"max_attempts": 0}}}"#, "retry_policy.policies.x.max_attempts"),
            (#"{"policies": {"": "api"}}"#, "retry_policy.policies"),
            (#"{"retry_limits": {"ratelimit": 1}}"#, "retry_policy.retry_limits.ratelimit"),
            (#"{"policy": "odd"}"#, "retry_policy.policy"),
            (#"{"operations": {"api": {"policy": "odd"}}}"#, "retry_policy.operations.api.policy"),
            (#"{"budget": {"law": "odd"}}"#, "retry_policy.budget.law"), ("[]", "retry_policy"),
            ("3", "retry_policy"),
            (#"{"circuit_breaker": 3}"#, "retry_policy.circuit_breaker"),
        ] as [(String, String?)])
    func badValuesAreErrorsWithTheirPath(section: String, setting: String?) {
        do {
            _ = try operations(section)
            Issue.record("\(section) was read")
        } catch let error as RetryConfigurationError {
            #expect(error.reason == .invalidSetting)
            if let setting { #expect(error.setting == setting) }
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test(arguments: [
        "", "{", "[1,]", #"{"retry_policy": {"max_attempts": 1, "max_attempts": 2}}"#, #"{"a": NaN}"#, "\u{0}",
    ])
    func whatIsNoJSONIsMalformed(text: String) {
        do {
            _ = try RetryConfiguration(json: Data(text.utf8))
            Issue.record("was read")
        } catch {
            #expect((error as? RetryConfigurationError)?.reason == .malformed)
        }
    }

    @Test func hugeAndDeepFilesAreRefused() {
        let large = Data("{\"x\": \"\(String(repeating: "y", count: 2 << 20))\"}".utf8)
        #expect(throws: RetryConfigurationError.self) { try RetryConfiguration(json: large) }
        let deep = Data((String(repeating: "[", count: 100_000)).utf8)
        #expect(throws: RetryConfigurationError.self) { try RetryConfiguration(json: deep) }
    }

    @Test func theFileIsNamed() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("retry-\(UUID()).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(#"{"retry_policy": {"policy": "odd"}}"#.utf8).write(to: file)
        do {
            _ = try RetryOperations(contentsOf: file)
            Issue.record("was read")
        } catch {
            #expect((error as? RetryConfigurationError)?.file == file.path)
        }
    }
}
