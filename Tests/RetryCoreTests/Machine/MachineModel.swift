import RetryCore

/// A model of the design for one failure, step by step, from its text; plain, and in whole seconds.
///
/// It shares no code with the machine: where the two differ, one of them is wrong.
struct MachineModel {
    /// The answer to a failure.
    enum Answer {
        case retry(after: Int)
        case stop(RetryStopReason)

        /// The same, as the machine says it.
        var decision: RetryDecision {
            switch self {
            case .retry(let wait): .retry(after: .seconds(wait))
            case .stop(let reason): .stop(reason)
            }
        }
    }

    let rules: MachineRules
    private(set) var attempt = 1
    private(set) var end: RetryStopReason?
    private var retries: [ErrorClass: Int] = [:]
    private var wasTruncated = false

    init(_ rules: MachineRules) {
        self.rules = rules
    }

    /// The attempt that runs failed, so many seconds after the call began.
    mutating func failed(_ failure: ErrorClassification, at elapsed: Int) -> Answer {
        if let end { return .stop(end) }
        let answer = decide(failure, at: elapsed)
        switch answer {
        case .retry(let wait):
            retries[failure.errorClass, default: 0] += 1
            if let deadline = rules.deadline, elapsed + wait == deadline { wasTruncated = true }
        case .stop(let reason):
            end = reason
        }
        return answer
    }

    /// The wait is over; whether the next attempt may start.
    mutating func waited(until elapsed: Int) -> Bool {
        if end != nil { return false }
        if let deadline = rules.deadline, elapsed >= deadline, !wasTruncated {
            end = .deadlineExceeded
            return false
        }
        attempt += 1
        return true
    }

    mutating func cancelled() {
        end = end ?? .cancelled
    }

    mutating func succeeded() {
        end = end ?? .succeeded
    }
}

extension MachineModel {
    private func decide(_ failure: ErrorClassification, at elapsed: Int) -> Answer {
        if rules.failsImmediately { return .stop(.immediateFailure) }
        if rules.neverRetried.contains(failure.errorClass) { return .stop(.permanent) }
        if failure.hint == .never { return .stop(.permanent) }
        if let limit = rules.limits[failure.errorClass], retries[failure.errorClass, default: 0] == limit {
            return .stop(.classLimit(failure.errorClass))
        }
        if attempt == rules.maxAttempts { return .stop(.attemptsExhausted) }
        if let deadline = rules.deadline, elapsed >= deadline || wasTruncated { return .stop(.deadlineExceeded) }
        let computed = computedDelay(failure.errorClass)
        if case .obey(let most) = rules.hints, case .after(let wish) = failure.hint, wish > .seconds(most) {
            return .stop(.hintTooLong)
        }
        return keepDeadline(computed, forTheServer: serversWish(failure.hint, computed), at: elapsed)
    }

    private func computedDelay(_ errorClass: ErrorClass) -> Int {
        let delays = rules.delaysByClass[errorClass] ?? rules.delays
        return attempt <= delays.count ? delays[attempt - 1] : delays[delays.count - 1]
    }

    /// The wait that the server's word makes necessary; nil without one that counts.
    private func serversWish(_ hint: RetryHint?, _ computed: Int) -> Int? {
        guard case .after(let duration) = hint, duration >= .zero else { return nil }
        let wish = Int(duration.components.seconds)
        switch rules.hints {
        case .obey: return wish
        case .clamp(let margin): return wish > computed + margin ? computed + margin : wish
        case .ignore: return nil
        }
    }

    private func keepDeadline(_ computed: Int, forTheServer wish: Int?, at elapsed: Int) -> Answer {
        var wait = computed
        if let wish, wish > wait { wait = wish }
        guard let deadline = rules.deadline else { return .retry(after: wait) }
        if elapsed + wait < deadline { return .retry(after: wait) }
        guard rules.behavior == .truncate else { return .stop(.deadlineExceeded) }
        // A wait for the server's sake is not cut.
        if let wish, elapsed + wish > deadline { return .stop(.deadlineExceeded) }
        return .retry(after: deadline - elapsed)
    }
}
