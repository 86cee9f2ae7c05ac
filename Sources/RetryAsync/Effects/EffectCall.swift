import RetryCore

/// One call of a gate, up to the claim.
struct EffectCall: Sendable {
    let gate: EffectGate
    let id: ActionID
    let fingerprint: EffectFingerprint
    private let start: Int64

    init(_ gate: EffectGate, _ id: ActionID, _ fingerprint: EffectFingerprint) {
        self.gate = gate
        self.id = id
        self.fingerprint = fingerprint
        start = gate.clock.nanoseconds
    }

    var flight: SingleFlight.Flight {
        SingleFlight.Flight(id: id, fingerprint: fingerprint, rule: gate.settings.rule)
    }

    /// Until when the call waits for an owner that is not of this process.
    private var end: Int64 { start.saturatingAdd(gate.settings.waitLimit.saturatedNanoseconds) }

    /// Waits for the call that leads; `nil` if the time is over, or the task is cancelled.
    nonisolated(nonsending) func wait(_ landing: Signal<SingleFlight.Landing>) async -> SingleFlight.Landing? {
        await landing.wait(until: gate.waitsForOwnProcess ? .max : end, on: gate.clock)
    }

    /// Claims the key, and runs the effect if it gets it.
    ///
    /// - Returns: What the caller gets, and what those get who wait for it.
    nonisolated(nonsending) func lead<Value>(
        _ codec: EffectCodec<Value>, _ effect: nonisolated(nonsending) (EffectContext) async throws -> Value
    ) async -> (Result<OnceResult<Value>, any Error>, SingleFlight.Landing) {
        let answer: ClaimAnswer
        let claimedAt: Int64
        do { (answer, claimedAt) = try await claim() } catch { return (.failure(error), landing(after: error)) }
        switch answer {
        case .execute(let token, let isTakeover):
            let run = EffectGateRun(
                gate: gate, ticket: ClaimTicket(id, token), isTakeover: isTakeover, claimedAt: claimedAt)
            switch await run.run(codec, effect) {
            case .success(let (value, bytes)): return (.success(OnceResult(value)), .result(bytes, age: .zero))
            case .failure(let error): return (.failure(error), landing(after: error))
            }
        case .replay(let replay):
            if case .succeeded(let bytes) = replay.ending {
                let result = Result { OnceResult(try codec.decode(bytes), replayedAfter: replay.age) }
                return (result, .result(bytes, age: replay.age))
            }
        default: break
        }
        let error = answer.error(for: id) as (any Error)? ?? CancellationError()
        return (.failure(error), landing(after: error))
    }

    /// What the store says to somebody who has no time to wait for a call of this process; `nil` if it may be asked
    /// for the key.
    nonisolated(nonsending) func inProgress() async throws -> EffectError? {
        guard let record = try await gate.store.record(for: id) else {
            return .inProgress(id, runningFor: .zero, leaseLeft: .zero)
        }
        guard case .running(let left) = record.state else { return nil }
        return .inProgress(id, runningFor: record.age, leaseLeft: left)
    }

    private func landing(after error: any Error) -> SingleFlight.Landing {
        switch error {
        case is CancellationError, EffectError.fenced, EffectError.inProgress: .askAgain
        default: .failed(error)
        }
    }
}

// MARK: The claim

extension EffectCall {
    /// Claims the key; waits for another owner's outcome as long as the gate is set up to.
    ///
    /// A claim is not cancelled half-way: nobody would know whether the key is owned.
    private nonisolated(nonsending) func claim() async throws -> (ClaimAnswer, claimedAt: Int64) {
        var pause: Int64 = 1_000_000
        while true {
            try Task.checkCancellation()
            // Read before the store is asked: the lease is then never thought to be longer than it is.
            let now = gate.clock.nanoseconds
            let answer = try await shielded { [self] in
                try await gate.store.claim(
                    id, fingerprint: fingerprint, lease: .nanoseconds(gate.lease), ifAbandoned: gate.settings.rule)
            }
            guard case .inProgress(_, let leaseLeft) = answer, now < end else { return (answer, now) }
            await waitForOwner(atMost: min(end - now, max(1, leaseLeft.saturatedNanoseconds)), pause: pause)
            pause = min(pause * 2, 1_000_000_000)
        }
    }

    /// Waits until the owner of the key is through, or for a while, whichever comes first.
    private nonisolated(nonsending) func waitForOwner(atMost limit: Int64, pause: Int64) async {
        guard let store = gate.store as? any ObservableEffectStore else {
            _ = await gate.clock.sleepWasInterrupted(min(limit, pause))
            return
        }
        let signal = Signal<Void>()
        let subscription = store.subscribe(to: id) { signal.tell(()) }
        _ = await signal.wait(until: gate.clock.nanoseconds.saturatingAdd(limit), on: gate.clock)
        subscription.cancel()
    }
}
