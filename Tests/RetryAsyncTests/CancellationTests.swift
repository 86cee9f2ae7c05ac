import RetryAsync
import RetryTesting
import Testing

/// A cancelled call ends at once, throws `CancellationError`, and starts no further attempt.
@Suite("Cancellation", .timeLimit(.minutes(20)))
struct CancellationTests {
    @Test(arguments: CallForm.allCases)
    func aCallThatIsCancelledBeforeItBeginsRunsOnce(form: CallForm) async {
        let call = Call(policy: .immediate(9))
        let script = FaultScript<Int>(.forever(.fail(Fault(1))))
        let task = Task {
            cancelThisTask()
            return try await call.run(form) { try await script() }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(script.calls == 1)
        #expect(call.recorder.codes == form.codes("attempt", "cancelled"))
    }

    @Test(arguments: CallForm.allCases)
    func aCancelledCallThatSucceedsAllTheSameHasItsValue(form: CallForm) async throws {
        let call = Call()
        let task = Task {
            cancelThisTask()
            return try await call.run(form) { Task.isCancelled ? 42 : 0 }
        }
        #expect(try await task.value == 42)
        #expect(call.recorder.codes == form.codes("attempt", "success"))
    }

    @Test(arguments: CallForm.allCases)
    func whateverACancelledAttemptThrowsIsACancellation(form: CallForm) async {
        let errors: [any Error] = [
            Fault(1), Fault(2, .permanent), Mystery(), CancellationError(), AttemptTimeoutError(timeout: .zero),
        ]
        for error in errors {
            let call = Call(policy: .immediate(9))
            let attempts = Log<Bool>()
            let task = Task {
                try await call.run(form) { () async throws -> Int in
                    // The end of the sleep is the sign that the call was cancelled.
                    try? await call.clock.sleep(for: .seconds(3_600))
                    attempts.add(Task.isCancelled)
                    throw error
                }
            }
            await call.clock.waitForSleepers(form == .timed ? 2 : 1)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(attempts.events == [true])
            #expect(call.recorder.codes == form.codes("attempt", "cancelled"))
            #expect(call.clock.sleeperCount == 0)
        }
    }

    @Test(arguments: CallForm.allCases)
    func aWaitOfAMinuteEndsAtOnce(form: CallForm) async {
        let call = Call(policy: .every(.seconds(60), 9))
        let script = FaultScript<Int>(.forever(.fail(Fault(1))))
        let task = Task { try await call.run(form) { try await script() } }
        await call.clock.waitForSleepers()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(call.clock.elapsed == .zero)
        #expect(call.clock.sleeperCount == 0)
        #expect(script.calls == 1)
        #expect(call.recorder.codes == form.codes("attempt", "retry", "cancelled"))
    }

    @Test(arguments: CallForm.rejecting)
    func aWaitAfterARejectedValueEndsAtOnceToo(form: CallForm) async {
        let call = Call(policy: .every(.seconds(60), 9))
        let task = Task { try await call.run(form, rejecting: everything(.transient)) { 42 } }
        await call.clock.waitForSleepers()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(call.clock.elapsed == .zero)
        #expect(call.recorder.codes == form.codes("attempt", "retry", "cancelled"))
    }

    @Test(arguments: CallForm.rejecting)
    func aValueThatACancelledCallRejectsIsACancellation(form: CallForm) async {
        let call = Call(policy: .immediate(9))
        let script = FaultScript<Int>(.forever(.succeed(-1)))
        let task = Task {
            cancelThisTask()
            return try await call.run(form, rejecting: everything(.transient)) { try await script() }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(script.calls == 1)
        #expect(call.recorder.codes == form.codes("attempt", "cancelled"))
    }

    @Test(arguments: CallForm.allCases)
    func aTokenEndsACallAfterItsAttempt(form: CallForm) async {
        let token = RetryCancellationToken()
        var call = Call(policy: .every(.seconds(1), 9), clock: ManualClock(autoAdvance: true))
        call.cancellation = token
        let script = FaultScript<Int>(.forever(.fail(Fault(1))))
        await #expect(throws: CancellationError.self) {
            try await call.run(form) {
                token.cancel()
                return try await script()
            }
        }
        #expect(script.calls == 1 && call.clock.sleeps.isEmpty)
        #expect(call.recorder.codes == form.codes("attempt", "cancelled"))
    }

    @Test(arguments: CallForm.allCases)
    func aTokenEndsACallAfterItsWait(form: CallForm) async {
        let token = RetryCancellationToken()
        var call = Call(policy: .immediate(9), onRetry: { _ in token.cancel() })
        call.cancellation = token
        let script = FaultScript<Int>(.forever(.fail(Fault(1))))
        await #expect(throws: CancellationError.self) { try await call.run(form) { try await script() } }
        #expect(script.calls == 1)
        #expect(call.recorder.codes == form.codes("attempt", "retry", "cancelled"))
    }

    @Test(arguments: CallForm.allCases)
    func aZeroWaitSeesTheCancellationToo(form: CallForm) async {
        // Cancelled after the attempt has failed and before the next one.
        let call = Call(
            policy: .immediate(9), onRetry: { _ in cancelThisTask() })
        let script = FaultScript<Int>(.forever(.fail(Fault(1))))
        let task = Task { try await call.run(form) { try await script() } }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(script.calls == 1)
        #expect(call.clock.sleeps == [])
        #expect(call.recorder.codes == form.codes("attempt", "retry", "cancelled"))
    }

    @Test(arguments: CallForm.allCases)
    func theClassifierAndTheConditionMayCancelTheCall(form: CallForm) async {
        let classifier = ErrorClassifier { _ in
            cancelThisTask()
            return .transient
        }
        let condition = RetryCondition.where { _ in
            cancelThisTask()
            return true
        }
        let policy = RetryPolicy.immediate(9)
        for call in [Call(policy: policy, classifier: classifier), Call(policy: policy, condition: condition)] {
            let script = FaultScript<Int>(.forever(.fail(Fault(1))))
            let task = Task { try await call.run(form) { try await script() } }
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(script.calls == 1)
            #expect(call.recorder.codes == form.codes("attempt", "retry", "cancelled"))
        }
    }

    @Test(arguments: CallForm.allCases)
    func theClassifierTheConditionAndTheCallerAreNotAsked(form: CallForm) async {
        let asked = Log<String>()
        let call = Call(
            condition: .where { _ in
                asked.add("condition")
                return true
            }, onRetry: { _ in asked.add("onRetry") })
        let task = Task {
            cancelThisTask()
            return try await call.run(form) { () async throws -> Int in throw Fault(1) }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        await #expect(throws: CancellationError.self) {
            try await call.run(form) { () async throws -> Int in throw CancellationError() }
        }
        #expect(asked.events == [])
    }
}
