/// The faults that are injected into calls on purpose, to see how a program bears them: chaos engineering.
///
/// ```swift
/// let chaos = ChaosPolicy(enabled: isDrill, seed: 7)
///     .operations("users", "orders")
///     .fault(rate: 0.05, .serverError)
///     .latency(rate: 0.1, .seconds(2))
///
/// let users = RetryPipeline("users", policy: .api).chaos(chaos)
/// ```
///
/// | injection | effect on an attempt |
/// |---|---|
/// | ``fault(rate:_:)-(_,ErrorClass)`` | throws an error; the operation is not run |
/// | ``latency(rate:_:)`` | waits before the operation, by the clock of the call |
/// | ``outcome(rate:_:)`` | returns a value; the operation is not run |
/// | ``behavior(rate:_:)`` | runs a closure before the operation, such as one that closes a connection |
///
/// It is off unless enabled. Functions trap on invalid settings; the throwing forms and decoding refuse them with the name
/// of the setting.
public struct ChaosPolicy: Sendable {
    enum Switch: Sendable {
        case fixed(Bool)
        case dynamic(@Sendable () -> Bool)
    }

    enum Effect: Sendable {
        case behavior(@Sendable () throws -> Void)
        case latency(ClosedRange<Int64>)
        case fault(@Sendable () -> any Error, errorClass: ErrorClass?)
        case outcome(ChaosValue)
    }

    struct Injection: Sendable {
        let rate: ChaosRate
        let effect: Effect
    }

    private let isOn: Switch
    /// The seed of the decisions; a random one if `nil`.
    public let seed: UInt64?
    /// The names of the operations that chaos is for; all if `nil`.
    public private(set) var operations: Set<String>?
    private(set) var injections: [Injection] = []

    /// Creates a policy without injections.
    ///
    /// - Parameters:
    ///   - isEnabled: Pass `true` to inject anything at all.
    ///   - seed: The seed of the decisions: the same calls with the same seed get the same injections. A random one if `nil`.
    public init(enabled isEnabled: Bool = false, seed: UInt64? = nil) {
        (isOn, self.seed) = (.fixed(isEnabled), seed)
    }

    /// Creates a policy without injections that is switched on and off at run time.
    ///
    /// - Parameters:
    ///   - seed: The seed of the decisions; a random one if `nil`.
    ///   - isEnabled: Is asked at each call, on the thread of the call.
    public init(seed: UInt64? = nil, enabled isEnabled: @escaping @Sendable () -> Bool) {
        (isOn, self.seed) = (.dynamic(isEnabled), seed)
    }
}

// MARK: Scope

extension ChaosPolicy {
    /// The same policy for the operations with these names alone; for all unless given.
    public func operations(_ names: String...) -> ChaosPolicy {
        checked { () throws(InvalidPolicyError) in try operations(validating: names) }
    }

    /// The same as ``operations(_:)`` for names known only at run time.
    ///
    /// - Throws: ``InvalidPolicyError`` if there is no name, or an empty one.
    public func operations(validating names: [String]) throws(InvalidPolicyError) -> ChaosPolicy {
        try check("operations", "empty", !names.isEmpty, "must have a name; leave it out for all operations")
        try check("operations", "an empty name", !names.contains(""), "must have names that are not empty")
        var policy = self
        policy.operations = Set(names)
        return policy
    }

    /// A Boolean value that indicates whether nothing is ever injected, so that a pipeline needs no chaos.
    var isNeverOn: Bool {
        if case .fixed(false) = isOn { return true }
        return injections.isEmpty
    }

    /// A Boolean value that indicates whether chaos is on at this moment.
    var isEnabled: Bool {
        switch isOn {
        case .fixed(let isEnabled): isEnabled
        case .dynamic(let isEnabled): isEnabled()
        }
    }

    /// The switch, if it does not change.
    var fixedSwitch: Bool? {
        if case .fixed(let isEnabled) = isOn { isEnabled } else { nil }
    }

    func isFor(_ operation: String?) -> Bool {
        guard let operations else { return true }
        return operation.map { operations.contains($0) } ?? false
    }
}

// MARK: Injections

extension ChaosPolicy {
    /// The same policy with a fault of a class: the attempt throws a ``ChaosError``, and the operation is not run.
    ///
    /// - Parameters:
    ///   - rate: The share of attempts, from 0 to 1; one in a thousand unless given.
    ///   - errorClass: The class of the error.
    /// - Returns: The changed policy.
    public func fault(rate: ChaosRate = .usual, _ errorClass: ErrorClass) -> ChaosPolicy {
        trapping(rate, .fault({ ChaosError(errorClass) }, errorClass: errorClass))
    }

