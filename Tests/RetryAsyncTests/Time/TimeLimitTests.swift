import Foundation
import RetryAsync
import RetryCore
import RetryTesting
import Testing

/// Limits on the timer of the process.
///
/// No test measures time: where a limit needed more than the timer, it would hang.
@Suite("Time limits by the system's clock", .timeLimit(.minutes(20)))
struct TimeLimitTests {
    /// Nothing moves it.
    private let stillClock = ManualClock()
    private let policy = RetryPolicy.once.attemptTimeout(.milliseconds(1))

    /// Waits until the task is cancelled, and calls `onCancel` then.
    private nonisolated(nonsending) func hang(onCancel: @Sendable () -> Void = {}) async throws {
        try await withTaskCancellationHandler {
            try await stillClock.sleep(for: .seconds(1))
        } onCancel: {
            onCancel()
        }
    }

    /// A job keeps the actor of the caller busy until the attempt was cancelled.
    @Test @MainActor func aBusyActorDoesNotDelayTheLimit() async {
        let flag = RetryCancellationToken()
        let job = Task { @MainActor in while !flag.isCancelled {} }
        await #expect(throws: AttemptTimeoutError(timeout: .milliseconds(1))) {
            try await retry(policy: policy) { try await hang { flag.cancel() } }
        }
        await job.value
    }

    /// Jobs keep every thread of the tasks busy until the attempt was cancelled.
    @Test func busyThreadsDoNotDelayTheLimit() async {
        let flag = RetryCancellationToken()
        let jobs = Log<Task<Void, Never>>()
        await #expect(throws: AttemptTimeoutError(timeout: .milliseconds(1))) {
            try await retry(policy: policy) {
                for _ in 0..<ProcessInfo.processInfo.activeProcessorCount {
                    jobs.add(Task.detached { while !flag.isCancelled {} })
                }
                try await hang { flag.cancel() }
            }
        }
        for job in jobs.events { await job.value }
    }

    @Test func anAttemptThatNeverSuspendsIsCancelled() async {
        await #expect(throws: AttemptTimeoutError(timeout: .milliseconds(1))) {
            try await retry(policy: policy) {
                while !Task.isCancelled {}
                try Task.checkCancellation()
            }
        }
    }

    @Test func aValueThatComesLateCounts() async throws {
        let value = try await retry(policy: policy) {
            while !Task.isCancelled {}
            return 42
        }
        #expect(value == 42)
    }

    private actor Inline {
        private let executor = InlineExecutor()
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        func call(_ policy: RetryPolicy, _ stillClock: ManualClock) async throws {
            try await retry(policy: policy) {
                assertIsolated()
                try await stillClock.sleep(for: .seconds(1))
            }
        }
    }

    /// The cancellation may end the attempt on the timer's own thread, while it fires.
    @Test func anExecutorThatRunsJobsAtOnce() async {
        await #expect(throws: AttemptTimeoutError(timeout: .milliseconds(1))) {
            try await Inline().call(policy, stillClock)
        }
    }

    @Test func aMillionCallsLeaveNothingBehind() async throws {
        let manual = ManualTimer(ManualClock())
        let call = RetryPipeline(policy: .immediate(2).attemptTimeout(.seconds(3_600))).clock(manual.clock)
        for number in 0..<1_000_000 {
            let value = try await retry(call) {
                await Task.yield()
                return number
            }
            #expect(value == number)
        }
        #expect(manual.timer.armedCount == 0 && manual.timer.capacity <= 2_048)
    }

    @Test func theCancellationOfTheCallerIsNotTheLimit() async {
        let manual = ManualTimer(ManualClock())
        let task = Task {
            try await retry(RetryPipeline(policy: .once.attemptTimeout(.seconds(3_600))).clock(manual.clock)) {
                cancelThisTask()
                try await hang()
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(manual.timer.armedCount == 0)
    }

    /// Attempts end, time out and are cancelled at the same time, on all threads.
    @Test func endsAgainstLimits() async {
        let counts = await withTaskGroup(of: (values: Int, limits: Int, others: Int).self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var counts = (values: 0, limits: 0, others: 0)
                    for round in 0..<500 {
                        let limit = Duration.nanoseconds(round % 4 * 5_000 + 1)
                        do {
                            try await retry(policy: .once.attemptTimeout(limit)) {
                                for _ in 0..<round % 7 { await Task.yield() }
                                try Task.checkCancellation()
                            }
                            counts.values += 1
                        } catch is AttemptTimeoutError {
                            counts.limits += 1
                        } catch {
                            counts.others += 1
                        }
                    }
                    return counts
                }
            }
            return await group.reduce(into: (values: 0, limits: 0, others: 0)) { all, one in
                all = (all.values + one.values, all.limits + one.limits, all.others + one.others)
            }
        }
        #expect(counts.values + counts.limits == 4_000)
        #expect(counts.limits > 0 && counts.others == 0)
    }
}
