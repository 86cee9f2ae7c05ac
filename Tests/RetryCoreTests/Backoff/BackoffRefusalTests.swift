import RetryCore
import Testing

/// Invalid settings, and the expected text of the error.
struct Refusal: Sendable, CustomTestStringConvertible {
    let setting: String
    let value: String
    let make: @Sendable () throws(InvalidPolicyError) -> Void

    init<Made>(_ setting: String, _ value: String, _ make: @escaping @Sendable () throws(InvalidPolicyError) -> Made) {
        (self.setting, self.value) = (setting, value)
        self.make = { () throws(InvalidPolicyError) in _ = try make() }
    }

    var testDescription: String { "\(setting) \(value)" }

    /// Expects the error to name the setting and the value, and to say what the setting must be.
    func check(requirement: String? = nil, sourceLocation: SourceLocation = #_sourceLocation) {
        let error = #expect(throws: InvalidPolicyError.self, sourceLocation: sourceLocation) { try make() }
        #expect(error?.setting == setting, sourceLocation: sourceLocation)
        #expect(error?.value == value, sourceLocation: sourceLocation)
        #expect(error?.requirement.hasPrefix("must ") == true, sourceLocation: sourceLocation)
        let sentence = "\(setting) is \(value): it \(error?.requirement ?? "")"
        #expect(error?.description == sentence, sourceLocation: sourceLocation)
    }
}

extension Refusal {
    static let backoffs = [
        Refusal("family", "parabolic") { () throws(InvalidPolicyError) in try exponential(family: "parabolic") },
        Refusal("family", "custom") { () throws(InvalidPolicyError) in try exponential(family: "custom") },
        Refusal("family", "") { () throws(InvalidPolicyError) in try exponential(family: "") },
        Refusal("initial", "-1e-09 seconds") { () throws(InvalidPolicyError) in
            try exponential(initial: .nanoseconds(-1))
        },
        Refusal("initial", "-1.0 seconds") { () throws(InvalidPolicyError) in
            try exponential(family: "fibonacci", initial: .seconds(-1))
        },
        Refusal("initial", "-1.0 seconds") { () throws(InvalidPolicyError) in
            try exponential(family: "constant", initial: .seconds(-1))
        },
        Refusal("increment", "-1.0 seconds") { () throws(InvalidPolicyError) in
            try Backoff(validating: "linear", initial: .seconds(1), increment: .seconds(-1))
        },
        Refusal("factor", "nan") { () throws(InvalidPolicyError) in try exponential(factor: .nan) },
        Refusal("factor", "inf") { () throws(InvalidPolicyError) in try exponential(factor: .infinity) },
        Refusal("factor", "-inf") { () throws(InvalidPolicyError) in try exponential(factor: -.infinity) },
        Refusal("factor", "0.0") { () throws(InvalidPolicyError) in try exponential(factor: 0) },
        Refusal("factor", "-2.0") { () throws(InvalidPolicyError) in try exponential(factor: -2) },
        Refusal("factor", "0.9999999999999999") { () throws(InvalidPolicyError) in try exponential(factor: 1.0.nextDown)
        },
        Refusal("cap", "0.999999999 seconds") { () throws(InvalidPolicyError) in
            try exponential(cap: .nanoseconds(999_999_999))
        },
        Refusal("cap", "-1.0 seconds") { () throws(InvalidPolicyError) in
            try exponential(initial: .zero, cap: .seconds(-1))
        },
        Refusal("delays", "empty") { () throws(InvalidPolicyError) in try exponential(family: "list") },
        Refusal("delays", "-1.0 seconds") { () throws(InvalidPolicyError) in
            try Backoff(validating: "list", initial: .zero, list: [.seconds(1), .seconds(-1)])
        },
        Refusal("jitter", "decorrelated") { () throws(InvalidPolicyError) in
            try Backoff(validating: "list", initial: .zero, jitter: .decorrelated, list: [.seconds(1)])
        },
        Refusal("jitter.amount", "20.000000001 seconds") { () throws(InvalidPolicyError) in
            try Backoff(validating: "linear", initial: .zero, jitter: .floor(.nanoseconds(20_000_000_001)))
        },
    ]

    static let jitters = [
        Refusal("jitter", "half") { () throws(InvalidPolicyError) in try Jitter(validating: "half") },
        Refusal("jitter", "") { () throws(InvalidPolicyError) in try Jitter(validating: "") },
        Refusal("jitter.fraction", "-0.1") { () throws(InvalidPolicyError) in try proportional(-0.1) },
        Refusal("jitter.fraction", "1.0000000000000002") { () throws(InvalidPolicyError) in try proportional(1.0.nextUp)
        },
        Refusal("jitter.fraction", "nan") { () throws(InvalidPolicyError) in try proportional(.nan) },
        Refusal("jitter.fraction", "inf") { () throws(InvalidPolicyError) in try proportional(.infinity) },
        Refusal("jitter.amount", "-1e-09 seconds") { () throws(InvalidPolicyError) in
            try Jitter(validating: "floor", amount: .nanoseconds(-1))
        },
        Refusal("jitter.amount", "-1.0 seconds") { () throws(InvalidPolicyError) in
            try Jitter(validating: "additive", amount: .seconds(-1))
        },
    ]

    private static func proportional(_ fraction: Double) throws(InvalidPolicyError) -> Jitter {
        try Jitter(validating: "proportional", fraction: fraction)
    }

    private static func exponential(
        family: String = "exponential", initial: Duration = .seconds(1), factor: Double = 2,
        cap: Duration = .seconds(20)
    ) throws(InvalidPolicyError) -> Backoff {
        try Backoff(validating: family, initial: initial, factor: factor, cap: cap)
    }
}

@Suite("Refused settings of a backoff", .timeLimit(.minutes(20)))
struct BackoffRefusalTests {
    @Test("are named with their value", arguments: Refusal.backoffs + Refusal.jitters)
    func throwing(_ it: Refusal) {
        it.check()
    }

    @Test func ordinaryOnesPass() throws {
        _ = try Backoff(validating: "exponential", initial: .zero, factor: 1, cap: .zero)
        _ = try Backoff(validating: "exponential", initial: .seconds(1), factor: 1e308, cap: .seconds(1))
        _ = try Backoff(validating: "list", initial: .seconds(-1), cap: .zero, list: [.seconds(1)])
        _ = try Backoff(validating: "linear", initial: .zero, cap: .seconds(1), jitter: .floor(.seconds(1)))
        _ = try Backoff(validating: "linear", initial: .zero, cap: .zero, jitter: .additive(.seconds(1)))
        _ = try Jitter(validating: "proportional", fraction: 1)
        _ = try Jitter(validating: "proportional", fraction: 0)
        _ = try Jitter(validating: "floor", amount: .seconds(Int64.max))
    }
}
