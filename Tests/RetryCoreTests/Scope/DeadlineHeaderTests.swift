import RetryCore
import RetryTesting
import Testing

/// Headers that carry the time a caller still waits.
@Suite("Deadline headers", .timeLimit(.minutes(20)))
struct DeadlineHeaderTests {
    @Test(arguments: [
        (Duration.milliseconds(1_500), "1500000u", "1500"), (.nanoseconds(1), "1n", "1"), (.zero, "1n", "1"),
        (.seconds(-5), "1n", "1"), (.nanoseconds(99_999_999), "99999999n", "99"),
        (.nanoseconds(100_000_001), "100000u", "100"), (.seconds(100), "100000m", "100000"),
        (.seconds(100_000), "100000S", "100000000"), (.seconds(100_000_000), "1666666M", "100000000000"),
        (.seconds(Int64.max), "2562047H", "9223372036854"),
    ])
    func values(duration: Duration, grpc: String, milliseconds: String) {
        #expect(DeadlineHeader.grpcTimeout.value(for: duration) == grpc)
        #expect(DeadlineHeader.requestTimeoutMilliseconds.value(for: duration) == milliseconds)
    }

    @Test(arguments: [
        ("1500m", Duration.milliseconds(1_500)), ("1n", .nanoseconds(1)), ("2u", .microseconds(2)), ("3S", .seconds(3)),
        ("4M", .seconds(240)), ("5H", .seconds(18_000)), ("99999999H", .nanoseconds(Int64.max)),
    ])
    func readsGRPC(value: String, duration: Duration) {
        #expect(DeadlineHeader.grpcTimeout.duration(from: value) == duration)
    }

    @Test(arguments: [
        "", "m", "0m", "00000000S", "-1m", "+1m", "1", "1s", "1.5S", " 1S", "1S ", "123456789m", "1e3m", "0x1m", "NaNm",
        "infS", "١m", "1m\u{0}", String(repeating: "9", count: 10_000) + "m",
    ])
    func refusesGRPC(value: String) {
        #expect(DeadlineHeader.grpcTimeout.duration(from: value) == nil)
        #expect(RetryDeadline(header: value, in: .grpcTimeout, atMost: .seconds(1)) == nil)
    }

    @Test(arguments: ["", "0", "-1", "+1", "1.5", "1e3", "0x10", " 5", "5 ", "nan", "inf", "5ms", "٥"])
    func refusesMilliseconds(value: String) {
        #expect(DeadlineHeader.requestTimeoutMilliseconds.duration(from: value) == nil)
    }

    @Test func longTimesAreBounded() throws {
        let digits = String(repeating: "9", count: 10_000)
        #expect(DeadlineHeader.requestTimeoutMilliseconds.duration(from: digits) == .nanoseconds(Int64.max))
        let clock = RetryClock(ManualClock())
        let deadline = try #require(
            RetryDeadline(header: digits, in: .requestTimeoutMilliseconds, atMost: .seconds(30), clock: clock))
        #expect(deadline.remaining == .seconds(30))
        #expect(RetryDeadline(header: nil, in: .grpcTimeout, atMost: .seconds(30)) == nil)
    }

    /// What is written is never longer than what is left, and not much shorter.
    @Test(arguments: UInt64(0)..<500)
    func writtenAndReadAgain(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let nanoseconds = Int64.random(
            in: 1_000_000...(Int64.max >> Int64.random(in: 0...40, using: &generator)), using: &generator)
        for header in DeadlineHeader.allCases {
            let read = try #require(header.duration(from: header.value(for: .nanoseconds(nanoseconds))))
            #expect(read <= .nanoseconds(nanoseconds))
            #expect(read.saturatedNanoseconds >= nanoseconds / 2)
        }
    }

    @Test func anAttemptSendsWhatIsLeft() throws {
        let attempt = RetryAttempt(number: 2, maxAttempts: 4, remaining: .milliseconds(100))
        let header = try #require(try attempt.header(.requestTimeoutMilliseconds))
        #expect(header == (name: "x-request-timeout-ms", value: "100"))
        #expect(attempt.sdkRequestHeader == "attempt=2; max=4")
        #expect(try RetryAttempt(number: 1, maxAttempts: 4, remaining: nil).header(.grpcTimeout) == nil)
    }

    @Test func anAttemptWithTooLittleTimeIsNotSent() {
        let attempt = RetryAttempt(number: 2, maxAttempts: 4, remaining: .milliseconds(4))
        let error = InsufficientTimeError(remaining: .milliseconds(4), needed: .milliseconds(5))
        #expect(throws: error) { try attempt.header(.grpcTimeout) }
        #expect(throws: Never.self) { try attempt.header(.grpcTimeout, atLeast: .milliseconds(4)) }
        #expect(error.classification == .permanent)
        #expect(error.description.hasPrefix("The attempt was not sent: 4ms are left"))
    }

    /// A deadline of 250 ms, and attempts of 100 ms: each header says what that attempt has.
    @Test func eachAttemptHasItsOwnTime() throws {
        let clock = ManualClock(autoAdvance: true)
        var values: [String] = []
        try? retryBlocking(
            RetryPipeline(policy: RetryPolicy(maxAttempts: 9, backoff: .none).deadline(.milliseconds(250)))
                .clock(RetryClock(clock))
        ) { (attempt: RetryAttempt) in
            values.append(try attempt.header(.requestTimeoutMilliseconds)?.value ?? "none")
            clock.advance(by: .milliseconds(100))
            throw Down()
        }
        #expect(values == ["250", "150", "50"])
    }

    private struct Down: Error {}
}
