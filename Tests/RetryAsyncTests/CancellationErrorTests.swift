import RetryAsync
import RetryTesting
import Testing

/// An operation that says it was cancelled is not run again, also where the calling task is not cancelled.
@Suite("Errors that are cancellations", .timeLimit(.minutes(20)))
struct CancellationErrorTests {
    /// Bare, wrapped, wrapped many times, and two that say so of themselves.
    static let cancellations: [any Error] = [
        CancellationError(),
        Wrapper(wrappedError: CancellationError()),
        (0..<50).reduce(CancellationError() as any Error) { inner, _ in Wrapper(wrappedError: inner) },
        Disconnected(isCancellation: true),
        Wrapper(wrappedError: Disconnected(isCancellation: true)),
    ]

    @Test(arguments: CallForm.allCases)
    func endTheCallWithTheOperationsOwnError(form: CallForm) async throws {
        for error in Self.cancellations {
            let call = Call(policy: .immediate(9))
            let script = FaultScript<Int>(.forever(.fail(error)))
            let thrown = await #expect(throws: (any Error).self) { try await call.run(form) { try await script() } }
            #expect(type(of: try #require(thrown)) == type(of: error))
            #expect(script.calls == 1, "\(error)")
            #expect(call.recorder.codes == form.codes("attempt", "cancelled"))
        }
    }

    @Test(arguments: CallForm.allCases)
    func areRetriedWhereTheCallersClassifierSaysSo(form: CallForm) async throws {
        let pool = ErrorClassifier.errors(CancellationError.self) { _ in .transient }
        for error in [CancellationError(), Wrapper(wrappedError: CancellationError())] as [any Error] {
            let call = Call(policy: .immediate(9), classifier: pool)
            let script = FaultScript<Int>(.fail(error), .succeed(42))
            #expect(try await call.run(form) { try await script() } == 42)
        }
    }

    @Test(arguments: CallForm.allCases)
    func ofTheCallersTaskAreNotForTheClassifier(form: CallForm) async {
        let call = Call(policy: .immediate(9), classifier: ErrorClassifier { _ in .transient })
        let script = FaultScript<Int>(.forever(.fail(CancellationError())))
        let task = Task {
            cancelThisTask()
            return try await call.run(form) { try await script() }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(script.calls == 1)
    }

    @Test func anInnerDeadlineIsAFailureOfTheAttempt() async throws {
        let clock = ManualClock()
        let calls = Log<Int>()
        let call = Task {
            try await retry(RetryPipeline(policy: .immediate(2)).clock(clock.retryClock)) {
                try await retry(
                    RetryPipeline(policy: .immediate(1).deadline(.seconds(1), .interrupt)).clock(clock.retryClock)
                ) {
                    calls.add(1)
                    if calls.count == 1 { try await clock.sleep(for: .seconds(60)) }
                    return 42
                }
            }
        }
        await clock.waitForSleepers(2)
        clock.advance(by: .seconds(1))
        #expect(try await call.value == 42 && calls.count == 2)
    }

    @Test(arguments: CallForm.allCases)
    func areNotMaskedByAnEarlierError(form: CallForm) async {
        let call = Call(policy: .immediate(9))
        let script = FaultScript<Int>(.fail(Fault(1)), .fail(CancellationError()))
        await #expect(throws: CancellationError.self) { try await call.run(form) { try await script() } }
        #expect(script.calls == 2)
        #expect(call.recorder.stopReasons == (form.isObserved ? [.cancelled] : []))
    }

    @Test(arguments: CallForm.allCases)
    func areNotMaskedByAPolicyThatWouldStopAnyway(form: CallForm) async {
        for policy in [RetryPolicy.once, .immediate(3).failsImmediately(), .immediate(3).never(.unknown)] {
            let call = Call(policy: policy)
            await #expect(throws: Disconnected.self) {
                try await call.run(form) { () async throws -> Int in throw Disconnected(isCancellation: true) }
            }
            #expect(call.recorder.stopReasons == (form.isObserved ? [.cancelled] : []))
        }
    }

    @Test(arguments: CallForm.allCases)
    func areNotRetriedByAConditionOrAConstantClassifier(form: CallForm) async {
        let call = Call(
            policy: .immediate(9), classifier: .always(.transient), condition: [CancellationError.self])
        let script = FaultScript<Int>(.forever(.fail(CancellationError())))
        await #expect(throws: CancellationError.self) { try await call.run(form) { try await script() } }
        #expect(script.calls == 1)
    }

    @Test(arguments: CallForm.allCases)
    func anErrorThatCouldBeACancellationAndIsNoneIsRetried(form: CallForm) async throws {
        let call = Call()
        let script = FaultScript<Int>(
            .fail(Disconnected(isCancellation: false)), .fail(Wrapper(wrappedError: nil)), .succeed(42))
        #expect(try await call.run(form) { try await script() } == 42)
    }

    @Test(arguments: CallForm.allCases)
    func anErrorOfATypeThatWasNoCancellationBeforeCanBeOne(form: CallForm) async throws {
        let pairs: [(any Error, any Error)] = [
            (Disconnected(isCancellation: false), Disconnected(isCancellation: true)),
            (Wrapper(wrappedError: Fault(1)), Wrapper(wrappedError: CancellationError())),
            (Wrapper(wrappedError: nil), Wrapper(wrappedError: Disconnected(isCancellation: true))),
        ]
        for (first, second) in pairs {
            let call = Call(policy: .immediate(9))
            let script = FaultScript<Int>(.fail(first), .fail(second), .succeed(3))
            let thrown = await #expect(throws: (any Error).self) { try await call.run(form) { try await script() } }
            #expect(type(of: try #require(thrown)) == type(of: second))
            #expect(script.calls == 2)
        }
    }

    @Test func anOperationThatCancelsItsOwnWorkDoesNotCancelTheCall() async throws {
        // The operation's inner task is cancelled, and it makes an ordinary error of that.
        let script = FaultScript<Int>(.succeed(0), .succeed(42))
        let value = try await retry(policy: .immediate(2)) {
            let inner = Task { try Task.checkCancellation() }
            inner.cancel()
            if try await script() == 0 {
                guard case .success = await inner.result else { throw Fault(1) }
            }
            return 42
        }
        #expect(value == 42)
        #expect(!Task.isCancelled)
    }
}
