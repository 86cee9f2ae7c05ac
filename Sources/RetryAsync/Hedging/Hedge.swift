import RetryCore

/// One of the attempts of a hedged call.
public struct HedgedAttempt: Sendable, Hashable {
    /// The number of the attempt among those of its group, from 1; the first one is the primary.
    public let number: Int
    /// The attempt of the call that the group is, with the time that is left.
    public let attempt: RetryAttempt

    /// A Boolean value that indicates whether this is a second attempt beside another one.
    public var isHedge: Bool { number > 1 }
}

/// Runs an operation, and runs it again beside the first one where that is slow; the first value wins.
///
/// ```swift
/// let search = Hedger(HedgePolicy(.quantile(0.95)), named: "search")     // once for each dependency
///
/// let hits = try await hedge(search) { _ in try await client.search(words) }
/// ```
///
/// The operation runs several times at once: it must be safe to repeat, and is `@Sendable`. It does not run on the
/// caller's actor, even if it mentions `self`. Attempts that lose are cancelled and awaited: none of them runs any more
/// when this function returns. What they do counts for nothing.
///
/// For an effect that must not happen twice, hedge only if the receiver deduplicates it by a key.
///
/// - Parameters:
///   - hedger: The shared state of the calls of a dependency: policy, latency quantile, budget and counts; `nil` for calls
///     without hedges.
///   - pipeline: The settings of the call. A group of attempts is one attempt of its policy: retries, classes, backoff,
///     attempt timeout. Each hedge asks the guards anew, and withdraws from the budget as a retry does.
///   - discard: Is called with the value of an attempt that succeeded after another one, such as a connection to close.
///   - operation: The operation.
/// - Returns: The value of the first attempt that succeeds.
/// - Throws: The error of a failure that is never retried, else that of the first attempt, the primary, if all have
///   failed. `CancellationError` if the call was cancelled.
public nonisolated(nonsending) func hedge<Value: ~Copyable>(
    _ hedger: Hedger?, through pipeline: RetryPipeline = .once,
    discard: @escaping @Sendable (consuming Value) -> Void = { _ in },
    operation: @escaping @Sendable (HedgedAttempt) async throws -> Value
) async throws -> Value {
    guard let hedger else {
        return try await retry(pipeline) { (attempt: RetryAttempt) in
            try await operation(HedgedAttempt(number: 1, attempt: attempt))
        }
    }
    // Chaos is within each attempt of the group, and not around the group.
    return try await retry(pipeline.chaos(nil)) { (attempt: RetryAttempt) in
        try await HedgedCall<Value>(hedger, pipeline, attempt, discard, operation).run()
    }
}

/// One group of attempts, which is one attempt of its call.
private final class HedgedCall<Value: ~Copyable> {
    private let pipeline: RetryPipeline
    private let attempt: RetryAttempt
    private let policy: HedgePolicy
    private let discard: @Sendable (consuming Value) -> Void
    private let operation: @Sendable (HedgedAttempt) async throws -> Value
    private let mailbox = HedgeMailbox<Value>()
    private let clock: RetryClock
    private var call: HedgeCall
    private var errors: [(attempt: Int, error: any Error)] = []
    private var tickets: [(attempt: Int, tickets: HedgeTickets)] = []
    /// The result of the primary, if it has failed while others go on.
    private var primaryResult: AttemptResult?
    /// The time that the last sleeping task waits for, with a clock that can only sleep.
    private var sleepsUntil = Int64.max
    /// The time from which on a cancellation is that of the group's time limit.
    private var limit = Int64.max

    init(
        _ hedger: Hedger, _ pipeline: RetryPipeline, _ attempt: RetryAttempt,
        _ discard: @escaping @Sendable (consuming Value) -> Void,
        _ operation: @escaping @Sendable (HedgedAttempt) async throws -> Value
    ) {
        self.pipeline = pipeline
        self.attempt = attempt
        self.discard = discard
        self.operation = operation
        policy = hedger.policy
        clock = pipeline.setup.clock
        call = HedgeCall(hedger, budget: pipeline.budget)
    }

    /// Runs the attempts until the call has ended, and all of them have.
    nonisolated(nonsending) func run() async throws -> Value {
        let mailbox = mailbox
        let end = await withTaskCancellationHandler {
            await withDiscardingTaskGroup(returning: HedgeEnd.self) { group in
                let end = await decide(&group)
                group.cancelAll()
                return end
            }
        } onCancel: {
            mailbox.post(.callerCancelled)
        }
        return try result(end)
    }

