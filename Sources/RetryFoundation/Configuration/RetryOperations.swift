public import RetryCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// The settings of each kind of operation, which a configuration determines and calls use.
///
/// ```swift
/// let operations = try RetryOperations(contentsOf: file, errors: errors)
/// let api = operations[.api]
///
/// let user = try await retry(api.pipeline) { … }
/// let text = try api.blockingExecutor.execute { try String(contentsOf: log) }
/// ```
///
/// The breaker of each kind, the budget of all, and the other guards are created once, and shared by all copies of the
/// value: create the value once, and keep it.
public struct RetryOperations: Sendable {
    /// The configuration of the operations.
    public let configuration: RetryConfiguration
    /// The parts of the configuration that were left out: names of error types that are not registered.
    public let problems: [RetryConfigurationError]

    private let kinds: RetryOperationKinds
    private let catalog: RetryPolicyCatalog
    private let errors: ErrorTypeRegistry
    private let guards: OperationGuards
    private let known: [RetryOperationKind: RetryOperation]

    /// Creates the operations of a configuration.
    ///
    /// - Parameters:
    ///   - configuration: The configuration.
    ///   - kinds: The default policy of each kind of operation.
    ///   - catalog: The policies that the configuration can name, besides its own.
    ///   - errors: The error types that the configuration can name.
    ///   - isStrict: Pass `true` to treat a name of an error type that is not registered as an error; otherwise it is
    ///     left out, and noted in ``problems``.
    /// - Throws: ``RetryConfigurationError`` for an unknown policy, and for an unregistered error type if `isStrict`.
    public init(
        _ configuration: RetryConfiguration = RetryConfiguration(), kinds: RetryOperationKinds = .standard,
        catalog: RetryPolicyCatalog = .standard, errors: ErrorTypeRegistry = ErrorTypeRegistry(), isStrict: Bool = false
    ) throws {
        try self.init(
            configuration, kinds: kinds, catalog: catalog, errors: errors, isStrict: isStrict, file: nil)
    }

    /// Reads a configuration from a file with JSON, and makes its operations.
    ///
    /// - Parameters:
    ///   - file: The URL of a file. One of more than 1 MiB is refused, and not read into memory.
    ///   - kinds: The default policy of each kind of operation.
    ///   - catalog: The policies that the configuration can name, besides its own.
    ///   - errors: The error types that the configuration can name.
    ///   - isStrict: Pass `true` to treat a name of an error type that is not registered as an error.
    /// - Throws: ``RetryConfigurationError`` that names the file as well.
    public init(
        contentsOf file: URL, kinds: RetryOperationKinds = .standard, catalog: RetryPolicyCatalog = .standard,
        errors: ErrorTypeRegistry = ErrorTypeRegistry(), isStrict: Bool = false
    ) throws {
        try self.init(
            RetryConfiguration(contentsOf: file), kinds: kinds, catalog: catalog, errors: errors, isStrict: isStrict,
            file: file.path)
    }

    private init(
        _ configuration: RetryConfiguration, kinds: RetryOperationKinds, catalog: RetryPolicyCatalog,
        errors: ErrorTypeRegistry, isStrict: Bool, file: String?
    ) throws {
        var check = ConfigurationCheck(file: file, errors: errors)
        let catalog = try check.catalog(of: configuration, over: catalog)
        self.init(
            configuration, problems: try check.problems(of: configuration, catalog: catalog, isStrict: isStrict),
            kinds: kinds, catalog: catalog, errors: errors, guards: OperationGuards(configuration))
    }

    private init(
        _ configuration: RetryConfiguration, problems: [RetryConfigurationError], kinds: RetryOperationKinds,
        catalog: RetryPolicyCatalog, errors: ErrorTypeRegistry, guards: OperationGuards
    ) {
        self.configuration = configuration
        self.problems = problems
        self.kinds = kinds
        self.catalog = catalog
        self.errors = errors
        self.guards = guards
        var known: [RetryOperationKind: RetryOperation] = [:]
        for kind in Array(kinds.policies.keys) + configuration.operations.keys {
            known[kind] = Self.operation(kind, configuration, kinds, catalog, errors, guards)
        }
        self.known = known
    }

    /// Returns the same operations with the guards of `old` that have the same settings here.
    func takingOver(_ old: RetryOperations) -> RetryOperations {
        RetryOperations(
            configuration, problems: problems, kinds: kinds, catalog: catalog, errors: errors,
            guards: OperationGuards(configuration, takingOver: old.guards))
    }

