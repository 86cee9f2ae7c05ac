import RetryCore
import Testing

@Suite("Presets", .timeLimit(.minutes(20)))
struct PresetTests {
    struct Numbers: Sendable, CustomTestStringConvertible {
        let policy: RetryPolicy
        let name: String
        let attempts: Int
        let initial: Duration
        let cap: Duration
        let jitter: Jitter
        let unknownRetries: Int?

        var testDescription: String { name }
    }

    private static func plain(_ policy: RetryPolicy, _ name: String, _ numbers: (Int, Int, Int)) -> Numbers {
        Numbers(
            policy: policy, name: name, attempts: numbers.0, initial: .milliseconds(numbers.1),
            cap: .milliseconds(numbers.2), jitter: .full, unknownRetries: 2)
    }

    private static func eager(_ policy: RetryPolicy, _ name: String, _ numbers: (Int, Int, Int)) -> Numbers {
        Numbers(
            policy: policy, name: name, attempts: numbers.0, initial: .milliseconds(numbers.1),
            cap: .milliseconds(numbers.2), jitter: .proportional(0.5), unknownRetries: nil)
    }

    static let all = [
        plain(.default, "default", (3, 100, 20_000)),
        plain(.api, "api", (4, 250, 15_000)),
        eager(.fast, "fast", (3, 500, 5_000)),
        eager(.slowRateLimited, "slowRateLimited", (10, 5_000, 300_000)),
        eager(.critical, "critical", (7, 2_000, 120_000)),
        eager(.rateLimited, "rateLimited", (5, 2_000, 120_000)),
        Numbers(
            policy: .once, name: "once", attempts: 1, initial: .zero, cap: .zero, jitter: .none, unknownRetries: 2),
    ]

    @Test("have their numbers", arguments: all)
    func numbers(_ it: Numbers) {
        #expect(it.policy.name == it.name)
        #expect(it.policy.maxAttempts == it.attempts)
        #expect(it.policy.backoff.initial == it.initial)
        #expect(it.policy.backoff.cap == it.cap)
        #expect(it.policy.backoff.jitter == it.jitter)
        #expect(it.policy.retryLimit(for: .unknown) == it.unknownRetries)
        let delays = BackoffSchedule(it.policy.backoff.jitter(.none)).delays(3)
        #expect(delays == [1, 2, 4].map { min(it.cap, it.initial * $0) })
    }

    @Test("have nothing else that is out of the ordinary", arguments: all)
    func rest(_ it: Numbers) {
        #expect(it.policy.deadline == nil)
        #expect(it.policy.deadlineBehavior == .stop)
        #expect(it.policy.attemptTimeout == nil)
        #expect(it.policy.hints == .obey(atMost: .seconds(300)))
        #expect(!it.policy.failsImmediately)
        #expect(it.policy.guarantee == .atLeastOnce)
        for errorClass in ErrorClass.builtIn {
            let isRetried = ![.permanent, .auth, .permission].contains(errorClass)
            #expect(it.policy.isRetried(errorClass) == isRetried)
            #expect(it.policy.backoff(for: errorClass) == it.policy.backoff)
            if errorClass != .unknown {
                #expect(it.policy.retryLimit(for: errorClass) == (isRetried ? nil : 0))
            }
        }
        #expect(it.policy.isRetried(ErrorClass("warming_up")))
        #expect(it.policy.retryLimit(for: ErrorClass("warming_up")) == nil)
    }

    @Test func aPolicyOfItsOwnStartsFromTheDefault() {
        let policy = RetryPolicy(maxAttempts: 3)
        #expect(policy == RetryPolicy.default.named(""))
        #expect(policy.name.isEmpty)
    }

    @Test func areDifferent() {
        let policies = Self.all.map(\.policy)
        #expect(Set(policies).count == policies.count)
        for (index, policy) in policies.enumerated() { #expect(policies.firstIndex(of: policy) == index) }
    }
}
