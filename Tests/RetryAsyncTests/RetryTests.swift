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

    @Test(arguments: Door.allCases)
    func theFirstAttemptThatSucceedsIsTheOnlyOne(door: Door) async throws {
        let call = Call()
        let script = FaultScript<Int>(.succeed(42))
        #expect(try await call.run(door) { try await script() } == 42)
        #expect(script.calls == 1)
        #expect(call.recorder.codes == door.codes("attempt", "success"))
        #expect(call.clock.sleeperCount == 0)
    }

    @Test(arguments: Door.allCases)
    func failuresAreFollowedByASuccess(door: Door) async throws {
        let call = Call()
        let script = FaultScript<Int>(.fail(Fault(1)), .fail(Fault(2)), .succeed(42))
        #expect(try await call.run(door) { try await script() } == 42)
        #expect(script.calls == 3)
        let expected = door.codes("retry", "attempt", "retry", "attempt", "success")
        #expect(call.recorder.codes == (door.isObserved ? ["attempt"] : []) + expected)
        #expect(call.recorder.events.map(\.attempt) == (door.isObserved ? [1, 1, 2, 2, 3, 3] : []))
    }

    @Test(arguments: Door.allCases)
    func theLastErrorIsThrownAsItWasThrown(door: Door) async throws {
        let call = Call()
        let last = FaultObject()
        let script = FaultScript<Int>(.fail(Fault(1)), .fail(FaultObject()), .fail(last))
        let thrown = try await #require(throws: FaultObject.self) { try await call.run(door) { try await script() } }
        #expect(thrown === last)
        #expect(script.calls == 3)
        #expect(call.recorder.codes.last == door.codes("max_attempts_exceeded").last)
    }

    @Test(arguments: Door.allCases, [1, 2, 5])
    func attemptsCountTheFirstOneToo(door: Door, attempts: Int) async {
        let call = Call(policy: .immediate(attempts))
        let script = FaultScript<Int>(.forever(.fail(Fault(1))))
        await #expect(throws: Fault(1)) { try await call.run(door) { try await script() } }
        #expect(script.calls == attempts)
        #expect(call.recorder.codes.filter { $0 == "retry" }.count == (door.isObserved ? attempts - 1 : 0))
        #expect(call.recorder.stopReasons == (door.isObserved ? [.attemptsExhausted] : []))
    }

    @Test(arguments: Door.allCases)
    func aPermanentErrorIsNotRetried(door: Door) async {
        let call = Call()
        let script = FaultScript<Int>(.fail(Fault(1)), .fail(Fault(2, .permanent)))
        await #expect(throws: Fault(2, .permanent)) { try await call.run(door) { try await script() } }
        #expect(script.calls == 2)
        #expect(call.recorder.stopReasons == (door.isObserved ? [.permanent] : []))
    }

    @Test(arguments: Door.allCases)
    func anErrorThatNothingIsKnownAboutIsRetriedTwice(door: Door) async {
        let call = Call(policy: .immediate(9))
        let script = FaultScript<Int>(.forever(.fail(Mystery())))
        await #expect(throws: Mystery()) { try await call.run(door) { try await script() } }
        #expect(script.calls == 3)
        #expect(call.recorder.stopReasons == (door.isObserved ? [.classLimit(.unknown)] : []))
    }

    @Test(arguments: Door.allCases)
    func theClassifierDecidesAndIsAskedOncePerFailure(door: Door) async {
        let asked = Log<Int>()
        let classifier = ErrorClassifier.errors(Fault.self) { fault in
            asked.add(fault.number)
            return fault.number < 2 ? .rateLimit : .auth
        }
        let call = Call(classifier: classifier)
        let script = FaultScript<Int>(.fail(Fault(1)), .fail(Fault(2)))
        await #expect(throws: Fault(2)) { try await call.run(door) { try await script() } }
        #expect(asked.events == [1, 2])
        #expect(call.recorder.events.compactMap(\.errorClass) == (door.isObserved ? [.rateLimit, .auth] : []))
    }

    @Test(arguments: Door.allCases)
    func theConditionNarrowsWhatIsRetried(door: Door) async {
        let call = Call(condition: [FaultObject.self])
        let script = FaultScript<Int>(.fail(FaultObject()), .fail(Fault(2)))
        await #expect(throws: Fault(2)) { try await call.run(door) { try await script() } }
        #expect(script.calls == 2)
        #expect(call.recorder.stopReasons == (door.isObserved ? [.permanent] : []))
    }

    @Test(arguments: Door.allCases)
    func theCallerIsToldOfEachRetryAndOfNothingElse(door: Door) async {
        let told = Log<Int>()
        let attempts = Log<Int>()
        let call = Call(onRetry: { notice in
            told.add((notice.error as? Fault)?.number ?? 0)
            attempts.add(notice.attempt)
        })
        let script = FaultScript<Int>(.fail(Fault(7)), .fail(Fault(8)), .fail(Fault(9)))
        await #expect(throws: Fault(9)) { try await call.run(door) { try await script() } }
        #expect(told.events == [7, 8])
        #expect(attempts.events == [1, 2])
    }

    @Test(arguments: Door.allCases)
    func aPolicyThatNeedsAnEffectStoreIsRefusedBeforeTheFirstAttempt(door: Door) async {
        let call = Call(policy: .immediate(3).guarantee(.exactlyOnce))
        let script = FaultScript<Int>(.succeed(1))
        await #expect(throws: PolicyError.self) { try await call.run(door) { try await script() } }
        #expect(script.calls == 0)
        #expect(call.recorder.codes == [])
    }

    @Test(arguments: Door.allCases)
    func aPolicyThatFailsAtOnceRunsOnce(door: Door) async {
        let call = Call(policy: .immediate(3).failsImmediately())
        let script = FaultScript<Int>(.fail(Fault(1)))
        await #expect(throws: Fault(1)) { try await call.run(door) { try await script() } }
        #expect(script.calls == 1)
        #expect(call.recorder.stopReasons == (door.isObserved ? [.immediateFailure] : []))
    }

    @Test(arguments: Door.allCases)
    func eventsAreNumberedAndNameTheOperation(door: Door) async throws {
        let call = Call(policy: .immediate(3).named("policy"))
        let script = FaultScript<Int>(.fail(Fault(1)), .succeed(42))
        _ = try await call.run(door) { try await script() }
        let events = call.recorder.events
        #expect(events.map(\.number) == (door.isObserved ? [1, 2, 3, 4] : []))
        #expect(events.allSatisfy { $0.operation == "call" && $0.policy == "policy" })
        #expect(events.compactMap(\.errorType) == (door.isObserved ? ["Fault"] : []))
    }
}
