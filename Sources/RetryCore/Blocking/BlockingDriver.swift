/// Runs one call on the thread that asks for it.
struct BlockingDriver {
    let call: RetryCall
    private let setup: CallSetup

    /// Creates the driver of one call.
    ///
    /// - Throws: ``InvalidPolicyError`` if the policy asks for something that only an asynchronous call can do.
    init(
        _ pipeline: RetryPipeline, start: CallStart = CallStart(), recordsTimeline: Bool = false,
        tellsCaller: Bool = false
    ) throws(InvalidPolicyError) {
        try pipeline.policy.checkBlocking()
        try pipeline.policy.checkGuarantee()
        setup = pipeline.setup
        call = RetryCall(
            pipeline, start: start, recordsTimeline: recordsTimeline, tellsCaller: tellsCaller)
        call.blocks = true
    }

    /// Runs attempts until the call ends; goes on after `failure` where the first attempt has run already.
    func run<Value: ~Copyable>(
        after failure: AttemptFailure? = nil, rejecting rejection: (borrowing Value) -> ErrorClassification?,
        onRetry: (RetryNotice) -> Void, operation: (RetryAttempt) throws -> Value
    ) throws -> Value {
        var failure = failure
        if failure == nil, !mayStart(call.begins()) { throw call.error }
        while true {
            if let failure, !pause(after: failure, onRetry) { throw call.error }
            call.attemptStarts()
            do {
                let attempt = call.attempt
                let value =
                    if let scope = call.nextScope() { try scope.run { try perform(attempt, operation) } } else {
                        try perform(attempt, operation)
                    }
                guard let classification = rejection(value) else {
                    call.attemptSucceeded()
                    return value
                }
                if !pause(after: .rejected(classification), onRetry), !call.isCancelled { return value }
                failure = nil
            } catch {
                failure = .thrown(error)
            }
            if call.isCancelled { throw call.error }
        }
    }

    /// Runs the operation, with the injections of chaos that it is due.
    private func perform<Value: ~Copyable>(
        _ attempt: RetryAttempt, _ operation: (RetryAttempt) throws -> Value
    ) throws -> Value {
        guard let chaos = call.chaos else { return try operation(attempt) }
        return try chaos.callBlocking(call.operation, sleeper: setup.sleeper, cancellation: setup.cancellation) {
            try operation(attempt)
        }
    }

    /// Decides and waits; whether the next attempt may start.
    private func pause(after failure: AttemptFailure, _ onRetry: (RetryNotice) -> Void) -> Bool {
        mayStart(call.attemptFailed(failure, onRetry: onRetry))
    }

    /// Waits for as long as the call asks; whether the next attempt may start.
    private func mayStart(_ step: Step) -> Bool {
        var step = step
        while case .wait(let wait) = step {
            if wait > 0, !setup.isCancelled { call.block(wait) }
            step = call.waitEnded()
        }
        return step == .attempt
    }
}

extension RetryCall {
    /// Blocks the thread for a wait in nanoseconds, or until the turn that it is for comes.
    func block(_ wait: Int64) {
        if let turn = takeTurn() { setup.wait(for: turn, wait) } else { setup.sleep(wait) }
    }
}

extension RetryPolicy {
    /// Refuses what a blocking call cannot do: it has no way to interrupt a running attempt.
    func checkBlocking() throws(InvalidPolicyError) {
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
    @usableFromInline package func checkGuarantee() throws(InvalidPolicyError) {
        if isPlain { return }
        try check(
            "guarantee", guarantee.rawValue, guarantee != .exactlyOnce,
            "must be at_least_once in a plain retry, which may repeat the effect; run the operation with once, or with "
                + "onceBlocking, and an effect store")
    }
}
