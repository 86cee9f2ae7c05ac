import RetryCore
import RetryTesting
import Testing

@Suite("Metrics on many threads", .timeLimit(.minutes(20)))
struct MetricsStressTests {
    private static let threads = 8
    private static let rounds = 250

    /// One call of each kind: a success at once, one after two retries, a permanent failure, an exhausted one.
    private static func runFour(_ observer: RetryObserver) {
        let strange = [StrangeError(), StrangeError(), StrangeError()]
        for errors in [[], [TransientError(), TransientError()], [PermanentError()], strange] as [[any Error]] {
            let script = FaultScript<Int>(steps: errors.map { .fail($0) } + [.succeed(1)], clock: nil)
            _ = try? retryBlocking(
                RetryPipeline(policy: RetryPolicy(maxAttempts: 3, backoff: .none)).observer(observer)
            ) {
                try script.callBlocking()
            }
        }
    }

    @Test("lose nothing and count nothing twice")
    func exact() {
        let metrics = RetryMetrics()
        let workers = (0..<Self.threads).map { _ in
            TestThread {
                for _ in 0..<Self.rounds { Self.runFour(metrics.observer) }
                return true
            }
        }
        // A reader at the same time: what it sees only grows.
        var seen = 0
        for _ in 0..<Self.rounds {
            let counts = metrics.snapshot()
            #expect(counts.calls >= seen && counts.calls <= 4 * Self.threads * Self.rounds)
            seen = counts.calls
        }
        #expect(workers.map { $0.join() } == Array(repeating: true, count: Self.threads))
        let each = Self.threads * Self.rounds
        let counts = metrics.snapshot()
        #expect(counts.calls == 4 * each)
        #expect(counts.attemptsMade == 8 * each && counts.attempts.count == 4 * each)
        #expect(counts.durations.count == 4 * each)
        #expect(counts.retries == 4 * each)
        #expect(
            counts.ends == [
                "success": 2 * each, "permanent_fail": each, "max_unknown_attempts_exceeded": each,
            ])
        #expect(counts.failures == [.transient: 2 * each, .permanent: each, .unknown: 3 * each])
    }

    @Test("see each call's events in order, whatever other threads do")
    func order() {
        let recorders = (0..<Self.threads).map { _ in RecordingRetryObserver() }
        let metrics = RetryMetrics()
        let workers = recorders.map { recorder in
            TestThread {
                for _ in 0..<20 { Self.runFour([recorder.observer, metrics.observer]) }
                return true
            }
        }
        #expect(workers.map { $0.join() } == Array(repeating: true, count: Self.threads))
        let round = [1, 2] + Array(1...6) + [1, 2] + Array(1...6)
        for recorder in recorders {
            #expect(recorder.events.map(\.number) == Array(repeating: round, count: 20).flatMap(\.self))
        }
    }
}
