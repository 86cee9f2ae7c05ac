import RetryAsync
import RetryTesting
import Testing

/// Values that count as failures.
@Suite("Rejected values", .timeLimit(.minutes(20)))
struct RejectionTests {
    /// A response whose status decides.
    private struct Response: Equatable {
        let status: Int

        static func reject(_ response: borrowing Response) -> ErrorClassification? {
            HTTPStatusTable.errorClass(response.status).map { ErrorClassification($0) }
        }
    }

    /// A resource that cannot be copied.
    private struct Connection: ~Copyable {
        let number: Int
        let log: Log<Int>

        deinit { log.add(number) }

        static func rejectBelow3(_ connection: borrowing Connection) -> ErrorClassification? {
            connection.number < 3 ? .transient : nil
        }
    }

    @Test(arguments: CallForm.rejecting)
    func aRejectedValueIsFollowedByAnotherAttempt(form: CallForm) async throws {
        let call = Call()
        let script = FaultScript<Int>(.succeed(503), .succeed(200))
        let value = try await call.run(form, rejecting: badStatus) { try await script() }
        #expect(value == 200)
        #expect(script.calls == 2)
        #expect(call.recorder.codes.dropFirst() == form.codes("attempt", "retry", "attempt", "success").dropFirst())
        #expect(call.recorder.events.compactMap(\.errorClass) == (form.isObserved ? [.serverError] : []))
        #expect(call.recorder.events.allSatisfy { $0.errorType == nil })
    }

    @Test(arguments: CallForm.rejecting)
    func theLastValueIsReturnedWhenTheAttemptsEnd(form: CallForm) async throws {
        let call = Call(policy: .immediate(2))
        let script = FaultScript<Int>(.succeed(-1), .succeed(-2))
        #expect(try await call.run(form, rejecting: negatives(.transient)) { try await script() } == -2)
        #expect(call.recorder.stopReasons == (form.isObserved ? [.attemptsExhausted] : []))
    }

    @Test(arguments: CallForm.rejecting)
    func aValueRejectedForGoodIsReturnedAtOnce(form: CallForm) async throws {
        let call = Call()
        let script = FaultScript<Int>(.succeed(-1))
        #expect(try await call.run(form, rejecting: everything(.permanent)) { try await script() } == -1)
        #expect(script.calls == 1)
        #expect(call.recorder.stopReasons == (form.isObserved ? [.permanent] : []))
    }

    @Test(arguments: CallForm.rejecting)
    func errorsAndRejectedValuesShareTheAttempts(form: CallForm) async throws {
        let call = Call(policy: .immediate(4))
        let script = FaultScript<Int>(.succeed(-1), .fail(Fault(2)), .succeed(-3), .fail(Fault(4)))
        await #expect(throws: Fault(4)) {
            try await call.run(form, rejecting: negatives(.transient)) { try await script() }
        }
        #expect(script.calls == 4)
    }

    @Test(arguments: CallForm.rejecting)
    func aHintInAValueIsObeyed(form: CallForm) async throws {
        let call = Call(clock: ManualClock(autoAdvance: form != .timed))
        guard form != .timed else { return }
        let script = FaultScript<Int>(.succeed(-1), .succeed(1))
        _ = try await call.run(form, rejecting: negatives(.rateLimit(after: .seconds(7)))) {
            try await script()
        }
        #expect(call.clock.sleeps == [.seconds(7)])
    }

    @Test(arguments: CallForm.rejecting)
    func theCallerIsToldOfARejectedValue(form: CallForm) async throws {
        let told = Log<ErrorClass?>()
        let call = Call(onRetry: { told.add(($0.error as? RejectedValueError)?.errorClass) })
        let script = FaultScript<Int>(.succeed(-1), .succeed(1))
        _ = try await call.run(form, rejecting: negatives(.serverError)) { try await script() }
        #expect(told.events == [.serverError])
    }

    @Test func theClassifierAndTheConditionAreNotAskedAboutAValue() async throws {
        let asked = Log<String>()
        let call = Call(
            classifier: ErrorClassifier { _ in
                asked.add("classifier")
                return .permanent
            },
            condition: .where { _ in
                asked.add("condition")
                return false
            })
        let script = FaultScript<Int>(.succeed(-1), .succeed(1))
        let value = try await call.run(.function, rejecting: negatives(.transient)) { try await script() }
        #expect(value == 1)
        #expect(asked.events == [])
    }

    @Test func aMethodReferenceRejects() async throws {
        let script = FaultScript<Int>(.succeed(503), .succeed(200))
        let response = try await retry(policy: .immediate(2), rejecting: Response.reject) {
            Response(status: try await script())
        }
        #expect(response == Response(status: 200))
    }

    @Test(arguments: [RetryPolicy.immediate(3), .immediate(3).attemptTimeout(.seconds(1))])
    func aNoncopyableValueIsRejectedAndReleased(policy: RetryPolicy) async throws {
        let released = Log<Int>()
        let connection = try await retry(
            RetryPipeline(policy: policy).clock(ManualClock().retryClock), rejecting: Connection.rejectBelow3
        ) { attempt in
            Connection(number: attempt.number, log: released)
        }
        #expect(connection.number == 3)
        #expect(released.events == [1, 2])
        _ = consume connection
        #expect(released.events == [1, 2, 3])
    }

    @Test func theLastRejectedNoncopyableValueIsTheCallers() async throws {
        let released = Log<Int>()
        var number = 0
        let connection = try await retry(RetryPipeline(policy: .immediate(2)), rejecting: Connection.rejectBelow3) {
            _ in
            number += 1
            return Connection(number: number, log: released)
        }
        #expect(connection.number == 2)
        #expect(released.events == [1])
    }
}
