// Breaks, and the probes that end them.
extension CircuitBreakerStateMachine {
    /// Opens the circuit, for the time of the server's hint or of the policy.
    mutating func open(
        _ cause: CircuitBreaker.StateChangeCause, for hint: Int64? = nil,
        using generator: inout some RandomNumberGenerator
    ) {
        let before = toldState
        openings = openings.next
        let duration = hint ?? nextBreak(using: &generator)
        openUntil = time.saturatingAdd(duration)
        phase = .open
        probeSuccesses = 0
        probeFailures = 0
        beginGeneration()
        tell(from: before, cause, breakDuration: duration)
    }

    /// Draws the break from the part of the backoff's range that leaves at least half of the delay.
    private mutating func nextBreak(using generator: inout some RandomNumberGenerator) -> Int64 {
        let backoff = rules.policy.breakDuration
        let delay = backoff.delayWithoutJitter(beforeRetry: openings)
        let range = backoff.bounds(of: delay, previous: lastBreak)
        // Decorrelated jitter goes by the break before, and draws at least the initial delay.
        let half = backoff.jitter.kind == .decorrelated ? 0 : delay / 2
        let least = max(range.lowerBound, half)
        let drawn = (least...max(least, range.upperBound)).draw(using: &generator)
        lastBreak = drawn
        return drawn
    }

    mutating func beginHalfOpen() {
        let before = toldState
        phase = .halfOpen
        beginGeneration()
        clearCounts()
        tell(from: before, .breakElapsed)
    }

    mutating func admitProbe() -> Admission? {
        if probes.count >= rules.policy.probes {
            // A lost probe keeps its place until another call needs it: until then its result still counts.
            guard let oldest = probes.first, isLost(oldest) else { return nil }
            probes.removeFirst()
        }
        lastProbe &+= 1
        probes.append(Probe(number: lastProbe, start: time))
        return Admission(generation: generation, start: time, probe: lastProbe)
    }

    /// Returns whether the lease of a probe is over.
    func isLost(_ probe: Probe) -> Bool { time - probe.start >= rules.probeLease }

    mutating func settleProbe(
        _ admission: Admission, _ verdict: Verdict, at now: Int64, using generator: inout some RandomNumberGenerator
    ) {
        see(now)
        // The place of a probe whose lease was over may have been given away: then its result comes too late.
        guard let index = probes.firstIndex(where: { $0.number == admission.probe }) else { return }
        probes.remove(at: index)
        let isSlow = wasSlow(admission)
        switch verdict {
        case .failure(let hint): probeFailed(hint: hint, using: &generator)
        case .success where isSlow, .neutral where isSlow: probeFailed(hint: nil, using: &generator)
        case .success: probeSucceeded()
        case .neutral: return
        }
    }

    private mutating func probeSucceeded() {
        probeSuccesses = probeSuccesses.next
        consecutiveFailures = 0
        guard probeSuccesses >= rules.policy.successesToClose else { return }
        let before = toldState
        close()
        tell(from: before, .probesSucceeded)
    }

    private mutating func probeFailed(hint: Int64?, using generator: inout some RandomNumberGenerator) {
        probeFailures = probeFailures.next
        consecutiveFailures = consecutiveFailures.next
        if let hint { return open(.hint, for: hint, using: &generator) }
        if probeFailures > rules.policy.allowedProbeFailures { open(.probeFailed, using: &generator) }
    }

    /// Closes the circuit and clears its counts.
    mutating func close() {
        phase = .closed
        openings = 0
        lastBreak = nil
        beginGeneration()
        clearCounts()
    }
}

extension Int {
    /// The next count, at most the greatest: counts may come from a saved state.
    var next: Int { self == .max ? .max : self + 1 }
}
