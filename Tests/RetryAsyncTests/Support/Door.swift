import RetryAsync
import RetryTesting
import Testing

/// The public ways into a call.
///
/// What holds for one must hold for all.
enum Door: CaseIterable, Sendable, CustomTestStringConvertible {
    /// `retry` without an observer: the first attempt is inlined.
    case function
    /// `RetryExecutor.execute` without an observer.
    case execute
    /// `retry` with an observer.
    case observedFunction
    /// `RetryExecutor.execute` with an observer.
    case observedExecute
    /// `retry` whose operation takes the attempt.
    case functionWithAttempt
    /// `RetryExecutor.execute` whose operation takes the attempt.
    case executeWithAttempt
    /// An executor that is called like a function.
    case callable
    /// `RetryExecutor.outcome`.
    case outcome
    /// `RetryExecutor.outcome` whose operation takes the attempt.
    case outcomeWithAttempt
    /// A function that was wrapped.
    case wrapped
    /// `retry` under an attempt timeout of a day, which never passes: the attempt is a child task beside a timer.
    case timed

    /// The ways whose events can be seen.
    var isObserved: Bool { self != .function && self != .execute }

    /// The ways that take a result classifier.
    static let rejecting = allCases.filter { $0 != .callable && $0 != .wrapped }

    /// The codes that a recorder sees here.
    func codes(_ codes: String...) -> [String] { isObserved ? codes : [] }

    var testDescription: String { "\(self)" }
}

/// One call and what surrounds it, to be made through any door.
struct Call: Sendable {
    var policy = RetryPolicy.immediate(3)
    var classifier: ErrorClassifier?
    var condition: RetryCondition?
    var breaker: CircuitBreaker?
    var budget: RetryBudget?
    var onRetry: (@Sendable (any Error, Int) -> Void)?
    var clock = ManualClock()
    /// The minimum of each draw: no wait is spread out.
    var random: RandomSource? = RandomSource(ScriptedGenerator(fractions: [0]))
    let recorder = RecordingObserver()

    func run<Value: Sendable>(
        _ door: Door, rejecting rejection: (@Sendable (borrowing Value) -> Classification?)? = nil,
        _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let executor = executor(door)
        switch door {
        case .function, .observedFunction, .timed:
            return try await retry(
                policy: executor.policy, named: "call", breaker: breaker, budget: budget, classifier: classifier,
                retryOn: condition,
                rejecting: rejection, observer: door.isObserved ? recorder.observer : nil, onRetry: onRetry,
                clock: clock.retryClock, random: random
            ) { try await operation() }
        case .functionWithAttempt:
            return try await retry(
                policy: executor.policy, named: "call", breaker: breaker, budget: budget, classifier: classifier,
                retryOn: condition,
                rejecting: rejection, observer: recorder.observer, onRetry: onRetry,
                clock: clock.retryClock, random: random
            ) { _ in try await operation() }
        case .execute, .observedExecute:
            return try await executor.execute(rejecting: rejection) { try await operation() }
        case .executeWithAttempt:
            return try await executor.execute(rejecting: rejection) { _ in try await operation() }
        case .callable:
            return try await executor { try await operation() }
        case .outcome:
            return try await executor.outcome(rejecting: rejection) { try await operation() }.get()
        case .outcomeWithAttempt:
            return try await executor.outcome(rejecting: rejection) { _ in try await operation() }.get()
        case .wrapped:
            return try await executor.wrap(operation)()
        }
    }

    private func executor(_ door: Door) -> RetryExecutor {
        RetryExecutor(
            policy: door == .timed ? policy.attemptTimeout(.seconds(86_400)) : policy, named: "call",
            breaker: breaker, budget: budget, classifier: classifier, retryOn: condition,
            observer: door.isObserved ? recorder.observer : nil,
            onRetry: onRetry, clock: clock.retryClock, random: random)
    }
}
