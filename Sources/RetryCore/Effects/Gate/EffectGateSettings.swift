/// The settings of both gates, and the errors they report.
package struct EffectGateSettings: Sendable {
    package let policy: RetryPolicy
    package let receiver: EffectReceiver
    package let redirects: ClientRedirects
    package let lease: Duration
    package let rule: AbandonedClaim
    package let waitLimit: Duration
    package let execution: ExecutionClassifier
    package let storesMessages: Bool

    package init(
        policy: RetryPolicy, receiver: EffectReceiver, redirects: ClientRedirects, lease: Duration,
        rule: AbandonedClaim, waitLimit: Duration,
        execution: ExecutionClassifier?, storesMessages: Bool
    ) throws(PolicyError) {
        try check("lease", lease, lease > .zero, "must be above zero")
        try check("waiting_up_to", waitLimit, waitLimit >= .zero, "must not be negative")
        self.policy = policy
        self.receiver = receiver
        self.redirects = redirects
        self.lease = lease
        self.rule = rule
        self.waitLimit = waitLimit
        self.execution = execution ?? .default
        self.storesMessages = storesMessages
    }

    /// The policy for the attempts inside the gate; the gate itself keeps the guarantee.
    package var innerPolicy: RetryPolicy {
        policy.guarantee == .exactlyOnce ? policy.guarantee(.atLeastOnce) : policy
    }

    package func failure(_ error: any Error) -> EffectFailure {
        EffectFailure(error, includesMessage: storesMessages)
    }

    /// Encodes the result of an effect that happened, and handles a failure of the encoding.
    package func encode<Value>(
        _ value: Value, _ codec: EffectCodec<Value>
    ) -> Result<[UInt8], EffectFailure.Unwritable> {
        do { return .success(try codec.encode(value)) } catch { return .failure(.init(failure(error))) }
    }

    /// The setup of the attempts: the evidence of each error is judged by `run`, too, before a retry.
    package func setup(_ outer: CallSetup, judgedBy run: Locked<EffectRun>) -> CallSetup {
        outer.judging { error, evidence in
            // Before the operation is called there are only the gate's own errors.
            guard run.withLock({ $0.isAttempting }) else { return ErrorEvidence(.permanent.hint(.never)) }
            let known = evidence.classification
            let certainty = execution.certainty(
                of: error, known, redirects: redirects, leavingOut: evidence.leftOut)
            let failure = failure(error)
            let goesOn = run.withLock {
                $0.attemptFailed(certainty, isFinal: evidence.isFinal, failure: failure)
            }
            var judged = evidence
            if !goesOn { judged.classification = known.hint(.never) }
            return judged
        }
    }
}

/// An error for a store that could not be asked before an attempt.
package struct StoreFailure: Error {
    package let underlying: any Error

    package init(_ underlying: any Error) {
        self.underlying = underlying
    }
}

extension ClaimAnswer {
    /// Returns the caller's error if the effect is not to be run now, and there is no result.
    package func error(for id: ActionID) -> EffectError? {
        switch self {
        case .execute: nil
        case .replay(let replay):
            switch replay.ending {
            case .succeeded: nil
            case .succeededWithoutResult(let failure): .resultNotKept(id, failure, age: replay.age)
            case .failed(let failure): .failedBefore(id, failure, age: replay.age)
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
