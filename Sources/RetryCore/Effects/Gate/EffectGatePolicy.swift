/// The policy of an effect gate: its receiver, its lease, its treatment of other owners and of errors.
///
/// ```swift
/// let policy = EffectGatePolicy(receiver: .deduplicates, lease: .seconds(30), waitingUpTo: .seconds(5))
/// let payments = BlockingEffectGate(.api, store: store, policy: policy)
/// ```
public struct EffectGatePolicy: Sendable {
    package let receiver: EffectReceiver
    package let redirects: ClientRedirects
    package let lease: Duration
    package let rule: AbandonedClaimBehavior
    package let waitLimit: Duration?
    package let execution: ExecutionClassifier
    package let storesMessages: Bool

    /// Creates a policy; invalid settings trap.
    ///
    /// - Parameters:
    ///   - receiver: The receiver's treatment of a repeated request.
    ///   - redirects: The redirects that the client of the effect follows.
    ///   - lease: The time for which a caller owns a key without lease renewal; above zero. The lease of a blocking
    ///     gate is longer than the longest attempt; the other gate uses twice the policy's attempt timeout at least.
    ///   - rule: The treatment of a claim whose lease expired without settlement.
    ///   - waitLimit: The maximum wait for the outcome of another caller's run; not negative. If `nil`, a blocking gate
    ///     does not wait. The other gate waits for one of this process to its end, and for one elsewhere not at all.
    ///   - execution: The classifier that decides whether a failed attempt had its effect;
    ///     ``ExecutionClassifier/default`` if `nil`.
    ///   - storesMessages: Pass `true` to store the texts of errors. They can hold secrets.
    public init(
        receiver: EffectReceiver = .mayRepeat, redirects: ClientRedirects = .mayBeFollowed,
        lease: Duration = .seconds(60), ifAbandoned rule: AbandonedClaimBehavior = .halt,
        waitingUpTo waitLimit: Duration? = nil, execution: ExecutionClassifier? = nil, storesMessages: Bool = false
    ) {
        checked { () throws(InvalidPolicyError) in
            try check("lease", lease, lease > .zero, "must be above zero")
            if let waitLimit { try check("waiting_up_to", waitLimit, waitLimit >= .zero, "must not be negative") }
        }
        self.receiver = receiver
        self.redirects = redirects
        self.lease = lease
        self.rule = rule
        self.waitLimit = waitLimit
        self.execution = execution ?? .default
        self.storesMessages = storesMessages
    }
}

extension EffectGatePolicy {
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

extension RetryPipeline {
    /// The pipeline for the attempts inside a gate; the gate itself keeps the guarantee.
    package var insideGate: RetryPipeline {
        policy.guarantee == .exactlyOnce ? policy(policy.guarantee(.atLeastOnce)) : self
    }
}

/// An error for a store that could not be asked before an attempt.
package struct StoreFailure: Error {
    package let underlying: any Error

    package init(_ underlying: any Error) {
        self.underlying = underlying
    }
}

extension EffectClaimAnswer {
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

    /// Returns the caller's result of an effect that is not to be run now, and the reason of the end.
    package func result<Value>(
        for id: ActionID, _ codec: EffectCodec<Value>
    ) -> (result: Result<OnceResult<Value>, any Error>, reason: RetryStopReason?) {
        guard case .replay(let replay) = self, case .succeeded(let bytes) = replay.ending else {
            return (.failure(error(for: id) ?? CancellationError()), stopReason)
        }
        do { return (.success(OnceResult(try codec.decode(bytes), replayedAfter: replay.age)), .replayed) } catch {
            return (.failure(error), .storeFailed)
        }
    }
}
