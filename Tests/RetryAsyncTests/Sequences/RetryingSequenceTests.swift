import RetryAsync
import RetryTesting
import Testing

@Suite("Sequences that are made again", .timeLimit(.minutes(20)))
struct RetryingSequenceTests {
    private let clock = ManualClock(autoAdvance: true)
    private let recorder = RecordingRetryObserver()
    private let makes = Locked(0)
    private let policy = RetryPolicy(maxAttempts: 3, backoff: .constant(.seconds(1)))

    /// A sequence whose sources are made one after the other; the last one is made again and again.
    private func sequence(
        _ sources: [Result<Source, any Error>], policy: RetryPolicy? = nil
    ) -> RetryingSequence<Source, Never> {
        RetryingSequence(
            RetryPipeline(policy: policy ?? self.policy)
                .named("op")
                .observer(recorder.observer)
                .clock(RetryClock(clock))
        ) { [makes] in
            let index = makes.withLock { count in
                count += 1
                return min(count, sources.count) - 1
            }
            return try sources[index].get()
        }
    }

    private var codes: [String] { recorder.events.map(\.code) }

    @Test func aSequenceThatWorksIsPassedOn() async {
        let (elements, error) = await sequence([.success(.numbers(1...5))]).collected()
        #expect(elements == [1, 2, 3, 4, 5] && error == nil)
        #expect(makes.withLock { $0 } == 1)
        #expect(codes == ["attempt", "success"])
    }

    @Test func anEmptySequenceIsASuccess() async {
        let (elements, error) = await sequence([.success(.numbers([]))]).collected()
        #expect(elements == [] && error == nil && codes == ["attempt", "success"])
    }

    @Test func aFailureBeforeTheFirstElementIsRetried() async {
        let (elements, error) = await sequence([
            .failure(TransientError()), .success(.numbers([], then: TransientError())), .success(.numbers([7, 8])),
        ]).collected()
        #expect(elements == [7, 8] && error == nil)
        #expect(makes.withLock { $0 } == 3)
        #expect(clock.sleeps == [.seconds(1), .seconds(1)])
        #expect(codes == ["attempt", "retry", "attempt", "retry", "attempt", "success"])
    }

    @Test func aFailureAfterTheFirstElementIsNot() async {
        let (elements, error) = await sequence([.success(.numbers([1, 2], then: TransientError("cut")))]).collected()
        #expect(elements == [1, 2])
        #expect(error as? TransientError == TransientError("cut"))
        #expect(makes.withLock { $0 } == 1)
        #expect(codes == ["attempt", "not_resumable"])
        #expect(recorder.events.last?.errorClass == .transient)
        #expect(recorder.events.last?.errorType == "TransientError")
    }

    @Test func notEvenWherePermanentFailuresAreRetried() async {
        let eager = policy.retries(nil, for: .permanent)
        let (elements, error) = await sequence(
            [.success(.numbers([1], then: TransientError()))], policy: eager
        ).collected()
        #expect(elements == [1] && error is TransientError && makes.withLock { $0 } == 1)
        #expect(recorder.events.count { $0.stopReason != nil } == 1)
    }

    @Test func attemptsAreBounded() async {
        let (elements, error) = await sequence([.failure(TransientError())]).collected()
        #expect(elements == [] && error is TransientError)
        #expect(makes.withLock { $0 } == 3)
        #expect(codes.last == "max_attempts_exceeded" && clock.sleeps.count == 2)
    }

    @Test func aPermanentFailureIsNotRetried() async {
        let (_, error) = await sequence([.failure(PermanentError())]).collected()
        #expect(error is PermanentError && makes.withLock { $0 } == 1)
        #expect(codes == ["attempt", "permanent_fail"])
    }

