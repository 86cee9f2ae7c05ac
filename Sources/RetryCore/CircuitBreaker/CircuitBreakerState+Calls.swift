// What happens to calls.
extension CircuitBreakerState {
    package mutating func admit(at now: Int64, using generator: inout some RandomNumberGenerator) -> Admission? {
        change = nil
        guard isolations == 0 else { return nil }
        switch phase {
        case .closed, .forcedClosed: return enterClosed(at: now, using: &generator)
        case .disabled: return Admission(generation: generation)
        case .forcedOpen: return nil
        case .open:
            guard max(time, now) >= openUntil else { return nil }
            see(now)
            beginHalfOpen()
            return admitProbe()
        case .halfOpen:
            see(now)
            return admitProbe()
        }
    }

    private mutating func enterClosed(
        at now: Int64, using generator: inout some RandomNumberGenerator
    ) -> Admission? {
        guard rules.hasSlowCallRule else { return Admission(generation: generation) }
        see(now)
        slowCalls?.advance(to: time)
        if phase == .closed, isTooSlow {
            open(.slowCalls, using: &generator)
            return nil
        }
        slowCalls?.started(at: time)
        return Admission(generation: generation, start: time)
    }

    private mutating func beginHalfOpen() {
        let before = toldState
        phase = .halfOpen
        beginGeneration()
        clearCounts()
        tell(from: before, .breakElapsed)
    }

    private mutating func admitProbe() -> Admission? {
        dropLostProbes()
        guard probes.count < rules.policy.probes else { return nil }
        lastProbe &+= 1
        probes.append(Probe(number: lastProbe, start: time))
        return Admission(generation: generation, start: time, probe: lastProbe)
    }

    package mutating func finish(
        _ admission: Admission, _ result: BreakerResult, at now: Int64,
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
}

// MARK: What a result counts as

extension CircuitBreakerState {
    private enum Verdict {
        case success, neutral
        /// A failure, and for how long the server wants no calls.
        case failure(hint: Int64?)
    }

    @inline(__always)
    private func verdict(on result: BreakerResult) -> Verdict {
        switch result {
        case .success: return .success
        case .neutral: return .neutral
        case .failure(let known):
            if rules.policy.failures.contains(known.errorClass) { return .failure(hint: usableHint(known.hint)) }
            return rules.policy.otherClasses == .success ? .success : .neutral
        }
    }

    private func usableHint(_ hint: RetryHint?) -> Int64? {
        guard let longest = rules.policy.longestHint, case .after(let asked) = hint, asked > .zero else { return nil }
        return min(asked, longest).saturatedNanoseconds
    }
}

// MARK: Closed

extension CircuitBreakerState {
    private mutating func settleCall(
        _ admission: Admission, _ verdict: Verdict, at now: Int64, using generator: inout some RandomNumberGenerator
    ) {
        if rules.hasSlowCallRule {
            see(now)
            slowCalls?.left(start: admission.start)
        }
        switch verdict {
        case .neutral:
            return
        case .success:
            consecutiveFailures = 0
            record(isFailure: false, admission, at: now)
        case .failure(let hint):
            see(now)
            consecutiveFailures = consecutiveFailures == .max ? .max : consecutiveFailures + 1
            record(isFailure: true, admission, at: now)
            if let hint, phase == .closed { return open(.hint, for: hint, using: &generator) }
        }
        if phase == .closed, let cause = ruleThatIsMet { open(cause, using: &generator) }
    }

    private mutating func record(isFailure: Bool, _ admission: Admission, at now: Int64) {
        guard rules.hasWindow else { return }
        countWindow?.record(isFailure: isFailure)
        if rules.timeRule != nil {
            see(now)
            timeWindow?.record(isFailure: isFailure, at: time)
        }
        if rules.hasSlowCallRule {
            let isSlow = slowCalls?.isSlow(time - admission.start) == true
            slowCalls?.advance(to: time)
            slowCalls?.record(isSlow: isSlow, at: time)
        }
    }

    @inline(__always)
    private var ruleThatIsMet: CircuitChangeCause? {
        if consecutiveFailures >= rules.consecutiveFailures { return .consecutiveFailures }
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

    /// Opens the circuit, for a server's time or for the policy's.
    mutating func open(
        _ cause: CircuitChangeCause, for hint: Int64? = nil, using generator: inout some RandomNumberGenerator
    ) {
        let before = toldState
        openings = openings == .max ? .max : openings + 1
        let duration =
            hint
            ?? rules.policy.breakDuration.delay(
                beforeRetry: openings, errorClass: .unknown, previous: lastBreak, using: &generator)
        lastBreak = duration
        openUntil = time.saturatingAdd(duration)
        phase = .open
        probeSuccesses = 0
        probeFailures = 0
        beginGeneration()
        tell(from: before, cause, breakDuration: duration)
    }
}

// MARK: Half open

extension CircuitBreakerState {
    private mutating func settleProbe(
        _ admission: Admission, _ verdict: Verdict, at now: Int64, using generator: inout some RandomNumberGenerator
    ) {
        see(now)
        // Where its lease is over the place is anybody's, and what the probe found out is out of date.
        dropLostProbes()
        guard let index = probes.firstIndex(where: { $0.number == admission.probe }) else { return }
        probes.remove(at: index)
        switch verdict {
        case .neutral: return
        case .success where slowCalls?.isSlow(time - admission.start) == true: probeFailed(hint: nil, using: &generator)
        case .success: probeSucceeded()
        case .failure(let hint): probeFailed(hint: hint, using: &generator)
        }
    }

    private mutating func probeSucceeded() {
        probeSuccesses += 1
        consecutiveFailures = 0
        guard probeSuccesses >= rules.policy.successesToClose else { return }
        let before = toldState
        close()
        tell(from: before, .probesSucceeded)
    }

    private mutating func probeFailed(hint: Int64?, using generator: inout some RandomNumberGenerator) {
        probeFailures += 1
        consecutiveFailures += 1
        if let hint { return open(.hint, for: hint, using: &generator) }
        if probeFailures > rules.policy.allowedProbeFailures { open(.probeFailed, using: &generator) }
    }

    /// Closes the circuit, and forgets what was.
    mutating func close() {
        phase = .closed
        openings = 0
        lastBreak = nil
        beginGeneration()
        clearCounts()
    }
}
