import RetryAsync
import RetryTesting
import Testing

/// The public ways into a call.
///
/// What holds for one must hold for all.
enum CallForm: CaseIterable, Sendable, CustomTestStringConvertible {
    /// `retry` without an observer: the first attempt is inlined.
    case function
    /// `RetryPipeline.execute` without an observer.
    case execute
    /// `retry` with an observer.
    case observedFunction
    /// `RetryPipeline.execute` with an observer.
    case observedExecute
    /// `retry` whose operation takes the attempt.
    case functionWithAttempt
    /// `RetryPipeline.execute` whose operation takes the attempt.
    case executeWithAttempt
    /// An executor that is called like a function.
    case callable
    /// `RetryPipeline.outcome`.
    case outcome
    /// `RetryPipeline.outcome` whose operation takes the attempt.
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

/// One call and what surrounds it, to be made through any form.
struct Call: Sendable {
    var policy = RetryPolicy.immediate(3)
    var classifier: ErrorClassifier?
    var condition: RetryCondition?
    var breaker: CircuitBreaker?
    var guards: [ScriptedGuard] = []
    var budget: RetryBudget?
    var onRetry: (@Sendable (RetryNotice) -> Void)?
    var cancellation: RetryCancellationToken?
    var clock = ManualClock()
    /// The minimum of each draw: no wait is spread out.
    var random: RetryRandomSource? = RetryRandomSource(ScriptedGenerator(fractions: [0]))
    let recorder = RecordingRetryObserver()

    func run<Value: Sendable>(
        _ form: CallForm, rejecting rejection: (@Sendable (Value) -> ErrorClassification?)? = nil,
        _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let pipeline = pipeline(form)
        guard let rejection else { return try await run(form, by: pipeline, operation) }
        switch form {
        case .function, .observedFunction, .timed:
            return try await retry(pipeline, rejecting: rejection) { try await operation() }
        case .functionWithAttempt:
            return try await retry(pipeline, rejecting: { rejection($0) }, operation: { _ in try await operation() })
        case .execute, .observedExecute:
            return try await pipeline.execute(rejecting: rejection) { try await operation() }
        case .executeWithAttempt:
            return try await pipeline.execute(
                rejecting: { rejection($0) }, operation: { _ in try await operation() })
        case .outcome:
            return try await pipeline.outcome(rejecting: { rejection($0) }, operation: { try await operation() }).get()
        case .outcomeWithAttempt:
            return try await pipeline.outcome(
                rejecting: { rejection($0) }, operation: { _ in try await operation() }
            ).get()
        case .callable, .wrapped:
            preconditionFailure("\(form) takes no result classifier")
        }
    }

    private func run<Value: Sendable>(
        _ form: CallForm, by pipeline: RetryPipeline, _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        switch form {
        case .function, .observedFunction, .timed: try await retry(pipeline) { try await operation() }
        case .functionWithAttempt: try await retry(pipeline) { _ in try await operation() }
        case .execute, .observedExecute: try await pipeline.execute { try await operation() }
        case .executeWithAttempt: try await pipeline.execute { _ in try await operation() }
        case .callable: try await pipeline { try await operation() }
        case .outcome: try await pipeline.outcome { try await operation() }.get()
        case .outcomeWithAttempt: try await pipeline.outcome { _ in try await operation() }.get()
        case .wrapped: try await pipeline.wrap(operation)()
        }
    }

    private func pipeline(_ form: CallForm) -> RetryPipeline {
        let plain = RetryPipeline(policy: form == .timed ? policy.attemptTimeout(.seconds(86_400)) : policy)
        return guards.reduce(plain) { $0.guarded(by: $1) }
            .named("call")
            .breaker(breaker)
            .budget(budget)
            .classifier(classifier)
            .retryOn(condition)
            .observer(form.isObserved ? recorder.observer : nil)
            .onRetry(onRetry)
            .cancellation(cancellation)
            .clock(clock.retryClock)
            .random(random)
    }
}
