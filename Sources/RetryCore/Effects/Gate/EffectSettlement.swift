/// The state machine of a settlement: records the outcome of a claim, and handles a store that cannot record it.
///
/// Both gates ask it. It is pure: a gate performs each step, and reports its result.
///
/// - A store that fails is called again until the lease ends, after any error: a known outcome is not lost while the
///   key is still the caller's.
/// - A result that is too long is left out: the success is recorded without it.
/// - If the claim was settled already, by the effect itself in a transaction or by an operator, the record counts.
package struct EffectSettlement: Sendable {
    /// The next step of a gate.
    package enum Step: Sendable {
        case settle(EffectOutcome)
        /// Waits for this many nanoseconds.
        case wait(Int64)
        /// Reads the record.
        case look
        case end(End)
    }

    /// The end of a settlement.
    package enum End: Sendable {
        /// The outcome is recorded; without its result, for the reason given, if there is one.
        case recorded(unkept: EffectFailure?)
        /// The claim was settled before as a success, with another result than the caller's.
        case found(EffectReplay.Ending, age: Duration)
        /// The key is not the caller's any more.
        case fenced(current: FencingToken?)
        /// The store could not record it.
        case unknown(any Error)
    }

    private enum Phase: Sendable {
        case telling(EffectOutcome)
        case looking
        /// Makes a last attempt to record what the store may accept, after this error.
        case lastTry(any Error)
    }

    private let token: FencingToken
    private let outcome: EffectOutcome
    private let failure: @Sendable (any Error) -> EffectFailure
    private var phase: Phase
    private var unkept: EffectFailure?
    private var retries: RetryStateMachine
    /// The sum of the waits, in nanoseconds: it bounds the attempts even if a test's sleeper lets no time pass.
    private var waited: Int64 = 0

    /// The minimum time for which a failing store is called again, even if less is left of the lease.
    package static let leastTime: Int64 = 2_000_000_000

    /// Creates the settlement of a claim.
    ///
    /// - Parameters:
    ///   - token: The token of the claim.
    ///   - outcome: The outcome to record.
    ///   - leaseLeft: The time that is left of the lease, in nanoseconds.
    ///   - failure: Makes the stored part of an error.
    package init(
        token: FencingToken, _ outcome: EffectOutcome, leaseLeft: Int64,
        failure: @escaping @Sendable (any Error) -> EffectFailure
    ) {
        self.token = token
        self.outcome = outcome
        self.failure = failure
        phase = .telling(outcome)
        if case .succeededWithoutResult(let reason) = outcome { unkept = reason }
        retries = RetryStateMachine(
            policy: RetryPolicy(
                maxAttempts: .max, backoff: .exponential(initial: .milliseconds(50), cap: .seconds(4), jitter: .equal),
                deadline: .nanoseconds(max(leaseLeft, Self.leastTime)), deadlineBehavior: .truncate))
    }

    /// The first step.
    package var start: Step { .settle(outcome) }

    /// Handles the store's answer to a settlement.
    package mutating func answered(_ answer: EffectSettleAnswer) -> Step {
        switch (answer, phase) {
        case (.recorded, .lastTry(let error)), (.alreadyRecorded, .lastTry(let error)):
            // A success that is recorded without its result is still known.
            return .end(isSuccess ? .recorded(unkept: failure(error)) : .unknown(error))
        case (.recorded, _), (.alreadyRecorded, _): return .end(.recorded(unkept: unkept))
        case (.fenced(let current), _) where current == token:
            phase = .looking
            return .look
        case (.fenced(let current), _): return .end(.fenced(current: current))
        }
    }

    /// Handles the record of the key, which this claim settled before.
    package mutating func found(_ record: EffectRecord?) -> Step {
        guard let record, record.token == token else { return .end(.fenced(current: record?.token)) }
        switch record.state {
        case .succeeded(let bytes): return .end(.found(.succeeded(bytes), age: record.age))
        case .succeededWithoutResult(let reason): return .end(.found(.succeededWithoutResult(reason), age: record.age))
        case .running, .indeterminate, .failed: return .end(.fenced(current: token))
        }
    }

    /// Handles an error of the store.
    ///
    /// - Parameters:
    ///   - error: The error.
    ///   - elapsed: The time since the settlement began, in nanoseconds.
    ///   - random: The random source for jitter.
    /// - Returns: The next step.
    package mutating func failed(_ error: any Error, elapsed: Int64, using random: inout RetryRandomSource) -> Step {
        if case .lastTry(let first) = phase { return .end(.unknown(first)) }
        if case .telling(.succeeded) = phase, case EffectStoreError.resultTooLong? = error as? EffectStoreError {
            let reason = failure(error)
            unkept = reason
            return tell(.succeededWithoutResult(reason))
        }
        // The class of the error plays no part: the store may accept later what it refuses now.
        let step = retries.attemptFailed(.transient, elapsed: max(elapsed, waited), using: &random)
        if case .wait(let wait) = step {
            waited = waited.saturatingAdd(wait)
            return .wait(wait)
        }
        return lastTry(after: error)
    }

    /// Handles the end of a wait.
    package mutating func waited(elapsed: Int64) -> Step {
        _ = retries.waitEnded(elapsed: max(elapsed, waited))
        switch phase {
        case .telling(let outcome): return .settle(outcome)
        case .looking, .lastTry: return .look
        }
    }

    private var isSuccess: Bool {
        switch outcome {
        case .succeeded, .succeededWithoutResult: true
        case .failedFinal, .failedBeforeEffect, .indeterminate: false
        }
    }

    private mutating func tell(_ outcome: EffectOutcome) -> Step {
        phase = .telling(outcome)
        return .settle(outcome)
    }

    /// Makes a last attempt with less data, unless only waiting could help.
    private mutating func lastTry(after error: any Error) -> Step {
        guard case .telling(let told) = phase, !Self.passesByItself(error) else { return .end(.unknown(error)) }
        phase = .lastTry(error)
        switch told {
        case .succeeded: return .settle(.succeededWithoutResult(failure(error)))
        case .failedFinal, .failedBeforeEffect: return .settle(.indeterminate(failure(error)))
        case .succeededWithoutResult, .indeterminate: return .end(.unknown(error))
        }
    }

    private static func passesByItself(_ error: any Error) -> Bool {
        let known = ErrorClassifier.default.classification(of: error)?.errorClass
        return known == .transient || known == .concurrency || known == .rateLimit || known == .serverError
    }
}
