import RetryCore
import RetryTesting
import Testing

/// Settings that a blocking call cannot honour are refused before the first attempt, in every form of the call.
@Suite("Policies that a blocking call refuses", .timeLimit(.minutes(20)))
struct BlockingRefusalTests {
    struct Refusal: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let policy: RetryPolicy
        let value: String
    }

    static let refusals = [
        Refusal(
            testDescription: "attempt_timeout", policy: .api.attemptTimeout(.seconds(1)), value: "1.0 seconds"),
        Refusal(
            testDescription: "deadline_behavior", policy: .api.deadline(.seconds(9), .interrupt), value: "interrupt"),
        Refusal(testDescription: "guarantee", policy: .once.guarantee(.exactlyOnce), value: "exactly_once"),
    ]

    /// Every way to run a blocking call under a policy.
    static let forms: [@Sendable (RetryPolicy, RetryObserver, @escaping @Sendable () -> Int) throws -> Int] = [
        { policy, observer, operation in
            try retryBlocking(RetryPipeline(policy: policy).observer(observer), operation: operation)
        },
        { policy, _, operation in try retryBlocking(policy: policy, operation: operation) },
        { policy, observer, operation in
            try BlockingExecutor(RetryPipeline(policy: policy).observer(observer)).execute { operation() }
        },
        { policy, observer, operation in
            try BlockingExecutor(RetryPipeline(policy: policy).observer(observer)).execute { (_: RetryAttempt) in
                operation()
            }
        },
        { policy, observer, operation in
            try BlockingExecutor(RetryPipeline(policy: policy).observer(observer)).outcome { operation() }.get()
        },
        { policy, observer, operation in
            try BlockingExecutor(RetryPipeline(policy: policy).observer(observer)).wrap(operation)()
        },
        { policy, observer, operation in
            let context = try RetryContext(RetryPipeline(policy: policy).observer(observer))
            try context.next()
            return context.succeeded(operation())
        },
    ]

    @Test("no attempt starts, and nothing is seen", arguments: refusals)
    func refused(_ refusal: Refusal) {
        for (number, form) in Self.forms.enumerated() {
            let recorder = RecordingRetryObserver()
            let error = #expect(throws: InvalidPolicyError.self, "form \(number)") {
                try form(refusal.policy, recorder.observer) {
                    Issue.record("The operation ran.")
                    return 1
                }
            }
            #expect(error?.setting == refusal.testDescription)
            #expect(error?.value == refusal.value)
            #expect(recorder.events.isEmpty)
        }
    }

    @Test("all others are run, through every form", arguments: [DeadlineBehavior.stop, .truncate])
    func accepted(_ behavior: DeadlineBehavior) throws {
        for form in Self.forms {
            #expect(try form(.api.deadline(.seconds(3_600), behavior), []) { 42 } == 42)
        }
    }
}