    /// Reports what happens to the call, and does what it asks for.
    private nonisolated(nonsending) func decide(_ group: inout DiscardingTaskGroup) async -> HedgeEnd {
        let now = clock.nanoseconds
        let remaining = attempt.remaining?.saturatedNanoseconds ?? .max
        var step = call.begins(at: now, deadline: now.saturatingAdd(remaining))
        // The limit was armed before this, so a cancellation by it comes a little before the deadline that is seen here.
        limit = now.saturatingAdd(remaining - remaining / 64)
        while true {
            // The primary starts even in a cancelled task, as any first attempt does.
            while call.machine.startCount > 0, let notice = mailbox.next() { step = report(notice) }
            switch step {
            case .start(let number):
                if number > 1, !isAdmitted(number) {
                    step = call.rejected(at: clock.nanoseconds)
                } else {
                    step = call.started(at: clock.nanoseconds)
                    start(number, &group)
                }
            case .wait(until: nil):
                await mailbox.wait()
            case .wait(until: let time?):
                await wait(until: time, &group)
                step = call.timerFired(at: clock.nanoseconds)
            case .finish(let end): return end
            }
        }
    }

    /// Waits for the end of an attempt, or for a time.
    private nonisolated(nonsending) func wait(until time: Int64, _ group: inout DiscardingTaskGroup) async {
        let mailbox = mailbox
        let entry = TimedAction { mailbox.wake() }
        if let timer = clock.timer, timer.arm(entry, at: time) {
            await mailbox.wait()
            timer.end(entry) { _ in }
            return
        }
        if sleepsUntil != time {
            sleepsUntil = time
            let left = time.saturatingAdd(-clock.nanoseconds)
            group.addTask { [clock] in if await clock.sleep(left) == .over { mailbox.wake() } }
        }
        await mailbox.wait()
    }

    private func isAdmitted(_ number: Int) -> Bool {
        var hedge = HedgeTickets(pipeline.guards)
        guard hedge.admit() else { return false }
        tickets.append((number, hedge))
        return true
    }

    private func start(_ number: Int, _ group: inout DiscardingTaskGroup) {
        let attempt = HedgedAttempt(number: number, attempt: attempt)
        let (mailbox, operation, discard) = (mailbox, operation, discard)
        let (chaos, name, clock) = (pipeline.setup.chaos, pipeline.name, clock)
        let body: @Sendable () async -> Void = {
            do {
                let value =
                    if let chaos { try await chaos.call(name, clock: clock) { try await operation(attempt) } } else {
                        try await operation(attempt)
                    }
                if let late = mailbox.succeeded(number, value) { discard(late) }
            } catch {
                mailbox.post(.failed(number, error))
            }
        }
        if #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) {
            group.addImmediateTask { await body() }
        } else {
            group.addTask {
                // It begins later, and may be cancelled by then.
                if number > 1, Task.isCancelled { return mailbox.post(.failed(number, CancellationError())) }
                await body()
            }
        }
    }

    private func report(_ notice: HedgeMailbox<Value>.Notice) -> HedgeStep {
        let now = clock.nanoseconds
        switch notice {
        case .succeeded(let number):
            return call.succeeded(number, at: now)
        case .callerCancelled:
            return now >= limit ? call.timedOut(at: now) : call.cancelled(at: now)
        case .failed(let number, let error):
            errors.append((number, error))
            if call.machine.end != nil { return call.failed(number, .fatal, at: now) }
            let evidence = pipeline.setup.evidence(of: error)
            let failure = evidence.isCancellation ? .fatal : policy.failure(of: evidence.classification)
            let step = call.failed(number, failure, isTimeLimit: evidence.cutOff != nil, at: now)
            if failure != .fatal { finish(number, AttemptResult(evidence)) }
            return step
        }
    }

    /// Records the failure of an attempt; that of the primary where its ticket is free.
    private func finish(_ number: Int, _ result: AttemptResult) {
        if number == 1 { primaryResult = result }
        guard let index = tickets.firstIndex(where: { $0.attempt == number }) else { return }
        tickets[index].tickets.finish(result)
        tickets.remove(at: index)
    }

    /// Records the attempts that have not failed: losers count for nothing.
    ///
    /// The call that the group is part of has the primary's ticket, and records the end of the group with it. If a hedge
    /// has made that end, its own ticket records the result of the primary in turn.
    private func finishOthers(_ end: HedgeEnd) {
        var result = end == .allFailed ? nil : primaryResult
        for index in tickets.indices { tickets[index].tickets.finish(result.take() ?? .neutral) }
        tickets.removeAll()
    }

    /// The value or the error that the call ends with.
    private func result(_ end: HedgeEnd) throws -> Value {
        finishOthers(end)
        while let notice = mailbox.next() {
            if case .failed(let number, let error) = notice { errors.append((number, error)) }
        }
        let value = mailbox.takeValue()
        switch end {
        case .success, .cancelled:
            if let value { return value }
            throw error(of: 1) ?? CancellationError()
        case .fatal(let number):
            if let value { discard(value) }
            throw error(of: number) ?? CancellationError()
        case .allFailed:
            if let value { discard(value) }
            throw error(of: 1) ?? CancellationError()
        }
    }

    private func error(of number: Int) -> (any Error)? { errors.first { $0.attempt == number }?.error }
}
