import RetryCore
import RetryTesting
import Testing

/// A call that succeeds at once pays for nothing that only a failure needs.
@Suite("A success at the first try", .timeLimit(.minutes(20)))
struct FirstTryTests {
    private let clock = ScriptedClock()
    private let random = DrawCounter()
    private let asked = Locked<[String]>([])

    private var classifier: ErrorClassifier {
        ErrorClassifier { [asked] _ in
            asked.withLock { $0.append("classifier") }
            return nil
        }
    }

    private var condition: RetryCondition {
        .where { [asked] _ in
            asked.withLock { $0.append("condition") }
            return true
        }
    }

    private var sleeper: RetrySleeper {
        RetrySleeper { [asked] _, _ in asked.withLock { $0.append("sleeper") } }
    }

    /// Returns the number of readings of the clock while a call of this policy succeeds at once.
    private func readings(_ policy: RetryPolicy, observer: RetryObserver? = nil) throws -> Int {
        let clock = RetryClock(clock)
        let before = self.clock.readings
        let value = try retryBlocking(
            RetryPipeline(policy: policy)
                .classifier(classifier)
                .retryOn(condition)
                .observer(observer)
                .sleeper(sleeper)
                .cancellation(RetryCancellationToken())
                .clock(clock)
                .random(random.source)
                .onRetry(onRetry)
        ) { 42 }
        #expect(value == 42)
        return self.clock.readings - before
    }

    private func onRetry(_ notice: RetryNotice) {
        asked.withLock { $0.append("onRetry") }
    }

    @Test("reads no clock, draws nothing, calls no hook")
    func plain() throws {
        #expect(try readings(.api) == 0)
        #expect(random.draws == 0)
        #expect(asked.withLock(\.isEmpty))
    }

    @Test("reads the clock once where there is a deadline", arguments: [DeadlineBehavior.stop, .truncate])
    func deadline(_ behavior: DeadlineBehavior) throws {
        #expect(try readings(.api.deadline(.seconds(1), behavior)) == 1)
        #expect(random.draws == 0)
        #expect(asked.withLock(\.isEmpty))
    }

    @Test("calls only the observer, if there is one")
    func observed() throws {
        let recorder = RecordingRetryObserver()
        _ = try readings(.api, observer: recorder.observer)
        #expect(recorder.codes == ["attempt", "success"])
        #expect(random.draws == 0)
        #expect(asked.withLock(\.isEmpty))
    }

    @Test("does the same through an executor")
    func throughAnExecutor() throws {
        let executor = BlockingExecutor(
            .api
                .classifier(classifier)
                .retryOn(condition)
                .sleeper(sleeper)
                .clock(RetryClock(clock))
                .random(random.source))
        let before = clock.readings
        #expect(try executor.execute { 42 } == 42)
        #expect(try executor.execute { (attempt: RetryAttempt) in attempt.number } == 1)
        #expect(try executor.wrap { 42 }() == 42)
        #expect(clock.readings == before)
        #expect(random.draws == 0)
        #expect(asked.withLock(\.isEmpty))
    }

    @Test("without a deadline no failure reads the clock either, and each retry draws once")
    func failures() throws {
        let clock = RetryClock(clock)
        let before = self.clock.readings
        let script = FaultScript<Int>(.fail(TransientError()), .fail(TransientError()), .succeed(42))
        let value = try retryBlocking(.api.sleeper(sleeper).clock(clock).random(random.source)) {
            try script.callBlocking()
        }
        #expect(value == 42)
        #expect(self.clock.readings == before)
        #expect(random.draws == 2)
        #expect(asked.withLock { $0 } == ["sleeper", "sleeper"])
    }

    @Test("the classifier is asked once about each failure, the last one too")
    func oneQuestionAFailure() {
        let harness = BlockingHarness()
        _ = harness.run(["a", "b", "c"].map { TaggedError(.transient, $0) })
        #expect(harness.classified.withLock { $0 } == ["a", "b", "c"])
    }
}
