import RetryCore

/// The rules of a circuit breaker once more, written down as simply as can be: for failures in a row and whole seconds.
struct BreakerModel {
    enum Circuit: Equatable {
        case closed(failures: Int)
        case open(until: Int)
        case halfOpen(successes: Int, failures: Int)
    }

    /// A call that was admitted, and the number of changes of the circuit before.
    struct Call: Equatable {
        let epoch: Int
        /// The end of its lease, if it is a probe.
        let leaseEnd: Int?
        let id: Int
    }

    enum End: CaseIterable { case success, failure, neutral }

    let threshold: Int
    let probes: Int
    let successes: Int
    let allowedFailures: Int
    let breakTime: Int
    let lease: Int

    var circuit = Circuit.closed(failures: 0)
    private var epoch = 0
    private var running: [Call] = []
    private var lastID = 0

    init(threshold: Int, probes: Int, successes: Int, allowedFailures: Int, breakTime: Int, lease: Int) {
        (self.threshold, self.probes, self.successes) = (threshold, probes, successes)
        (self.allowedFailures, self.breakTime, self.lease) = (allowedFailures, breakTime, lease)
    }

    var policy: CircuitBreakerPolicy {
        CircuitBreakerPolicy(consecutiveFailures: threshold, breakDuration: .seconds(breakTime))
            .halfOpen(
                probes: probes, successes: successes, allowedFailures: allowedFailures, lease: .seconds(lease))
    }

    mutating func admit(at now: Int) -> Call? {
        if case .open(let until) = circuit {
            if now < until { return nil }
            change(to: .halfOpen(successes: 0, failures: 0))
        }
        lastID += 1
        guard case .halfOpen = circuit else { return Call(epoch: epoch, leaseEnd: nil, id: lastID) }
        // The oldest probe that is overdue gives way, and no other.
        if running.count == probes {
            guard let overdue = running.firstIndex(where: { ($0.leaseEnd ?? 0) <= now }) else { return nil }
            running.remove(at: overdue)
        }
        let call = Call(epoch: epoch, leaseEnd: now + lease, id: lastID)
        running.append(call)
        return call
    }

    mutating func end(_ call: Call, _ end: End, at now: Int) {
        guard call.epoch == epoch else { return }
        switch circuit {
        case .open:
            return
        case .closed(let failures):
            switch end {
            case .neutral: return
            case .success: circuit = .closed(failures: 0)
            case .failure where failures + 1 < threshold: circuit = .closed(failures: failures + 1)
            case .failure: change(to: .open(until: now + breakTime))
            }
        case .halfOpen(let good, let bad):
            guard running.contains(call) else { return }
            running.removeAll { $0 == call }
            switch end {
            case .neutral: return
            case .success where good + 1 < successes: circuit = .halfOpen(successes: good + 1, failures: bad)
            case .success: change(to: .closed(failures: 0))
            case .failure where bad < allowedFailures: circuit = .halfOpen(successes: good, failures: bad + 1)
            case .failure: change(to: .open(until: now + breakTime))
            }
        }
    }

    func state(at now: Int) -> CircuitBreaker.State {
        switch circuit {
        case .closed: .closed
        case .open(let until): now < until ? .open : .halfOpen
        case .halfOpen: .halfOpen
        }
    }

    private mutating func change(to next: Circuit) {
        circuit = next
        epoch += 1
        running = []
    }
}

extension BreakerModel.End {
    var result: AttemptResult {
        switch self {
        case .success: .success
        case .failure: .failure(.transient)
        case .neutral: .neutral
        }
    }
}
