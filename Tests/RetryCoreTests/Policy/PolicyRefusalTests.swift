import RetryCore
import Testing

extension Refusal {
    static let policies = [
        Refusal("max_attempts", "0") { () throws(InvalidPolicyError) in try RetryPolicy(validating: 0) },
        Refusal("max_attempts", "-1") { () throws(InvalidPolicyError) in try RetryPolicy(validating: -1) },
        Refusal("max_attempts", "\(Int.min)") { () throws(InvalidPolicyError) in try RetryPolicy(validating: .min) },
        Refusal("deadline", "0.0 seconds") { () throws(InvalidPolicyError) in
            try RetryPolicy(validating: 3, deadline: .zero)
        },
        Refusal("deadline", "-1e-09 seconds") { () throws(InvalidPolicyError) in
            try RetryPolicy(validating: 3, deadline: .nanoseconds(-1))
        },
        Refusal("attempt_timeout", "0.0 seconds") { () throws(InvalidPolicyError) in
            try RetryPolicy(validating: 3, attemptTimeout: .zero)
        },
        Refusal("attempt_timeout", "-1.0 seconds") { () throws(InvalidPolicyError) in
            try RetryPolicy(validating: 3, attemptTimeout: .seconds(-1))
        },
    ]
}

extension Trap {
    private static let slow = Backoff.constant(.seconds(9))

    static let policies = [
        Trap("max_attempts is 0: it must", RetryPolicy(maxAttempts: 0)),
        Trap("deadline is 0.0 seconds: it must", RetryPolicy(maxAttempts: 1, deadline: .zero)),
        Trap("attempt_timeout is -1.0 seconds: it must", RetryPolicy(maxAttempts: 1, attemptTimeout: .seconds(-1))),
        Trap("max_attempts is 0: it must", RetryPolicy.api.maxAttempts(0)),
        Trap("deadline is 0.0 seconds: it must", RetryPolicy.api.deadline(.zero)),
        Trap("attempt_timeout is 0.0 seconds: it must", RetryPolicy.api.attemptTimeout(.zero)),
        Trap("retry_limits.unknown is -1: it must", RetryPolicy.api.retries(-1, for: .unknown)),
        Trap("retry_limits.mine is -2: it must", RetryPolicy.api.retries(-2, for: ErrorClass("mine"))),
        Trap("hints is -1.0 seconds: it must", RetryHintPolicy.obey(atMost: .seconds(-1))),
        Trap("hints is -1.0 seconds: it must", RetryHintPolicy.clamp(within: .seconds(-1))),
        Trap("error_class is empty: it must", ErrorClass("")),
    ]
}

@Suite("Refused settings of a policy", .timeLimit(.minutes(20)))
struct PolicyRefusalTests {
    @Test("are named with their value", arguments: Refusal.policies)
    func throwing(_ it: Refusal) {
        it.check()
    }

    @Test("trap where they are constants, and the message names them", arguments: Trap.policies.indices)
    func traps(index: Int) async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) { [index] in
            Trap.policies[index].run()
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains(Trap.policies[index].message))
    }

    @Test func ordinaryOnesPass() throws {
        #expect(try RetryPolicy(validating: 1).maxAttempts == 1)
        #expect(try RetryPolicy(validating: .max).maxAttempts == .max)
        #expect(try RetryPolicy(validating: 1, deadline: .nanoseconds(1)).deadline == .nanoseconds(1))
        #expect(try RetryPolicy(validating: 1, attemptTimeout: .nanoseconds(1)).attemptTimeout == .nanoseconds(1))
        // What no 64 bits of nanoseconds hold is no bound.
        #expect(try RetryPolicy(validating: 1, deadline: .seconds(Int64.max)).deadline == nil)
    }

    @Test func errorsAreValues() {
        let error = #expect(throws: InvalidPolicyError.self) { try RetryPolicy(validating: 0) }
        let same = #expect(throws: InvalidPolicyError.self) { try RetryPolicy(validating: 0) }
        let other = #expect(throws: InvalidPolicyError.self) { try RetryPolicy(validating: -1) }
        #expect(error == same)
        #expect(error?.hashValue == same?.hashValue)
        #expect(error != other)
        #expect(error?.description == "max_attempts is 0: it must be at least 1")
    }
}
