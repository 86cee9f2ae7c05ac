import RetryAsync
import RetryTesting
import Testing

@Suite("Sequences that are resumed", .timeLimit(.minutes(20)))
struct ResumingSequenceTests {
    private let clock = ManualClock(autoAdvance: true)
    private let recorder = RecordingRetryObserver()
    private let policy = RetryPolicy(maxAttempts: 3, backoff: .constant(.seconds(1)))

    /// The numbers from 1 to `count`, cut after each of `cuts` once: the source goes on behind the place it is given.
    private func numbers(
        _ count: Int, cuts: [Int], policy: RetryPolicy? = nil, restarts: Bool = false,
        position: @escaping @Sendable (Int, Int?) -> Int? = { element, _ in element }
    ) -> RetryingSequence<Source, Int> {
        let left = Locked(cuts)
        return RetryingSequence(
            RetryPipeline(policy: policy ?? self.policy).observer(recorder.observer).clock(RetryClock(clock)),
            position: position, restartsAttempts: restarts
        ) { place in
            let first = (place ?? 0) + 1
            let cut = left.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            guard let cut else { return .numbers(stride(from: first, through: count, by: 1)) }
            return .numbers(stride(from: first, through: cut, by: 1), then: TransientError("cut"))
        }
    }

    private var codes: [String] { recorder.events.map(\.code) }

    /// Every set of places where a sequence of five can be cut.
    @Test(arguments: 0..<64)
    func noElementIsRepeatedOrLeftOut(pattern: Int) async {
        let cuts = (0..<6).filter { pattern & 1 << $0 != 0 }
        let (elements, error) = await numbers(5, cuts: cuts, policy: policy.maxAttempts(8)).collected()
        #expect(elements == [1, 2, 3, 4, 5] && error == nil)
        #expect(codes.count { $0 == "retry" } == cuts.count)
        #expect(codes.last == "success" && codes.count { $0 == "success" } == 1)
    }

    @Test func anOffsetIsSummedUp() async {
        let offsets = Locked<[Int?]>([])
        let sequence = RetryingSequence(
            RetryPipeline(policy: policy).clock(RetryClock(clock)),
            position: { (chunk: Int, offset: Int?) in (offset ?? 0) + chunk },
            make: { offset in
                let count = offsets.withLock { offsets in
                    offsets.append(offset)
                    return offsets.count
                }
                return count == 1 ? Source.numbers([10, 20], then: TransientError()) : .numbers([5])
            })
        #expect(await sequence.collected().elements == [10, 20, 5])
        #expect(offsets.withLock { $0 } == [nil, 30])
    }

    @Test func progressDoesNotRestartTheAttemptsUnlessAsked() async {
        let (elements, error) = await numbers(9, cuts: [1, 2, 3, 4, 5]).collected()
        #expect(elements == [1, 2, 3] && error as? TransientError == TransientError("cut"))
        #expect(codes.last == "max_attempts_exceeded")
    }

    @Test func progressRestartsTheAttemptsWhereAsked() async {
        let (elements, error) = await numbers(9, cuts: [1, 2, 3, 4, 5], restarts: true).collected()
        #expect(elements == Array(1...9) && error == nil)
        // Each call that got further has ended as a success, and the next one began with its failure.
        #expect(codes.count { $0 == "success" } == 6)
        #expect(recorder.events.filter { $0.kind == .retry }.map(\.attempt) == [1, 1, 1, 1, 1])
    }

    @Test func withoutProgressTheAttemptsAreUsedUp() async {
        let (elements, error) = await numbers(9, cuts: [2, 2, 2, 2, 2], restarts: true).collected()
        #expect(elements == [1, 2] && error is TransientError)
        #expect(codes.filter { $0 == "retry" }.count == 2 && codes.last == "max_attempts_exceeded")
    }

