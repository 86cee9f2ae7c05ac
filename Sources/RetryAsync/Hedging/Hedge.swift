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
    discard: (@Sendable (consuming Value) -> Void)? = nil,
    operation: @escaping @Sendable (HedgedAttempt) async throws -> Value
) async throws -> Value {
    try await retry(pipeline) { (attempt: RetryAttempt) in
        guard let hedger else { return try await operation(HedgedAttempt(number: 1, attempt: attempt)) }
        return try await HedgedCall<Value>(hedger, pipeline, attempt, discard, operation).run()
    }
}

/// One group of attempts, which is one attempt of its call.
///
/// Unchecked, because the compiler cannot see who has which part: the caller has all but these, each attempt its own error
/// until it posts its failure, and the first success the value until it posts that.
private final class HedgedCall<Value: ~Copyable>: @unchecked Sendable {
    private let pipeline: RetryPipeline
    private let attempt: RetryAttempt
    private let policy: HedgePolicy
    private let discard: (@Sendable (consuming Value) -> Void)?
    private let operation: @Sendable (HedgedAttempt) async throws -> Value
    private let signal = HedgeSignal()
    private let clock: RetryClock
    private var call: HedgeCall
    private var value: Value?
    // Apart, because attempts that fail at the same time write them.
    private var error1, error2, error3, error4, error5: (any Error)?
    private var tickets: [(attempt: Int, tickets: HedgeTickets)] = []
    /// The result of the primary, if it has failed while others go on.
    private var primaryResult: AttemptResult?
    /// The time that the last sleeping task waits for, with a clock that can only sleep.
    private var sleepsUntil = Int64.max
    /// The time from which on a cancellation is that of the group's time limit.
    private var limit = Int64.max

    init(
        _ hedger: Hedger, _ pipeline: RetryPipeline, _ attempt: RetryAttempt,
        _ discard: (@Sendable (consuming Value) -> Void)?,
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
        let end = await withTaskCancellationHandler {
            await withDiscardingTaskGroup(returning: HedgeEnd.self) { group in
                let end = await decide(&group)
                group.cancelAll()
                return end
            }
        } onCancel: {
            signal.post(.cancelled)
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
            while call.machine.startCount > 0, let notice = signal.next() { step = report(notice) }
            switch step {
            case .start(let number):
                if number > 1, !isAdmitted(number) {
                    step = call.rejected(at: clock.nanoseconds)
                } else {
                    step = call.started(at: clock.nanoseconds)
                    start(number, &group)
                }
            case .wait(until: nil):
                await wait()
            case .wait(until: let time?):
                await wait(until: time, &group)
                step = call.timerFired(at: clock.nanoseconds)
            case .finish(let end): return end
            }
        }
    }

    /// Waits for the end of an attempt, or for a time.
    private nonisolated(nonsending) func wait(until time: Int64, _ group: inout DiscardingTaskGroup) async {
        if let timer = clock.timer, timer.arm(signal, at: time) {
            await wait()
            timer.disarm(signal)
            return
        }
        if sleepsUntil != time {
            sleepsUntil = time
            let left = time.saturatingAdd(-clock.nanoseconds)
            group.addTask { [clock, signal] in if await clock.sleep(left) == .over { signal.fire() } }
        }
        await wait()
    }

    private nonisolated(nonsending) func wait() async {
        await withUnsafeContinuation { signal.suspend($0) }
        signal.goesOn()
    }

    private func isAdmitted(_ number: Int) -> Bool {
        guard let guards = pipeline.guards else { return true }
        var hedge = HedgeTickets(guards)
        guard hedge.admit() else { return false }
        tickets.append((number, hedge))
        return true
    }

    private func start(_ number: Int, _ group: inout DiscardingTaskGroup) {
        if #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) {
            group.addImmediateTask { await self.perform(number) }
        } else {
            group.addTask {
                // It begins later, and may be cancelled by then.
                if number > 1, Task.isCancelled { return self.failed(number, CancellationError()) }
                await self.perform(number)
            }
        }
    }

    private nonisolated(nonsending) func perform(_ number: Int) async {
        do {
            let value = try await operation(HedgedAttempt(number: number, attempt: attempt))
            guard signal.claimsVictory() else {
                if let discard { discard(value) }
                return
            }
            self.value = consume value
            signal.post(.succeeded(number))
        } catch {
            failed(number, error)
        }
    }

    private func failed(_ number: Int, _ error: any Error) {
        switch number {
        case 1: error1 = error
        case 2: error2 = error
        case 3: error3 = error
        case 4: error4 = error
        default: error5 = error
        }
        signal.post(.failed(number))
    }

    private func report(_ notice: HedgeSignal.Notice) -> HedgeStep {
        let now = clock.nanoseconds
        switch notice {
        case .succeeded(let number):
            return call.succeeded(number, at: now)
        case .cancelled:
            return now >= limit ? call.timedOut(at: now) : call.cancelled(at: now)
        case .failed(let number):
            guard call.machine.end == nil, let error = error(of: number) else {
                return call.failed(number, .fatal, at: now)
            }
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
        let failed: Int
        switch end {
        case .success, .cancelled:
            if let value = value.take() { return value }
            failed = 1
        case .fatal(let number): failed = number
        case .allFailed: failed = 1
        }
        if let value = value.take(), let discard { discard(value) }
        throw error(of: failed) ?? CancellationError()
    }

    private func error(of number: Int) -> (any Error)? {
        switch number {
        case 1: error1
        case 2: error2
        case 3: error3
        case 4: error4
        default: error5
        }
    }
}
