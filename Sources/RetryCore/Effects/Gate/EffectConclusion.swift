/// The ending of the attempts of a claim's owner.
package enum EffectRunEnding<Value> {
    /// A value; its bytes, or the reason why it has none.
    case value(Value, Result<[UInt8], EffectFailure.Unwritable>)
    /// An error. The obstacle is the error that kept a due attempt from starting.
    case failure(any Error, obstacle: (any Error)?, isCancelled: Bool)

    /// Returns the outcome to record; `unfinished` is the outcome of a run without a value.
    package func outcome(else unfinished: EffectOutcome) -> EffectOutcome {
        switch self {
        case .value(_, .success(let bytes)): .succeeded(bytes)
        case .value(_, .failure(let unwritable)): .succeededWithoutResult(unwritable.failure)
        case .failure: unfinished
        }
    }
}

extension EffectFailure {
    /// The reason why a value has no bytes.
    package struct Unwritable: Error {
        package let failure: EffectFailure

        package init(_ failure: EffectFailure) {
            self.failure = failure
        }
    }
}

/// The conclusion of a run: the result of the owner of the key, and of the callers that share its run.
package struct EffectConclusion<Value> {
    package let result: Result<OnceResult<Value>, any Error>
    /// The stop reason to report; `nil` for that of the attempts.
    package let reason: RetryStopReason?
    /// The ending of a success that the store keeps.
    package let kept: EffectReplay.Ending?

    private init(
        _ result: Result<OnceResult<Value>, any Error>, _ reason: RetryStopReason?, kept: EffectReplay.Ending? = nil
    ) {
        self.result = result
        self.reason = reason
        self.kept = kept
    }

    /// Concludes a run, settled or not.
    ///
    /// - Parameters:
    ///   - ending: The ending of the attempts.
    ///   - end: The end of the settlement.
    ///   - outcome: The outcome that the store was to record.
    ///   - claim: The claim and its age.
    ///   - codec: The codec for a result that was recorded before.
    package init(
        _ ending: EffectRunEnding<Value>, _ end: EffectSettlement.End, _ outcome: EffectOutcome,
        _ claim: (ticket: EffectClaimTicket, age: Duration), _ codec: EffectCodec<Value>
    ) {
        switch (ending, end) {
        case (.value(let value, _), .recorded(let unkept)):
            let kept: EffectReplay.Ending?
            if let unkept {
                kept = .succeededWithoutResult(unkept)
            } else if case .succeeded(let bytes) = outcome {
                kept = .succeeded(bytes)
            } else {
                kept = nil
            }
            self.init(.success(OnceResult(value, unkept: unkept)), nil, kept: kept)
        case (.value(let value, _), .found(let kept, _)):
            self.init(.success(Self.recorded(kept, codec, else: value)), nil, kept: kept)
        case (.failure, .found(.succeeded(let bytes), _)):
            self.init(
                Result { OnceResult(try codec.decode(bytes)) }, .succeeded, kept: .succeeded(bytes))
        case (.failure, .found(let kept, let age)):
            let replay = EffectClaimAnswer.replay(EffectReplay(kept, age: age))
            self.init(.failure(replay.error(for: claim.ticket.id) ?? CancellationError()), .resultNotKept, kept: kept)
        case (.failure(let error, _, true), _): self.init(.failure(error), .cancelled)
        case (_, .fenced(let current)):
            let error = EffectError.fenced(claim.ticket.id, own: claim.ticket.token, current: current)
            self.init(.failure(error), .fenced)
        case (_, .unknown(let error)): self.init(.failure(Self.indeterminate(error, claim)), .indeterminate)
        case (.failure(let thrown, let obstacle, _), .recorded):
            self.init(thrown, obstacle, outcome, claim)
        }
    }

    /// Concludes a run that ended with an error, and whose outcome is recorded.
    private init(
        _ thrown: any Error, _ obstacle: (any Error)?, _ outcome: EffectOutcome,
        _ claim: (ticket: EffectClaimTicket, age: Duration)
    ) {
        let error = obstacle ?? thrown
        if error is CancellationError {
            self.init(.failure(error), .cancelled)
        } else if case .indeterminate = outcome {
            self.init(.failure(Self.indeterminate(error, claim)), .indeterminate)
        } else if let failure = error as? StoreFailure {
            self.init(.failure(failure.underlying), .storeFailed)
        } else {
            self.init(.failure(error), obstacle == nil ? nil : .fenced)
        }
    }

    /// Returns the recorded result if it can be read, so that all callers get the same; else the caller's own.
    private static func recorded(
        _ kept: EffectReplay.Ending, _ codec: EffectCodec<Value>, else value: Value
    ) -> OnceResult<Value> {
        switch kept {
        case .succeeded(let bytes):
            do { return OnceResult(try codec.decode(bytes)) } catch {
                return OnceResult(value, unkept: EffectFailure(error))
            }
        case .succeededWithoutResult(let reason), .failed(let reason): return OnceResult(value, unkept: reason)
        }
    }

    private static func indeterminate(
        _ error: any Error, _ claim: (ticket: EffectClaimTicket, age: Duration)
    ) -> EffectError {
        let underlying = (error as? StoreFailure)?.underlying ?? error
        return .indeterminate(
            claim.ticket.id, token: claim.ticket.token, age: claim.age, lastErrorType: EffectFailure(underlying).type,
            underlying: underlying)
    }
}
