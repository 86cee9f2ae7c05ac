import RetryAsync
import RetryTesting
import Testing

/// An operation that says it was cancelled is not run again, whoever cancelled it.
@Suite("Errors that are cancellations", .timeLimit(.minutes(5)))
struct CancellationErrorTests {
    /// Bare, wrapped, wrapped twice, and two that say so of themselves.
    static let cancellations: [any Error] = [
        CancellationError(),
        Wrapper(wrappedError: CancellationError()),
        Wrapper(wrappedError: Wrapper(wrappedError: CancellationError())),
        Disconnected(isCancellation: true),
        Wrapper(wrappedError: Disconnected(isCancellation: true)),
    ]

    @Test(arguments: Door.allCases)
    func endTheCall(door: Door) async {
        for error in Self.cancellations {
            let call = Call(policy: .immediate(9))
            let script = FaultScript<Int>(.forever(.fail(error)))
            await #expect(throws: CancellationError.self) { try await call.run(door) { try await script() } }
            #expect(script.calls == 1, "\(error)")
            #expect(call.recorder.codes == door.codes("attempt", "cancelled"))
        }
    }

    @Test(arguments: Door.allCases)
    func areNotMaskedByAnEarlierError(door: Door) async {
        let call = Call(policy: .immediate(9))
        let script = FaultScript<Int>(.fail(Fault(1)), .fail(CancellationError()))
        await #expect(throws: CancellationError.self) { try await call.run(door) { try await script() } }
        #expect(script.calls == 2)
        #expect(call.recorder.stopReasons == (door.isObserved ? [.cancelled] : []))
    }

    @Test(arguments: Door.allCases)
    func areNotMaskedByAPolicyThatWouldStopAnyway(door: Door) async {
        for policy in [RetryPolicy.once, .immediate(3).failsImmediately(), .immediate(3).never(.unknown)] {
            let call = Call(policy: policy)
            await #expect(throws: CancellationError.self) {
                try await call.run(door) { () async throws -> Int in throw Disconnected(isCancellation: true) }
            }
            #expect(call.recorder.stopReasons == (door.isObserved ? [.cancelled] : []))
        }
    }

    @Test(arguments: Door.allCases)
    func areNotRetriedWhateverTheConditionOrTheClassifierSays(door: Door) async {
        let call = Call(
            policy: .immediate(9), classifier: .always(.transient), condition: [CancellationError.self])
        let script = FaultScript<Int>(.forever(.fail(CancellationError())))
        await #expect(throws: CancellationError.self) { try await call.run(door) { try await script() } }
        #expect(script.calls == 1)
    }

    @Test(arguments: Door.allCases)
    func anErrorThatCouldBeACancellationAndIsNoneIsRetried(door: Door) async throws {
        let call = Call()
        let script = FaultScript<Int>(
            .fail(Disconnected(isCancellation: false)), .fail(Wrapper(wrappedError: nil)), .succeed(42))
        #expect(try await call.run(door) { try await script() } == 42)
    }

    @Test(arguments: Door.allCases)
    func anErrorOfATypeThatWasNoCancellationBeforeCanBeOne(door: Door) async {
        let pairs: [(any Error, any Error)] = [
            (Disconnected(isCancellation: false), Disconnected(isCancellation: true)),
            (Wrapper(wrappedError: Fault(1)), Wrapper(wrappedError: CancellationError())),
            (Wrapper(wrappedError: nil), Wrapper(wrappedError: Disconnected(isCancellation: true))),
        ]
        for (first, second) in pairs {
            let call = Call(policy: .immediate(9))
            let script = FaultScript<Int>(.fail(first), .fail(second), .succeed(3))
            await #expect(throws: CancellationError.self) { try await call.run(door) { try await script() } }
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