    /// The same policy with a fault of your own: the attempt throws the error, and the operation is not run.
    ///
    /// - Parameters:
    ///   - rate: The share of attempts, from 0 to 1; one in a thousand unless given.
    ///   - error: Returns the error.
    /// - Returns: The changed policy.
    public func fault(rate: ChaosRate = .usual, _ error: @escaping @Sendable () -> any Error) -> ChaosPolicy {
        trapping(rate, .fault(error, errorClass: nil))
    }

    /// The same policy with a delay before the operation, which counts for the attempt timeout.
    ///
    /// - Parameters:
    ///   - rate: The share of attempts, from 0 to 1; one in a thousand unless given.
    ///   - delay: The delay; from a nanosecond to a day.
    /// - Returns: The changed policy.
    public func latency(rate: ChaosRate = .usual, _ delay: Duration) -> ChaosPolicy {
        latency(rate: rate, from: delay, to: delay)
    }

    /// The same policy with a delay between two bounds before the operation.
    ///
    /// - Parameters:
    ///   - rate: The share of attempts, from 0 to 1; one in a thousand unless given.
    ///   - shortest: The shortest delay; from a nanosecond to a day.
    ///   - longest: The longest delay; from the shortest to a day.
    /// - Returns: The changed policy.
    public func latency(rate: ChaosRate = .usual, from shortest: Duration, to longest: Duration) -> ChaosPolicy {
        checked { () throws(InvalidPolicyError) in
            try latency(validating: rate, from: shortest, to: longest)
        }
    }

    /// The same policy with a value in place of the operation, which is not run.
    ///
    /// It is injected into calls whose value is of exactly this type; other calls run as they are, and are counted as
    /// ``ChaosSnapshot/mismatches``.
    ///
    /// - Parameters:
    ///   - rate: The share of attempts, from 0 to 1; one in a thousand unless given.
    ///   - value: Returns the value.
    /// - Returns: The changed policy.
    public func outcome<Value>(
        rate: ChaosRate = .usual, _ value: @escaping @Sendable () -> Value
    ) -> ChaosPolicy {
        trapping(rate, .outcome(ChaosValue(value)))
    }

    /// The same policy with a closure that runs before the operation, on the thread of the call.
    ///
    /// - Parameters:
    ///   - rate: The share of attempts, from 0 to 1; one in a thousand unless given.
    ///   - behavior: Does what is to happen, such as closing a connection; an error that it throws fails the attempt.
    /// - Returns: The changed policy.
    public func behavior(
        rate: ChaosRate = .usual, _ behavior: @escaping @Sendable () throws -> Void
    ) -> ChaosPolicy {
        trapping(rate, .behavior(behavior))
    }

    /// The same as ``fault(rate:_:)-(_,ErrorClass)`` for a rate known only at run time.
    ///
    /// - Throws: ``InvalidPolicyError`` that names the setting.
    public func fault(validating rate: ChaosRate, _ errorClass: ErrorClass) throws(InvalidPolicyError) -> ChaosPolicy {
        try adding(rate, .fault({ ChaosError(errorClass) }, errorClass: errorClass))
    }

    /// The same as ``latency(rate:from:to:)`` for settings known only at run time.
    ///
    /// - Throws: ``InvalidPolicyError`` that names the first invalid setting.
    public func latency(
        validating rate: ChaosRate, from shortest: Duration, to longest: Duration
    ) throws(InvalidPolicyError) -> ChaosPolicy {
        let day = Duration.seconds(86_400)
        try check(
            "from", shortest, shortest >= .nanoseconds(1) && shortest <= day, "must be from a nanosecond to a day")
        try check("to", longest, longest >= shortest && longest <= day, "must be from the shortest delay to a day")
        return try adding(rate, .latency(shortest.saturatedNanoseconds...longest.saturatedNanoseconds))
    }

    private func trapping(_ rate: ChaosRate, _ effect: Effect) -> ChaosPolicy {
        checked { () throws(InvalidPolicyError) in try adding(rate, effect) }
    }

    private func adding(_ rate: ChaosRate, _ effect: Effect) throws(InvalidPolicyError) -> ChaosPolicy {
        try rate.validate("rate")
        try check("injections", injections.count + 1, injections.count < 64, "must be at most 64")
        var policy = self
        policy.injections.append(Injection(rate: rate, effect: effect))
        return policy
    }
}

extension ChaosPolicy: CustomStringConvertible {
    /// The injections in words, such as `chaos in users: fault, latency`.
    public var description: String {
        let scope = operations.map { " in \($0.sorted().joined(separator: ", "))" } ?? ""
        let kinds = injections.map { "\($0.effect.kind)" }.joined(separator: ", ")
        return "chaos\(scope): \(fixedSwitch == false ? "off" : kinds.isEmpty ? "nothing" : kinds)"
    }
}

extension ChaosPolicy.Effect {
    var kind: ChaosEvent.Kind {
        switch self {
        case .behavior: .behavior
        case .latency: .latency
        case .fault: .fault
        case .outcome: .outcome
        }
    }
}
