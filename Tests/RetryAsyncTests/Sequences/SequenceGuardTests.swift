import RetryAsync
import RetryTesting
import Testing

@Suite("The guards of a sequence", .timeLimit(.minutes(20)))
struct SequenceGuardTests {
    private let clock = ManualClock(autoAdvance: true)
    private let recorder = RecordingRetryObserver()
    private let makes = Locked(0)

    private func breaker(failures: Int = 1) -> CircuitBreaker {
        let policy = CircuitBreakerPolicy(
            consecutiveFailures: failures, breakDuration: .seconds(5), successesToClose: 1)
        return CircuitBreaker("source", policy: policy, clock: clock.retryClock)
    }

    private func sequence(
        _ sources: Source..., policy: RetryPolicy = .immediate(3), breaker: CircuitBreaker? = nil,
        budget: RetryBudget? = nil
    ) -> RetryingSequence<Source, Never> {
        let pipeline = RetryPipeline(policy: policy)
            .breaker(breaker)
            .budget(budget)
            .observer(recorder.observer)
            .clock(clock.retryClock)
        return RetryingSequence(pipeline) { [makes] in
            makes.withLock { count in
                count += 1
                return sources[min(count, sources.count) - 1]
            }
        }
    }

    @Test func theBreakerHearsOfEachSource() async {
        let breaker = breaker(failures: 2)
        let (_, error) = await sequence(.numbers([], then: Fault(1)), policy: .immediate(9), breaker: breaker)
            .collected()
        #expect(error as? Fault == Fault(1))
        #expect(breaker.snapshot.state == .open)
        #expect(recorder.codes == ["attempt", "retry", "attempt", "circuit_open"])
    }

    @Test func noSourceIsMadeWhileTheCircuitIsOpen() async {
        let breaker = breaker()
        breaker.trip()
        let (elements, error) = await sequence(.numbers(1...3), breaker: breaker).collected()
        #expect(elements.isEmpty && error is CircuitOpenError)
        #expect(makes.withLock { $0 } == 0 && recorder.codes == ["circuit_open"])
    }

    @Test func aSequenceThatEndsClosesTheCircuit() async {
        let breaker = breaker()
        _ = await sequence(.numbers([], then: Fault(1)), policy: .once, breaker: breaker).collected()
        #expect(breaker.snapshot.state == .open)
        let waiting = RetryPolicy.immediate(2).whenRejected(.wait)
        let (elements, error) = await sequence(
            .numbers([], then: Fault(1)), .numbers(1...3), policy: waiting, breaker: breaker
        ).collected()
        #expect(elements == [1, 2, 3] && error == nil)
        #expect(breaker.snapshot.state == .closed && clock.elapsed >= .seconds(5))
    }

    @Test func anIterationThatIsDroppedGivesItsProbeBack() async throws {
        let breaker = breaker()
        breaker.trip()
        clock.advance(by: .seconds(6))
        do {
            var iterator = sequence(.numbers(1...3), breaker: breaker).makeAsyncIterator()
            #expect(try await iterator.next() == 1)
        }
        let (elements, _) = await sequence(.numbers(1...3), breaker: breaker).collected()
        #expect(elements == [1, 2, 3])
    }

    @Test func aBudgetBoundsTheSources() async {
        let budget = RetryBudget(.limit(1, per: .seconds(60)), clock: clock.retryClock)
        let (_, error) = await sequence(.numbers([], then: Fault(1)), policy: .immediate(9), budget: budget)
            .collected()
        #expect(error as? Fault == Fault(1))
        #expect(recorder.codes == ["attempt", "retry", "attempt", "budget_exhausted"])
    }

    @Test func aTokenEndsASequenceAsCancelled() async throws {
        let token = RetryCancellationToken()
        let pipeline = RetryPipeline(policy: .immediate(3)).observer(recorder.observer).cancellation(token)
        let numbers = RetryingSequence(pipeline) { Source.numbers([1], then: Fault(1)) }
        var iterator = numbers.makeAsyncIterator()
        #expect(try await iterator.next() == 1)
        token.cancel()
        await #expect(throws: CancellationError.self) { try await iterator.next() }
        #expect(recorder.codes == ["attempt", "cancelled"])
    }
}
