// Calls while the circuit is closed, and those that ask for admission.
extension CircuitBreakerStateMachine {
    package mutating func admit(
        at now: Int64, isRetry: Bool = false, using generator: inout some RandomNumberGenerator
    ) -> Admission? {
        change = nil
        guard isolations == 0 else { return nil }
        switch phase {
        case .closed, .forcedClosed: return enterClosed(at: now, isRetry: isRetry, using: &generator)
        case .disabled: return Admission(generation: generation)
        case .forcedOpen: return nil
        case .open:
            guard max(time, now) >= openUntil else { return rejection(isRetry) }
            see(now)
            beginHalfOpen()
            return admitProbe()
        case .halfOpen:
            see(now)
            return admitProbe() ?? rejection(isRetry)
        }
    }

    /// Returns the answer to a call without a place: `nil`, or an admission without consequences for a first attempt
    /// under a policy that rejects retries alone.
    private func rejection(_ isRetry: Bool) -> Admission? {
        rules.rejectsRetriesOnly && !isRetry ? .uncounted : nil
    }

    private mutating func enterClosed(
        at now: Int64, isRetry: Bool, using generator: inout some RandomNumberGenerator
    ) -> Admission? {
        guard rules.hasSlowCallRule else { return Admission(generation: generation) }
        see(now)
        slowCalls?.advance(to: time)
        if phase == .closed, isTooSlow {
            open(.slowCalls, using: &generator)
            return rejection(isRetry)
        }
        slowCalls?.started(at: time)
        return Admission(generation: generation, start: time)
    }

    package mutating func finish(
        _ admission: Admission, _ result: AttemptResult, at now: Int64,
        using generator: inout some RandomNumberGenerator
    ) {
        change = nil
        guard admission.generation == generation else { return }
        switch phase {
        case .closed, .forcedClosed: settleCall(admission, verdict(on: result), at: now, using: &generator)
        case .halfOpen: settleProbe(admission, verdict(on: result), at: now, using: &generator)
        case .open, .forcedOpen, .disabled: break
        }
    }

    /// Records a success at a time that is known roughly, or not at all where no window goes by time; false, with
    /// nothing recorded, if the success would open the circuit: then ``finish(_:_:at:using:)`` needs the exact time.
    package mutating func succeedsQuietly(_ admission: Admission, at now: Int64) -> Bool {
        change = nil
        guard admission.generation == generation else { return true }
        switch phase {
        case .closed: if opensAtNextSuccess(at: now) { return false }
        case .forcedClosed: break
        case .open, .halfOpen, .forcedOpen, .disabled: return true
        }
        recordSuccess(admission, at: now)
        return true
    }

    /// Returns whether one more success completes the minimum throughput of a rule that is then met.
    private mutating func opensAtNextSuccess(at now: Int64) -> Bool {
        // A ratio is above zero, and time takes failures away, but brings none.
        if countWindow?.counts.failures ?? 0 == 0, timeWindow?.counts.failures ?? 0 == 0 { return false }
        if let rule = rules.countRule,
            countWindow?.counts.reachAfterSuccess(rule.ratio, minimum: rule.minimumCalls) == true
        {
            return true
        }
        guard let rule = rules.timeRule else { return false }
        see(now)
        timeWindow?.advance(to: time)
        return timeWindow?.counts.reachAfterSuccess(rule.ratio, minimum: rule.minimumCalls) == true
    }
}

// MARK: The meaning of a result

extension CircuitBreakerStateMachine {
    enum Verdict {
        case success, neutral
        /// A failure, and the time for which the server wants no calls.
        case failure(hint: Int64?)
    }

    @inline(__always)
    private func verdict(on result: AttemptResult) -> Verdict {
        switch result {
        case .success: return .success
        case .neutral: return .neutral
        case .failure(let known): return verdict(on: known)
        case .cutOff(let time):
            return time.saturatedNanoseconds >= rules.shortestTimeout ? verdict(on: .transient) : .neutral
        }
    }

    @inline(__always)
    private func verdict(on known: ErrorClassification) -> Verdict {
        if rules.policy.failures.contains(known.errorClass) { return .failure(hint: usableHint(known.hint)) }
        return rules.policy.otherClasses == .success ? .success : .neutral
    }

    private func usableHint(_ hint: RetryHint?) -> Int64? {
        guard let longest = rules.policy.longestHint, case .after(let asked) = hint, asked > .zero else { return nil }
        return min(asked, longest).saturatedNanoseconds
    }

    /// Returns whether a call that ends now had run for the threshold of the slow-call rule.
    func wasSlow(_ admission: Admission) -> Bool {
        rules.hasSlowCallRule && slowCalls?.isSlow(time - admission.start) == true
    }
}

// MARK: Closed

extension CircuitBreakerStateMachine {
    private mutating func settleCall(
        _ admission: Admission, _ verdict: Verdict, at now: Int64, using generator: inout some RandomNumberGenerator
    ) {
        if rules.hasSlowCallRule {
            see(now)
            slowCalls?.left(start: admission.start)
        }
        switch verdict {
        case .neutral:
            // The caller gave up on a call that was slow already: a service that hangs stays visible.
            guard wasSlow(admission) else { return }
            recordDuration(admission)
        case .success:
            recordSuccess(admission, at: now)
        case .failure(let hint):
            see(now)
            consecutiveFailures = consecutiveFailures.next
            record(isFailure: true, admission, at: now)
            if let hint, phase == .closed { return open(.hint, for: hint, using: &generator) }
        }
        guard phase == .closed, let cause = ruleThatIsMet else { return }
        see(now)
        open(cause, using: &generator)
    }

    private mutating func recordSuccess(_ admission: Admission, at now: Int64) {
        consecutiveFailures = 0
        record(isFailure: false, admission, at: now)
    }

    private mutating func record(isFailure: Bool, _ admission: Admission, at now: Int64) {
        guard rules.hasWindow else { return }
        countWindow?.record(isFailure: isFailure)
        if rules.timeRule != nil {
            see(now)
            timeWindow?.record(isFailure: isFailure, at: time)
        }
        if rules.hasSlowCallRule { recordDuration(admission) }
    }

    private mutating func recordDuration(_ admission: Admission) {
        let isSlow = wasSlow(admission)
        slowCalls?.advance(to: time)
        slowCalls?.record(isSlow: isSlow, at: time)
    }

    @inline(__always)
    private var ruleThatIsMet: CircuitBreaker.StateChangeCause? {
        // A saved state can have counted as far as numbers go, which stands for no rule here.
        if consecutiveFailures >= rules.consecutiveFailures, rules.policy.consecutiveFailures != nil {
            return .consecutiveFailures
        }
        guard rules.hasWindow else { return nil }
        if let rule = rules.countRule, countWindow?.counts.reach(rule.ratio, minimum: rule.minimumCalls) == true {
            return .failureRatio
        }
        if let rule = rules.timeRule, timeWindow?.counts.reach(rule.ratio, minimum: rule.minimumCalls) == true {
            return .failureRatioOverTime
        }
        return isTooSlow ? .slowCalls : nil
    }

    @inline(__always)
    private var isTooSlow: Bool {
        guard let rule = rules.slowCallRule, let counts = slowCalls?.counts else { return false }
        return counts.reach(rule.ratio, minimum: rule.minimumCalls)
    }
}