    /// Returns the settings of operations of this kind.
    public subscript(kind: RetryOperationKind) -> RetryOperation {
        known[kind] ?? Self.operation(kind, configuration, kinds, catalog, errors, guards)
    }

    private static func operation(
        _ kind: RetryOperationKind, _ configuration: RetryConfiguration, _ kinds: RetryOperationKinds,
        _ catalog: RetryPolicyCatalog,
        _ errors: ErrorTypeRegistry, _ guards: OperationGuards
    ) -> RetryOperation {
        let base = configuration.base
        let own = configuration.operations[kind] ?? RetryConfiguration.Section()
        var policy: RetryPolicy
        if let named = own.policy.flatMap({ catalog[$0] }) {
            policy = named
        } else {
            policy = base.policy.flatMap { catalog[$0] } ?? kinds[kind]
            policy = base.refinement?.applied(to: policy) ?? policy
        }
        policy = own.refinement?.applied(to: policy) ?? policy
        let tests = (base.customExceptions + own.customExceptions).compactMap(errors.test)
        return RetryOperation(
            kind: kind, isEnabled: own.isEnabled ?? base.isEnabled ?? true, enabledPolicy: policy, customErrors: tests,
            guards: guards, base: base, own: own)
    }
}

/// The settings of the operations of one kind.
public struct RetryOperation: Sendable {
    /// The kind.
    public let kind: RetryOperationKind
    /// A Boolean value that indicates whether operations are retried at all.
    public let isEnabled: Bool
    /// The retry policy of operations: attempts, delays and deadline; one attempt if they are not retried.
    public let policy: RetryPolicy
    /// The circuit breaker of this kind; `nil` if the configuration has none, or operations are not retried.
    public let breaker: CircuitBreaker?
    /// The budget that operations of all kinds share; `nil` if the configuration has none, or operations are not retried.
    public let budget: RetryBudget?
    /// The rate limiter that the configuration names for this kind, retried or not; `nil` if it names none.
    public let limiter: CallRateLimiter?
    /// The cool-down gate that the configuration names for this kind, retried or not; `nil` if it names none.
    public let coolDown: CoolDownGate?
    /// The bulkhead that the configuration names for this kind, retried or not; `nil` if it names none.
    public let bulkhead: Bulkhead?
    /// The adaptive throttle that the configuration names for this kind; `nil` if it names none, or operations are not
    /// retried.
    public let throttle: AdaptiveThrottle?
    /// The hedger that the configuration names for this kind; `nil` if it names none, or operations are not retried.
    public let hedger: Hedger?
    /// The classifier with the error types that the configuration names; `nil` if it names none, for the default one.
    public let classifier: ErrorClassifier?

    /// The name of the kind, for events.
    public var name: String { kind.name }

    init(
        kind: RetryOperationKind, isEnabled: Bool, enabledPolicy: RetryPolicy,
        customErrors tests: [@Sendable (any Error) -> Bool], guards: OperationGuards,
        base: RetryConfiguration.Section, own: RetryConfiguration.Section
    ) {
        limiter = guards.limiter(own.rateLimiter ?? base.rateLimiter)
        coolDown = guards.coolDown(own.coolDown ?? base.coolDown)
        bulkhead = guards.bulkhead(own.bulkhead ?? base.bulkhead)
        throttle = isEnabled ? guards.throttle(own.throttle ?? base.throttle) : nil
        hedger = isEnabled ? guards.hedger(own.hedger ?? base.hedger) : nil
        self.kind = kind
        self.isEnabled = isEnabled
        policy =
            isEnabled
            ? enabledPolicy : .once.guarantee(enabledPolicy.guarantee).named(enabledPolicy.name)
        // Exactly one call, even if the circuit is open.
        breaker = isEnabled ? guards.breaker(of: kind) : nil
        budget = isEnabled ? guards.budget : nil
        classifier =
            tests.isEmpty
            ? nil : ErrorClassifier { error in tests.contains { $0(error) } ? .transient : nil }
    }

    /// The pipeline of operations of this kind, with the policy, the guards, the budget and the classifier.
    public var pipeline: RetryPipeline {
        RetryPipeline(policy: policy).named(name).breaker(breaker).throttle(throttle).coolDown(coolDown)
            .limiter(limiter).bulkhead(bulkhead).budget(budget).classifier(classifier)
    }

    /// An executor for synchronous operations of this kind.
    public var blockingExecutor: BlockingExecutor { BlockingExecutor(pipeline) }
}