    @Test func anEndStaysAnEnd() async throws {
        for source in [Source.numbers([1]), .numbers([1], then: PermanentError())] {
            var iterator = sequence([.success(source)]).makeAsyncIterator()
            _ = try await iterator.next()
            _ = try? await iterator.next()
            let count = recorder.events.count
            #expect(try await iterator.next() == nil)
            #expect(try await iterator.next() == nil)
            #expect(recorder.events.count == count)
        }
    }

    @Test func aConditionNarrowsAsElsewhere() async {
        let calls = Locked(0)
        let sequence = RetryingSequence(
            RetryPipeline(policy: policy).retryOn([RateLimitError.self]).clock(RetryClock(clock))
        ) {
            () async throws -> Source in
            calls.withLock { $0 += 1 }
            throw TransientError()
        }
        #expect(await sequence.collected().error is TransientError)
        #expect(calls.withLock { $0 } == 1)
    }

    // MARK: Pace

    @Test func theSourceIsAskedWhenTheConsumerAsks() async throws {
        let asked = Locked(0)
        let source = Source(steps: (1...5).map { .element($0) }, asked: { _ in asked.withLock { $0 += 1 } })
        var iterator = sequence([.success(source)]).makeAsyncIterator()
        #expect(makes.withLock { $0 } == 0)
        for count in 1...5 {
            #expect(try await iterator.next() == count)
            #expect(asked.withLock { $0 } == count)
        }
    }

    @Test func eachIterationIsACallOfItsOwn() async {
        let sequence = sequence([.success(.numbers([1, 2]))])
        #expect(await sequence.collected().elements == [1, 2])
        #expect(await sequence.collected().elements == [1, 2])
        #expect(codes == ["attempt", "success", "attempt", "success"])
    }

    @Test func aConsumerThatLeavesEndsTheCall() async throws {
        for try await _ in sequence([.success(.numbers(1...5))]) { break }
        #expect(codes == ["attempt", "success"])
        do {
            var iterator = sequence([.success(.numbers([]))]).makeAsyncIterator()
            _ = try await iterator.next()
        }
        #expect(recorder.events.count { $0.stopReason != nil } == 2)
    }

    @MainActor
    @Test func theSourceIsAskedOnTheConsumersActor() async throws {
        let isMain = Locked<[Bool]>([])
        let source = Source(
            steps: [.element(1)], asked: { actor in isMain.withLock { $0.append(actor === MainActor.shared) } })
        var iterator = sequence([.failure(TransientError()), .success(source)]).makeAsyncIterator()
        #expect(try await iterator.next(isolation: MainActor.shared) == 1)
        #expect(isMain.withLock { $0 } == [true])
    }

    // MARK: Cancellation

    @Test func aCancelledWaitEndsAtOnce() async throws {
        let clock = ManualClock()
        let sequence = RetryingSequence(
            RetryPipeline(policy: policy).observer(recorder.observer).clock(RetryClock(clock))
        ) {
            () async throws -> Source in
            throw TransientError()
        }
        let consumer = Task { await sequence.collected().error }
        await clock.waitForSleepers(1)
        consumer.cancel()
        #expect(await consumer.value is CancellationError)
        #expect(codes == ["attempt", "retry", "cancelled"])
    }

    @Test func aCancellationOfTheSourceIsNotRetried() async {
        let (_, error) = await sequence([.failure(CancellationError())]).collected()
        #expect(error is CancellationError && makes.withLock { $0 } == 1 && codes == ["attempt", "cancelled"])
    }

    // MARK: What cannot be kept

    @Test(arguments: [
        RetryPolicy.api.attemptTimeout(.seconds(1)), .api.deadline(.seconds(1), .interrupt),
        .api.guarantee(.exactlyOnce),
    ])
    func whatASequenceCannotKeepIsRefused(policy: RetryPolicy) async {
        let (elements, error) = await sequence([.success(.numbers([1]))], policy: policy).collected()
        #expect(elements == [] && error is InvalidPolicyError && makes.withLock { $0 } == 0)
    }
}
