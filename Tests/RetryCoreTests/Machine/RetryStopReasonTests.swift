import RetryCore
import Testing

@Suite("Stop reasons", .timeLimit(.minutes(20)))
struct RetryStopReasonTests {
    static let codes: [(RetryStopReason, String)] = [
        (.succeeded, "success"), (.cancelled, "cancelled"), (.immediateFailure, "immediate_fail"),
        (.permanent, "permanent_fail"), (.classLimit(.unknown), "max_unknown_attempts_exceeded"),
        (.classLimit(.rateLimit), "max_attempts_exceeded"), (.attemptsExhausted, "max_attempts_exceeded"),
        (.circuitOpen, "circuit_open"), (.deadlineExceeded, "deadline_exceeded"),
        (.budgetExhausted, "budget_exhausted"), (.abandoned, "abandoned"),
    ]

    @Test("have the codes of their events", arguments: codes)
    func code(_ reason: RetryStopReason, _ code: String) {
        #expect(reason.code == code)
    }

    @Test("are all different")
    func different() {
        #expect(Set(Self.codes.map(\.0)).count == Self.codes.count)
        #expect(RetryStopReason.classLimit(.rateLimit) != .classLimit(.transient))
    }

    @Test("name the class whose limit was used up")
    func limitedClass() {
        #expect(RetryStopReason.classLimit(.rateLimit).limitedClass == .rateLimit)
        #expect(RetryStopReason.classLimit(.rateLimit).description == "max_attempts_exceeded (rate_limit)")
        #expect(RetryStopReason.attemptsExhausted.limitedClass == nil)
        #expect(RetryStopReason.attemptsExhausted.description == "max_attempts_exceeded")
    }
}
