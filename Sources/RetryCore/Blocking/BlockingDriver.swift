/// Runs one call on the thread that asks for it.
struct BlockingDriver {
    let call: RetryCall
    private let sleeper: Sleeper
    private let token: CancellationToken?

    /// Creates the driver of one call.
    ///
    /// - Throws: ``PolicyError`` if the policy asks for something that only an asynchronous call can do.
    init(
        policy: RetryPolicy, surroundings: Surroundings, guards: Guards = .none, entry: Guards.Entry? = nil,
        waiting: Waiting, start: Int64? = nil, recordsTimeline: Bool = false
    ) throws(PolicyError) {
        try policy.checkBlocking()
        try policy.checkGuarantee()
        call = RetryCall(
            policy: policy, surroundings: surroundings, guards: guards.ofCall(entry), start: start,
            recordsTimeline: recordsTimeline)
        sleeper = waiting.sleeper ?? .system
        token = waiting.cancellation
    }

    /// Runs attempts until the call ends; goes on after `failure` where the first attempt has run already.
    func run<Value: ~Copyable>(
        after failure: AttemptFailure? = nil,
        rejecting rejection: ((borrowing Value) -> Classification?)?,
        operation: (RetryAttempt) throws -> Value
    ) throws -> Value {
        var failure = failure
        if failure == nil, !mayStart(call.begins()) { throw call.error }
        while true {
            if let failure, !pause(after: failure) { throw call.error }
            call.attemptStarts()
            do {
                let value = try operation(call.attempt)
                guard let classification = rejection?(value) else {
                    call.attemptSucceeded()
                    return value
                }
                if !pause(after: .rejected(classification)), !call.isCancelled { return value }
                failure = nil
            } catch {
                failure = .thrown(error)
            }
            if call.isCancelled { throw call.error }
        }
    }

    /// Decides and waits; whether the next attempt may start.
    func pause(after failure: AttemptFailure) -> Bool {
        mayStart(call.attemptFailed(failure, isCancelled: isCancelled))
    }

    /// Waits for as long as the call asks; whether the next attempt may start.
    private func mayStart(_ step: Step) -> Bool {
        var step = step
        while case .wait(let wait) = step {
            if wait > 0, !isCancelled { sleeper.sleep(for: .nanoseconds(wait), cancellation: token) }
            step = call.waitEnded(isCancelled: isCancelled)
        }
        return step == .attempt
    }

    private var isCancelled: Bool { token?.isCancelled == true || Task.isCancelled }
}

/// The sleeper of a blocking call, and the token that cancels it.
@usableFromInline
struct Waiting: Sendable {
    let sleeper: Sleeper?
    let cancellation: CancellationToken?

    @usableFromInline
    init(sleeper: Sleeper?, cancellation: CancellationToken?) {
        self.sleeper = sleeper
        self.cancellation = cancellation
    }
}

extension RetryPolicy {
    /// Refuses what a blocking call cannot do: it has no way to interrupt a running attempt.
    func checkBlocking() throws(PolicyError) {
        if isPlain { return }
        try check(
            "attempt_timeout", attemptTimeout ?? .zero, attemptTimeout == nil,
            "must be left out in a blocking call, which cannot interrupt a running attempt; use the asynchronous "
                + "retry, or give the operation a timeout of its own")
        try check(
            "deadline_behavior", deadlineBehavior.rawValue, deadlineBehavior != .interrupt,
            "must be stop or truncate in a blocking call, which cannot interrupt a running attempt")
    }

    /// Refuses to repeat what must not be repeated.
    package func checkGuarantee() throws(PolicyError) {
        if isPlain { return }
        try check(
            "guarantee", guarantee.rawValue, guarantee != .exactlyOnce,
            "must be at_least_once in a plain retry, which may repeat the effect; run the operation with once, or with "
                + "onceBlocking, and an effect store")
    }
}
