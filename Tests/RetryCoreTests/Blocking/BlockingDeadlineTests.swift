import RetryCore
import RetryTesting
import Testing

@Suite("The deadline of a blocking call", .timeLimit(.minutes(20)))
struct BlockingDeadlineTests {
    static let deadline = Duration.seconds(10)

    /// The times of attempts and ends of sleeps, since the call began.
    private struct Times: Sendable {
        var starts: [Duration] = []
        var wakeUps: [Duration] = []
    }

    /// Runs a call whose attempts fail, each after a time of its own.
    private func run(_ policy: RetryPolicy, attempts: [Duration], seed: UInt64) -> (
        times: Times, reason: RetryStopReason?
    ) {
        let clock = ManualClock()
        let times = Locked(Times())
        let recorder = RecordingRetryObserver()
        _ = try? retryBlocking(
            RetryPipeline(policy: policy)
                .observer(recorder.observer)
                .sleeper(
                    RetrySleeper { duration, _ in
                        clock.advance(by: duration)
                        times.withLock { $0.wakeUps.append(clock.now.offset) }
                    }
                )
                .clock(RetryClock(clock))
                .random(.seeded(seed))
        ) {
            let number = times.withLock { times in
                times.starts.append(clock.now.offset)
                return times.starts.count
            }
            clock.advance(by: attempts[(number - 1) % attempts.count])
            throw TransientError()
        }
        return (times.withLock { $0 }, recorder.stopReasons.last)
    }

    @Test(
        "is passed by no wait, and reached by an attempt's start only where that is the last one",
        arguments: 0..<100 as Range<UInt64>)
    func neverPassed(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let attempts = (0..<4).map { _ in Duration.milliseconds(Int.random(in: 0...2_000, using: &random)) }
        for behavior in [DeadlineBehavior.stop, .truncate] {
            let policy = RetryPolicy(
                maxAttempts: 100, backoff: .exponential(initial: .milliseconds(500)), deadline: Self.deadline,
                deadlineBehavior: behavior)
            let (times, reason) = run(policy, attempts: attempts, seed: seed)
            #expect(times.wakeUps.allSatisfy { $0 <= Self.deadline })
            #expect(times.starts.dropLast().allSatisfy { $0 < Self.deadline })
            if behavior == .stop { #expect(times.starts.allSatisfy { $0 < Self.deadline }) }
            #expect(reason == .deadlineExceeded || times.starts.count == 100)
        }
    }

    @Test("stops a call whose attempts take all the time, without a wait")
    func slowAttempt() {
        let policy = RetryPolicy(maxAttempts: 9, backoff: .constant(.seconds(1))).deadline(Self.deadline, .truncate)
        let (times, reason) = run(policy, attempts: [Self.deadline], seed: 0)
        #expect(times.starts == [.zero])
        #expect(times.wakeUps.isEmpty)
        #expect(reason == .deadlineExceeded)
    }

    @Test("gives the last attempt where waits are cut, at the deadline and not later")
    func lastAttempt() {
        let policy = RetryPolicy(maxAttempts: 9, backoff: .constant(.seconds(60))).deadline(Self.deadline, .truncate)
        let (times, reason) = run(policy, attempts: [.seconds(1)], seed: 0)
        #expect(times.starts == [.zero, Self.deadline])
        #expect(times.wakeUps == [Self.deadline])
        #expect(reason == .deadlineExceeded)
    }

    @Test("does not keep a call without waits from going round")
    func noWaits() {
        let policy = RetryPolicy(maxAttempts: 9, backoff: .none).deadline(Self.deadline)
        let (times, reason) = run(policy, attempts: [.seconds(4)], seed: 0)
        #expect(times.starts == [.zero, .seconds(4), .seconds(8)])
        #expect(times.wakeUps.isEmpty)
        #expect(reason == .deadlineExceeded)
    }
}
