import RetryAsync

/// The invariants of every call, for any events in any order.
struct CallOracle {
    let scenario: Scenario
    let entries: [Trace.Entry]
    let result: Result<Int, any Error>
    let begins: [(attempt: Int, time: Duration)]
    let ends: [(attempt: Int, error: (any Error)?, time: Duration)]
    /// The place of the cancellation among the entries; behind all of them if there was none.
    let cancellation: Int

    init(scenario: Scenario, entries: [Trace.Entry], result: Result<Int, any Error>) {
        self.scenario = scenario
        self.entries = entries
        self.result = result
        begins = entries.compactMap { entry in
            if case .began(let attempt) = entry.happening { (attempt, entry.time) } else { nil }
        }
        ends = entries.compactMap { entry in
            if case .ended(let attempt, let error) = entry.happening { (attempt, error, entry.time) } else { nil }
        }
        let place = entries.firstIndex { if case .cancelled = $0.happening { true } else { false } }
        cancellation = place ?? entries.count
    }

    var policy: RetryPolicy { scenario.policy }

    /// A Boolean value that indicates whether no attempt goes on when it is cancelled.
    var isObedient: Bool { !scenario.steps.contains(where: \.isDeaf) }

    /// The end of the call, in two words: its result or error, and the attempt.
    var end: String {
        switch result {
        case .success: "value \(begins.count)"
        case .failure(let error): "\(type(of: error)) \(begins.count)"
        }
    }

    func check() throws {
        try checkAttempts()
        try checkCancellation()
        try checkTimes()
        try checkResult()
    }

    func require(_ condition: Bool, _ rule: String) throws {
        if !condition { throw Violation(rule, scenario, entries) }
    }
}

// MARK: - Rules

extension CallOracle {
    private func checkAttempts() throws {
        let numbers = begins.map(\.attempt)
        try require(!numbers.isEmpty, "the first attempt runs in any case")
        try require(numbers.count <= policy.maxAttempts, "no more attempts than the policy allows")
        try require(ends.map(\.attempt) == numbers, "every attempt ends")
        var running = 0
        for entry in entries {
            if case .began = entry.happening { running += 1 }
            if case .ended = entry.happening { running -= 1 }
            try require(running <= 1, "an attempt ends before the next one begins")
        }
    }

    private func checkCancellation() throws {
        for entry in entries.dropFirst(cancellation) {
            guard case .began(let attempt) = entry.happening else { continue }
            try require(attempt == 1, "no attempt starts after the cancellation")
        }
        let wasCancelledInTheLastAttempt = entries.dropFirst(cancellation).contains {
            if case .ended = $0.happening { true } else { false }
        }
        if wasCancelledInTheLastAttempt, case .failure(let error) = result {
            try require(error is CancellationError, "the caller's cancellation is not masked")
        }
    }

    private func checkTimes() throws {
        let waits = zip(ends, begins.dropFirst()).map { end, next in next.time - end.time }
        try require(waits.reduce(.zero, +) <= scenario.plan.worstCaseDuration, "the waits keep to the declared bound")
        guard isObedient else { return }
        for (begin, end) in zip(begins, ends) {
            let limit = policy.attemptTimeout ?? .seconds(3_600)
            try require(end.time - begin.time <= limit, "an attempt keeps to its timeout")
            if policy.deadlineBehavior == .interrupt, let deadline = policy.deadline {
                try require(end.time <= deadline, "an attempt keeps to a deadline that interrupts")
            }
        }
    }

    private func checkResult() throws {
        let last = ends.last?.error
        switch result {
        case .success(let value):
            try require(last == nil, "a value is the last attempt's")
            try require(value == ends.last?.attempt, "the value is the one that was returned")
        case .failure(let error):
            try require(last != nil, "an error follows a failed attempt")
            try checkError(error)
        }
    }

    private func checkError(_ error: any Error) throws {
        switch error {
        case is CancellationError:
            let isRight = cancellation < entries.count || ends.last?.error is CancellationError
            try require(isRight, "a call is cancelled by its caller or by its operation")
        case let fault as Fault:
            try require(ends.contains { $0.error as? Fault == fault }, "an error is one that was thrown")
            for end in ends.drop(while: { $0.error as? Fault != fault }).dropFirst() {
                try require(wasOverTime(end.attempt), "only what came too late is passed over for an earlier error")
            }
        case is AttemptTimeoutError:
            try require(policy.attemptTimeout != nil, "a timeout needs a timeout")
        case is DeadlineExceededError:
            try require(policy.deadlineBehavior == .interrupt, "a deadline needs a deadline")
        default:
            try require(false, "no other error")
        }
    }

    /// Returns whether an attempt ended when its time was over, or at that very moment.
    private func wasOverTime(_ attempt: Int) -> Bool {
        let (begin, end) = (begins[attempt - 1].time, ends[attempt - 1].time)
        if let timeout = policy.attemptTimeout, end - begin >= timeout { return true }
        return policy.deadlineBehavior == .interrupt && end >= policy.deadline ?? .seconds(3_600)
    }
}
