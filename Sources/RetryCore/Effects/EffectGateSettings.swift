/// What both gates are set up with, and what they tell their callers.
package struct EffectGateSettings: Sendable {
    package let policy: RetryPolicy
    package let receiver: EffectReceiver
    package let lease: Duration
    package let rule: AbandonedClaim
    package let waitLimit: Duration
    package let execution: ExecutionClassifier
    package let storesMessages: Bool

    package init(
        policy: RetryPolicy, receiver: EffectReceiver, lease: Duration, rule: AbandonedClaim, waitLimit: Duration,
        execution: ExecutionClassifier?, storesMessages: Bool
    ) throws(PolicyError) {
        try check("lease", lease, lease > .zero, "must be above zero")
        try check("waiting_up_to", waitLimit, waitLimit >= .zero, "must not be negative")
        self.policy = policy
        self.receiver = receiver
        self.lease = lease
        self.rule = rule
        self.waitLimit = waitLimit
        self.execution = execution ?? .default
        self.storesMessages = storesMessages
    }

    /// The policy for the attempts inside the gate, which is what keeps the guarantee.
    package var innerPolicy: RetryPolicy {
        policy.guarantee == .exactlyOnce ? policy.guarantee(.atLeastOnce) : policy
    }

    /// How often and how soon a settlement is tried again: for about ten seconds, whatever the store's error is.
    package static let settlement = RetryPolicy(
        maxAttempts: 8, backoff: .exponential(initial: .milliseconds(50), cap: .seconds(4), jitter: .equal)
    ).retries(nil, for: .unknown).named("settlement")

    package func failure(_ error: any Error) -> EffectFailure {
        EffectFailure(error, includesMessage: storesMessages)
    }

    /// Writes the result.
    ///
    /// The effect happened: where that cannot be kept, nobody will know.
    package func encode<Value>(
        _ value: Value, _ codec: EffectCodec<Value>, judgedBy run: Locked<EffectRun>
    ) throws -> [UInt8] {
        do {
            return try codec.encode(value)
        } catch {
            let failure = failure(error)
            _ = run.withLock { $0.attemptFailed(.unknown, isHopeless: true, failure: failure) }
            throw error
        }
    }

    /// The surroundings of the attempts: each error is judged by `run`, too, before it is retried.
    package func surroundings(_ outer: Surroundings, judgedBy run: Locked<EffectRun>) -> Surroundings {
        let policy = innerPolicy
        let classifier = ErrorClassifier { error in
            // Before the operation is called there are only the gate's own errors.
            guard run.withLock({ $0.isAttempting }) else { return .permanent.hint(.never) }
            let known = outer.classification(of: error)
            let certainty = execution.certainty(of: error, known)
            let failure = failure(error)
            // An open circuit is not retried here, but a later call may well succeed.
            let isHopeless =
                !(error is CircuitOpenError) && (known.hint == .never || !policy.isRetried(known.errorClass))
            let goesOn = run.withLock { $0.attemptFailed(certainty, isHopeless: isHopeless, failure: failure) }
            return goesOn ? known : known.hint(.never)
        }
        return Surroundings(
            name: outer.name, classifier: classifier, condition: nil, observer: outer.observer,
            onRetry: outer.onRetry, clock: outer.clock, random: outer.random)
    }
}

/// The store could not be asked before an attempt.
package struct StoreFailure: Error {
    package let underlying: any Error

    package init(_ underlying: any Error) {
        self.underlying = underlying
    }
}

/// Ends a call without an attempt, and so that it counts for nothing with a circuit breaker: the service was not asked.
package struct CalledOff: CancellationAwareError {
    package init() {}

    package var isCancellation: Bool { true }
}

extension ClaimAnswer {
    /// What the caller is told where the effect is not to be run now, and no result is there.
    package func error(for id: ActionID) -> EffectError? {
        switch self {
        case .execute: nil
        case .replay(let replay):
            if case .failed(let failure) = replay.ending {
                .failedBefore(id, failure, age: replay.age)
            } else {
                nil
            }
        case .inProgress(let age, let left): .inProgress(id, runningFor: age, leaseLeft: left)
        case .indeterminate(let token, let age, let type):
            .indeterminate(id, token: token, age: age, lastErrorType: type, underlying: nil)
        case .fingerprintMismatch(let recorded, let given):
            .fingerprintMismatch(id, recorded: recorded, given: given)
        case .full(let count, let limit): .storeFull(id, count: count, limit: limit)
        }
    }
}
