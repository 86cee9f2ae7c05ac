import Foundation
import RetryFoundation
import Testing

@Suite("Policies from JSON", .timeLimit(.minutes(20)))
struct PolicyJSONTests {
    @Test(arguments: ["default", "once", "api", "rateLimited", "slowRateLimited", "fast", "critical"])
    func aPresetByItsName(name: String) throws {
        #expect(try RetryPolicy(json: Data("\"\(name)\"".utf8)).name == name)
        #expect(try RetryPolicy(json: Data("{\"preset\": \"\(name)\"}".utf8)).name == name)
    }

    @Test func everySetting() throws {
        let policy = try RetryPolicy(json: Data(Self.everything.utf8))
        #expect(
            policy
                == RetryPolicy(
                    maxAttempts: 6,
                    backoff: .exponential(
                        initial: .milliseconds(500), factor: 3, cap: .seconds(15), jitter: .proportional(0.25)),
                    deadline: .seconds(30), deadlineBehavior: .truncate, hints: .clamp(within: .seconds(2))
                )
                .named("shop")
                .backoff(.list([.seconds(1), .milliseconds(2_500)]), for: .rateLimit)
                .retries(1, for: .unknown).retries(nil, for: .auth).never(.transient))
    }

    private static let everything = """
        {
            "preset": "default", "name": "shop", "max_attempts": 6.0, "deadline_s": 3e1,
            "deadline_behavior": "truncate", "attempt_timeout": null,
            "hints": {"rule": "clamp", "within": "2s"},
            "backoff": {
                "family": "exponential", "initial": "500ms", "factor": 3, "cap": 15,
                "jitter": {"kind": "proportional", "fraction": 0.25}
            },
            "backoffs": {"rate_limit": {"family": "list", "delays": [1, "2.5s"]}},
            "retry_limits": {"unknown": 1, "auth": "unlimited", "transient": "never"},
            "fails_immediately": false, "guarantee": "at_least_once"
        }
        """

    @Test(arguments: [
        RetryPolicy.api, .critical.deadline(.seconds(9), .interrupt).attemptTimeout(.seconds(1)), .once,
        RetryPolicy(maxAttempts: 3, backoff: .fibonacci(initial: .seconds(1))).retries(7, for: ErrorClass("own")),
    ])
    func whatWasEncodedComesBack(policy: RetryPolicy) throws {
        #expect(try RetryPolicy(json: JSONEncoder().encode(policy)) == policy)
    }

    @Test(arguments: ["\u{FEFF}{}", " \t\r\n{ } \n", "{\"max_attempts\": 3, \"\\u006eame\": \"\\ud83d\\udd01\"}"])
    func whatIsUnusualButRight(text: String) throws {
        #expect(try RetryPolicy(json: Data(text.utf8)).maxAttempts == 3)
    }

    @Test func anErrorNamesWhatIsWrongAndWhatToDo() throws {
        let error = try #require(failure("{\"backoff\": {\"factor\": 0.5}}"))
        #expect(error.reason == .invalidSetting)
        #expect(error.file == nil)
        #expect(error.setting == "backoff.factor")
        #expect(error.problem == "is 0.5")
        #expect(error.advice == "It must be a finite number of at least 1.")
        #expect(error.description == "backoff.factor is 0.5. It must be a finite number of at least 1.")
    }

    @Test func anErrorOfTheWholeTextNamesNoSetting() throws {
        let error = try #require(failure("[]"))
        #expect(error.setting == nil)
        #expect(error.description == "The configuration is a list. It must be an object.")
    }
}

/// The error that a text is refused with.
func failure(_ text: String) -> RetryConfigurationError? {
    failure(Data(text.utf8))
}

func failure(_ data: Data) -> RetryConfigurationError? {
    do {
        _ = try RetryPolicy(json: data)
        return nil
    } catch {
        if !(error is RetryConfigurationError) { Issue.record(error) }
        return error as? RetryConfigurationError
    }
}
