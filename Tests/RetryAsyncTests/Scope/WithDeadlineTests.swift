import RetryAsync
import RetryCore
import RetryTesting
import Testing

/// Deadlines that reach the calls within.
@Suite("Deadline around calls", .timeLimit(.minutes(20)))
struct WithDeadlineTests {
    private let clock = ManualClock()

    /// Runs `body` with a deadline of three seconds; time passes by itself.
    private func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
        try DeterministicExecutor.run(seed: 1, clock: clock) {
            try await withDeadline(in: .seconds(3), clock: clock.retryClock) { try await body() }
        }
    }

    @Test func theOperationIsCancelledAtTheDeadline() {
        #expect(throws: CancellationError.self) { try run { try await clock.sleep(for: .seconds(60)) } }
        #expect(clock.elapsed == .seconds(3))
        #expect(clock.sleeperCount == 0)
    }

    @Test func aValueThatComesLateCounts() throws {
        let value = try run {
            await clock.sleepDeaf(for: .seconds(60))
            return 42
        }
        #expect(value == 42)
    }

    @Test func aWaitThatDoesNotFitEndsTheRetries() {
        #expect(throws: Fault(2)) {
            let script = FaultScript<Int>(.fail(Fault(1)), .fail(Fault(2)), .succeed(42))
            _ = try run {
                try await retry(RetryPipeline(policy: .every(.seconds(2), 9)).clock(clock.retryClock)) {
                    try await script()
                }
            }
        }
        #expect(clock.elapsed == .seconds(2), "the second wait is not begun")
    }

    @Test func theTimeLeftIsTheNarrowest() throws {
        let remaining = Log<Duration?>()
        let call = RetryPipeline(policy: .every(.seconds(1), 3).deadline(.seconds(60))).clock(clock.retryClock)
        try run {
            try await retry(call) { attempt in
                remaining.add(attempt.remaining)
                remaining.add(RetryDeadline.current?.remaining)
                if attempt.number < 3 { throw Fault(1) }
            }
        }
        #expect(remaining.events == [3, 3, 2, 2, 1, 1].map { .seconds($0) })
    }

    @Test func theErrorKeepsItsType() async {
        do throws(Fault) {
            try await withDeadline(in: .seconds(60)) { () throws(Fault) in throw Fault(7) }
        } catch {
            #expect(error == Fault(7))
        }
        // This one throws nothing: it needs no `try`.
        let value = await withDeadline(in: .seconds(60)) { 42 }
        #expect(value == 42)
    }

    @Test(arguments: [Duration.zero, .seconds(-1), .seconds(Int64.min)])
    func aDeadlineThatHasPassedStartsCancelled(duration: Duration) async {
        let isCancelled = await withDeadline(in: duration) {
            // The limit fires on the timer's own thread.
            while !Task.isCancelled {}
            return true
        }
        #expect(isCancelled)
    }

    @Test func aDeadlineOfEverIsNone() async {
        #expect(await withDeadline(in: .seconds(Int64.max)) { Task.isCancelled } == false)
    }

    @Test func innerDeadlinesDoNotWidenOuterOnes() async {
        await withDeadline(in: .seconds(60)) {
            await withDeadline(in: .seconds(600)) {
                #expect((RetryDeadline.current?.remaining ?? .zero) <= .seconds(60))
            }
        }
        #expect(RetryDeadline.current == nil)
    }
}
