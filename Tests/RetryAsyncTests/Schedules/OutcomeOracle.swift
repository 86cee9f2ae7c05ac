import RetryAsync

/// The invariants of the events and the outcome of every call.
struct OutcomeOracle {
    let call: CallOracle
    let outcome: RetryOutcome<Int>

    private var policy: RetryPolicy { call.policy }
    private var longest: Duration { call.scenario.plan.worstCaseDuration }

    private let events: [(event: RetryEvent, isCancelled: Bool, time: Duration)]

    init(call: CallOracle, outcome: RetryOutcome<Int>) {
        self.call = call
        self.outcome = outcome
        events = call.entries.compactMap { entry in
            if case .told(let event, let isCancelled) = entry.happening {
                (event, isCancelled, entry.time)
            } else {
                nil
            }
        }
    }

    func check() throws {
        try checkEvents()
        try checkCancellation()
        try checkWaits()
        try checkTimeline()
        try checkReason()
    }

    private func checkEvents() throws {
        let told = events.map(\.event)
        try call.require(told.map(\.number) == Array(1...max(1, told.count)), "events are numbered without gaps")
        try call.require(told.filter { $0.stopReason != nil }.count == 1, "exactly one event is terminal")
        try call.require(told.last?.stopReason == outcome.stopReason, "the terminal event comes last, with the reason")
        try call.require(
            told.filter { $0.kind == .attempt }.map(\.attempt) == call.begins.map(\.attempt), "attempts are told")
        // attempt, retry, attempt, retry, …: only the last retry may be without its attempt.
        for (index, event) in told.dropLast().enumerated() {
            let isRight = event.kind == (index.isMultiple(of: 2) ? .attempt : .retry)
            try call.require(isRight, "attempts and retries alternate")
        }
    }

    private func checkCancellation() throws {
        guard let last = events.last else { return }
        if last.isCancelled {
            let isRight = outcome.stopReason == .cancelled || outcome.stopReason == .succeeded
            try call.require(isRight, "a cancelled call ends with a value or as cancelled")
        }
        let cancelled = call.entries.indices.contains(call.cancellation) ? call.entries[call.cancellation].time : nil
        if let cancelled, call.isObedient {
            try call.require(last.time <= cancelled, "a cancelled call ends at once")
        }
    }

    private func checkWaits() throws {
        var waited = Duration.zero
        for ((event, _, time), next) in zip(events, events.dropFirst()) where event.kind == .retry {
            waited += next.time - time
            let isRight = next.event.kind != .attempt || next.time == time + event.delay
            try call.require(isRight, "an attempt starts when the wait is over, and not sooner")
        }
        try call.require(waited <= longest, "the waits keep to the declared bound")
        if policy.attemptTimeout != nil, call.isObedient {
            try call.require(outcome.elapsed <= longest, "the call keeps to the declared bound")
        }
    }

    private func checkTimeline() throws {
        let attempts = call.begins.map(\.attempt)
        try call.require(outcome.timeline.map(\.attempt) == attempts, "the timeline has every attempt")
        try call.require(outcome.attempts == call.begins.count, "the outcome counts the attempts")
        for ((record, begin), end) in zip(zip(outcome.timeline, call.begins), call.ends) {
            switch record.error {
            case nil:
                try call.require(end.error == nil, "an attempt without an error returned a value")
            case let fault as Fault:
                try call.require(fault == end.error as? Fault, "an error is the one that was thrown")
            case is AttemptTimeoutError:
                try call.require(end.error != nil, "a value counts, whenever it comes")
                let isRight = end.time - begin.time >= policy.attemptTimeout ?? .seconds(3_600)
                try call.require(isRight, "no timeout comes too soon")
            case is DeadlineExceededError:
                try call.require(end.error != nil, "a value counts, whenever it comes")
                try call.require(end.time >= policy.deadline ?? .seconds(3_600), "no deadline comes too soon")
            default:
                try call.require(end.error is CancellationError, "no other error")
            }
        }
    }

    private func checkReason() throws {
        switch outcome.stopReason {
        case .succeeded: try call.require(outcome.error == nil, "a success has a value")
        case .cancelled: try call.require(outcome.error is CancellationError, "a cancelled call says so")
        case .attemptsExhausted:
            try call.require(outcome.attempts == policy.maxAttempts, "the attempts are used up")
            try checkError()
        case .deadlineExceeded:
            try call.require(policy.deadline != nil, "a deadline needs a deadline")
            try checkError()
        default: try call.require(false, "no other reason")
        }
    }

    /// The operation's own last error, else the library's.
    private func checkError() throws {
        let errors = outcome.timeline.compactMap(\.error)
        let expected = errors.last { $0 is Fault } ?? errors.last
        let isRight =
            if let fault = expected as? Fault {
                fault == outcome.error as? Fault
            } else {
                expected.map { type(of: $0) } == outcome.error.map { type(of: $0) }
            }
        try call.require(isRight, "the operation's own last error is thrown")
    }
}
