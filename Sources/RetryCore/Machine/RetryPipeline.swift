/// The settings for the calls of a dependency: retry policy, guards, classifier, observers, and clock.
///
/// Make it once, keep it, and pass it to every call of the dependency. Modifiers refine it, those of ``RetryPolicy`` too:
///
/// ```swift
/// let users = RetryPipeline("users", policy: .api)
///     .breaker(CircuitBreaker("users"))
///     .budget(budget)
///     .observer(metrics.observer)
///
/// let user = try await users { try await client.user(id) }
/// let same = try await retry(users.deadline(.seconds(2))) { try await client.user(id) }
/// ```
///
/// It is a value: a copy that is refined leaves the others as they were. The breaker, the budget and the observers are
/// shared by all copies. Functions, blocking calls, manual loops, sequences and effect gates all take one.
public struct RetryPipeline: Sendable {
    /// The retry policy: attempts, delays and deadline.
    public var policy: RetryPolicy
    /// The guards; none if `nil`.
    @usableFromInline package private(set) var guards: GuardList?
    /// The budget of the retries; none if `nil`.
    @usableFromInline package private(set) var budget: RetryBudget?
    /// The settings that a first attempt does not need; the default ones if `nil`.
    @usableFromInline private(set) var ownSetup: CallSetup?

    /// Creates a pipeline from its policy.
    @inlinable
    public init(policy: RetryPolicy = .default) {
        self.policy = policy
        guards = nil
        budget = nil
        ownSetup = nil
    }

    /// Creates a pipeline with the name of its operations.
    ///
    /// - Parameters:
    ///   - name: The name of the operations in events.
    ///   - policy: The retry policy: attempts, delays and deadline.
    public init(_ name: String, policy: RetryPolicy = .default) {
        self = RetryPipeline(policy: policy).named(name)
    }

    @usableFromInline package var setup: CallSetup { ownSetup ?? .none }

    /// The same pipeline with another setup.
    package consuming func setup(_ setup: CallSetup) -> RetryPipeline {
        ownSetup = setup
        return self
    }

    /// True if a guard or a budget is to be asked.
    @inlinable
    package var isGuarded: Bool { guards != nil || budget != nil }

    /// True if the first attempt needs a timer or a gate.
    @inlinable
    package var isElaborate: Bool { !policy.isPlain }
}

// MARK: The presets of the policy

extension RetryPipeline {
    /// A pipeline of the policy ``RetryPolicy/default``.
    @inlinable public static var `default`: RetryPipeline { RetryPipeline(policy: .default) }

    /// A pipeline of the policy ``RetryPolicy/once``.
    @inlinable public static var once: RetryPipeline { RetryPipeline(policy: .once) }

    /// A pipeline of the policy ``RetryPolicy/api``.
    @inlinable public static var api: RetryPipeline { RetryPipeline(policy: .api) }

    /// A pipeline of the policy ``RetryPolicy/fast``.
    @inlinable public static var fast: RetryPipeline { RetryPipeline(policy: .fast) }

    /// A pipeline of the policy ``RetryPolicy/critical``.
    @inlinable public static var critical: RetryPipeline { RetryPipeline(policy: .critical) }

    /// A pipeline of the policy ``RetryPolicy/rateLimited``.
    @inlinable public static var rateLimited: RetryPipeline { RetryPipeline(policy: .rateLimited) }

    /// A pipeline of the policy ``RetryPolicy/slowRateLimited``.
    @inlinable public static var slowRateLimited: RetryPipeline { RetryPipeline(policy: .slowRateLimited) }
}

extension RetryPipeline: RetryPolicyModifying {}

// MARK: Modifiers

// Each takes an optional, so that what a configuration leaves out can be passed on.
extension RetryPipeline {
    /// The name of the operations in events.
    public var name: String? { setup.name }

    /// The same pipeline with another retry policy.
    public consuming func policy(_ policy: RetryPolicy) -> RetryPipeline {
        self.policy = policy
        return self
    }

    /// The same pipeline with another name of the operations in events.
    public consuming func named(_ name: String?) -> RetryPipeline {
        with { $0.rename(name) }
    }

    /// The same pipeline with another guard, which admits, delays or rejects every attempt; 64 at most.
    ///
    /// Its ``AttemptGuard/place`` fixes when it is asked. A guard that the pipeline has already is not added again.
    public consuming func guarded(by guard: any AttemptGuard) -> RetryPipeline {
        if guards?.contains(`guard`) != true { guards = .adding(`guard`, to: guards) }
        return self
    }

    /// The same pipeline with a budget, which bounds the retries of all calls that share it; none if `nil`.
    public consuming func budget(_ budget: RetryBudget?) -> RetryPipeline {
        self.budget = budget
        return self
    }

    /// The same pipeline with another classifier of errors; ``ErrorClassifier/default`` if `nil`.
    public consuming func classifier(_ classifier: ErrorClassifier?) -> RetryPipeline {
        with { $0.classifier = classifier }
    }

    /// The same pipeline with the errors that are retried at all; by their class alone if `nil`.
    ///
    /// The class of an error is found first: a condition narrows what is retried, and widens nothing.
    public consuming func retryOn(_ condition: RetryCondition?) -> RetryPipeline {
        with { $0.condition = condition }
    }

    /// The same pipeline with an observer that receives every event of its calls; none if `nil`.
    public consuming func observer(_ observer: RetryObserver?) -> RetryPipeline {
        with { $0.observe(by: observer) }
    }

    /// The same pipeline with a closure that is called before each retry, and with its wait; none if `nil`.
    public consuming func onRetry(_ onRetry: (@Sendable (RetryNotice) -> Void)?) -> RetryPipeline {
        with { $0.onRetry = onRetry }
    }

    /// The same pipeline with another time source; the system's if `nil`.
    public consuming func clock(_ clock: RetryClock?) -> RetryPipeline {
        with { $0.clock = clock ?? .system }
    }

    /// The same pipeline with another random source for jitter; the system's if `nil`.
    public consuming func random(_ random: RetryRandomSource?) -> RetryPipeline {
        with { $0.random = random ?? .system }
    }

    /// The same pipeline with a sleeper that performs the waits of blocking calls; the system's if `nil`.
    public consuming func sleeper(_ sleeper: RetrySleeper?) -> RetryPipeline {
        with { $0.sleeper = sleeper ?? .system }
    }

    /// The same pipeline with a token that cancels its calls from another thread; none if `nil`.
    ///
    /// A blocking call ends at once when it waits. An asynchronous call reads the token after an attempt and after a
    /// wait; the cancellation of its task ends the wait itself.
    public consuming func cancellation(_ token: RetryCancellationToken?) -> RetryPipeline {
        with { $0.cancellation = token }
    }

    /// Changes the settings, in place where no other pipeline shares them.
    private consuming func with(_ change: (CallSetup) -> Void) -> RetryPipeline {
        if !isKnownUniquelyReferenced(&ownSetup) { ownSetup = ownSetup.map { CallSetup(copying: $0) } ?? CallSetup() }
        change(setup)
        return self
    }
}

extension RetryPipeline {
    /// The same pipeline with a guard in place of those of its type; without one if `nil`.
    consuming func guarded<Guard: AttemptGuard>(by guard: Guard?, inPlaceOf type: Guard.Type) -> RetryPipeline {
        guards = .removing(type, from: guards)
        if let `guard` { guards = .adding(`guard`, to: guards) }
        return self
    }
}
