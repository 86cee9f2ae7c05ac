import RetryAsync
import RetryTesting
import Testing

/// The behaviour of a call, in each form.
@Suite("retry", .timeLimit(.minutes(20)))
struct RetryTests {
    @Test func theShortSpellings() async throws {
        let attempts = Log<Int>()
        await #expect(throws: Fault(1)) {
            try await retry(maxAttempts: 2, backoff: .none) {
                attempts.add(1)
                throw Fault(1)
            }
        }
        #expect(attempts.count == 2)
        await #expect(throws: Fault(1)) {
            try await retry(.immediate(3)) {
                attempts.add(1)
                throw Fault(1)
            }
        }
        #expect(attempts.count == 5)
        #expect(try await retry(maxAttempts: 1) { 7 } == 7)
    }

    @Test(arguments: CallForm.allCases)
    func theFirstAttemptThatSucceedsIsTheOnlyOne(form: CallForm) async throws {
        let call = Call()
        let script = FaultScript<Int>(.succeed(42))
        #expect(try await call.run(form) { try await script() } == 42)
        #expect(script.calls == 1)
        #expect(call.recorder.codes == form.codes("attempt", "success"))
        #expect(call.clock.sleeperCount == 0)
    }

    @Test(arguments: CallForm.allCases)
    func failuresAreFollowedByASuccess(form: CallForm) async throws {
        let call = Call()
        let script = FaultScript<Int>(.fail(Fault(1)), .fail(Fault(2)), .succeed(42))
        #expect(try await call.run(form) { try await script() } == 42)
        #expect(script.calls == 3)
        let expected = form.codes("retry", "attempt", "retry", "attempt", "success")
        #expect(call.recorder.codes == (form.isObserved ? ["attempt"] : []) + expected)
        #expect(call.recorder.events.map(\.attempt) == (form.isObserved ? [1, 1, 2, 2, 3, 3] : []))
    }

    @Test(arguments: CallForm.allCases)
    func theLastErrorIsThrownAsItWasThrown(form: CallForm) async throws {
        let call = Call()
        let last = FaultObject()
        let script = FaultScript<Int>(.fail(Fault(1)), .fail(FaultObject()), .fail(last))
        let thrown = try await #require(throws: FaultObject.self) { try await call.run(form) { try await script() } }
        #expect(thrown === last)
        #expect(script.calls == 3)
        #expect(call.recorder.codes.last == form.codes("max_attempts_exceeded").last)
    }

    @Test(arguments: CallForm.allCases, [1, 2, 5])
    func attemptsCountTheFirstOneToo(form: CallForm, attempts: Int) async {
        let call = Call(policy: .immediate(attempts))
        let script = FaultScript<Int>(.forever(.fail(Fault(1))))
        await #expect(throws: Fault(1)) { try await call.run(form) { try await script() } }
        #expect(script.calls == attempts)
        #expect(call.recorder.codes.filter { $0 == "retry" }.count == (form.isObserved ? attempts - 1 : 0))
        #expect(call.recorder.stopReasons == (form.isObserved ? [.attemptsExhausted] : []))
    }

    @Test(arguments: CallForm.allCases)
    func aPermanentErrorIsNotRetried(form: CallForm) async {
        let call = Call()
        let script = FaultScript<Int>(.fail(Fault(1)), .fail(Fault(2, .permanent)))
        await #expect(throws: Fault(2, .permanent)) { try await call.run(form) { try await script() } }
        #expect(script.calls == 2)
        #expect(call.recorder.stopReasons == (form.isObserved ? [.permanent] : []))
    }

    @Test(arguments: CallForm.allCases)
    func anErrorThatNothingIsKnownAboutIsRetriedTwice(form: CallForm) async {
        let call = Call(policy: .immediate(9))
        let script = FaultScript<Int>(.forever(.fail(Mystery())))
        await #expect(throws: Mystery()) { try await call.run(form) { try await script() } }
        #expect(script.calls == 3)
        #expect(call.recorder.stopReasons == (form.isObserved ? [.classLimit(.unknown)] : []))
    }

    @Test(arguments: CallForm.allCases)
    func theClassifierDecidesAndIsAskedOncePerFailure(form: CallForm) async {
        let asked = Log<Int>()
        let classifier = ErrorClassifier.errors(Fault.self) { fault in
            asked.add(fault.number)
            return fault.number < 2 ? .rateLimit : .auth
        }
        let call = Call(classifier: classifier)
        let script = FaultScript<Int>(.fail(Fault(1)), .fail(Fault(2)))
        await #expect(throws: Fault(2)) { try await call.run(form) { try await script() } }
        #expect(asked.events == [1, 2])
        #expect(call.recorder.events.compactMap(\.errorClass) == (form.isObserved ? [.rateLimit, .auth] : []))
    }

    @Test(arguments: CallForm.allCases)
    func theConditionNarrowsWhatIsRetried(form: CallForm) async {
        let call = Call(condition: [FaultObject.self])
        let script = FaultScript<Int>(.fail(FaultObject()), .fail(Fault(2)))
        await #expect(throws: Fault(2)) { try await call.run(form) { try await script() } }
        #expect(script.calls == 2)
        #expect(call.recorder.stopReasons == (form.isObserved ? [.permanent] : []))
    }

    @Test(arguments: CallForm.allCases)
    func theCallerIsToldOfEachRetryAndOfNothingElse(form: CallForm) async {
        let told = Log<Int>()
        let attempts = Log<Int>()
        let call = Call(onRetry: { notice in
            told.add((notice.error as? Fault)?.number ?? 0)
            attempts.add(notice.attempt)
        })
        let script = FaultScript<Int>(.fail(Fault(7)), .fail(Fault(8)), .fail(Fault(9)))
        await #expect(throws: Fault(9)) { try await call.run(form) { try await script() } }
        #expect(told.events == [7, 8])
        #expect(attempts.events == [1, 2])
    }

    @Test(arguments: CallForm.allCases)
    func aPolicyThatNeedsAnEffectStoreIsRefusedBeforeTheFirstAttempt(form: CallForm) async {
        let call = Call(policy: .immediate(3).guarantee(.exactlyOnce))
        let script = FaultScript<Int>(.succeed(1))
        await #expect(throws: InvalidPolicyError.self) { try await call.run(form) { try await script() } }
        #expect(script.calls == 0)
        #expect(call.recorder.codes == [])
    }

    @Test(arguments: CallForm.allCases)
    func aPolicyThatFailsAtOnceRunsOnce(form: CallForm) async {
        let call = Call(policy: .immediate(3).failsImmediately())
        let script = FaultScript<Int>(.fail(Fault(1)))
        await #expect(throws: Fault(1)) { try await call.run(form) { try await script() } }
        #expect(script.calls == 1)
        #expect(call.recorder.stopReasons == (form.isObserved ? [.immediateFailure] : []))
    }

    @Test(arguments: CallForm.allCases)
    func eventsAreNumberedAndNameTheOperation(form: CallForm) async throws {
        let call = Call(policy: .immediate(3).named("policy"))
        let script = FaultScript<Int>(.fail(Fault(1)), .succeed(42))
        _ = try await call.run(form) { try await script() }
        let events = call.recorder.events
        #expect(events.map(\.number) == (form.isObserved ? [1, 2, 3, 4] : []))
        #expect(events.allSatisfy { $0.operation == "call" && $0.policy == "policy" })
        #expect(events.compactMap(\.errorType) == (form.isObserved ? ["Fault"] : []))
    }
}