    @Test func aSourceThatDeliversLittleAndFailsIsAskedEverLessOften() async {
        let growing = RetryPolicy(
            maxAttempts: 3, backoff: .exponential(initial: .milliseconds(100), cap: .seconds(60), jitter: .none))
        let (elements, error) = await numbers(20, cuts: Array(1...9), policy: growing, restarts: true).collected()
        #expect(elements == Array(1...20) && error == nil)
        #expect(clock.sleeps == (0..<9).map { .milliseconds(100 << $0) })
    }

    @Test func theWaitsStartAgainOnceTheSourceWasWellForAWhile() async throws {
        let growing = RetryPolicy(
            maxAttempts: 3, backoff: .exponential(initial: .seconds(1), cap: .seconds(60), jitter: .none))
        var iterator = numbers(9, cuts: [1, 2, 4, 5], policy: growing, restarts: true).makeAsyncIterator()
        for number in 1...5 {
            #expect(try await iterator.next() == number)
            // The third source delivers for twenty seconds, ten times the wait before it.
            if number == 3 { clock.advance(by: .seconds(20)) }
        }
        #expect(clock.sleeps == [.seconds(1), .seconds(2), .seconds(1)])
    }

    @Test func aPlaceThatStandsStillIsNoProgress() async {
        let makes = Locked(0)
        let stuck = RetryingSequence(
            RetryPipeline(policy: policy).clock(RetryClock(clock)), position: { (_: Int, _: Int?) -> Int? in 7 },
            restartsAttempts: true,
            make: { _ in
                makes.withLock { $0 += 1 }
                return Source.numbers([1], then: TransientError("cut"))
            })
        let (elements, error) = await stuck.collected()
        #expect(error is TransientError)
        #expect(elements == [1, 1, 1] && makes.withLock { $0 } == 3)
    }

    @Test func theConsumersTimeDoesNotCountTowardsTheDeadline() async throws {
        let bounded = policy.deadline(.seconds(10))
        var iterator = numbers(3, cuts: [1], policy: bounded).makeAsyncIterator()
        #expect(try await iterator.next() == 1)
        clock.advance(by: .seconds(3_600))
        #expect(try await iterator.next() == 2)
        clock.advance(by: .seconds(3_600))
        #expect(try await iterator.next() == 3)
        #expect(try await iterator.next() == nil)
        #expect(codes == ["attempt", "retry", "attempt", "success"])
    }

    @Test func behindAnElementWithoutAPlaceNothingIsResumed() async {
        let odd: @Sendable (Int, Int?) -> Int? = { element, _ in element % 2 == 1 ? element : nil }
        let (elements, error) = await numbers(5, cuts: [2], position: odd).collected()
        #expect(elements == [1, 2] && error is TransientError && codes == ["attempt", "not_resumable"])
        let resumed = await numbers(5, cuts: [3], position: odd).collected()
        #expect(resumed.elements == [1, 2, 3, 4, 5] && resumed.error == nil)
    }

    @Test func theDeadlineBoundsTheWhole() async {
        let bounded = policy.maxAttempts(100).deadline(.seconds(3))
        let (elements, error) = await numbers(9, cuts: Array(1...9), policy: bounded).collected()
        #expect(elements == [1, 2, 3] && error is TransientError && codes.last == "deadline_exceeded")
    }

    @Test func aPermanentFailureInTheMidstEndsIt() async {
        let sequence = RetryingSequence(
            RetryPipeline(policy: policy).clock(RetryClock(clock)), position: { (element: Int, _: Int?) in element },
            make: { _ in Source.numbers([1, 2], then: PermanentError()) })
        let (elements, error) = await sequence.collected()
        #expect(elements == [1, 2] && error is PermanentError)
    }

    @Test func aCancellationInTheMidstIsPassedOn() async {
        let clock = ManualClock()
        let sequence = RetryingSequence(
            RetryPipeline(policy: policy).clock(RetryClock(clock)), position: { (element: Int, _: Int?) in element },
            make: { place in Source.numbers([(place ?? 0) + 1], then: TransientError()) })
        let consumer = Task { await sequence.collected() }
        await clock.waitForSleepers(1)
        consumer.cancel()
        let (elements, error) = await consumer.value
        #expect(elements == [1] && error is CancellationError)
    }
}
