import RetryCore
import RetryTesting
import Testing

@Suite("The structured log", .timeLimit(.minutes(20)))
struct StructuredLogTests {
    private struct Entry: Equatable {
        let level: RetryLogLevel
        let message: String
        let metadata: [String: String]
    }

    private let entries = Locked<[Entry]>([])

    private func observer<Event>(_ type: Event.Type, from level: RetryLogLevel = .debug) -> EventObserver<Event> {
        .log(from: level) { [entries] level, message, metadata in
            entries.withLock { $0.append(Entry(level: level, message: message, metadata: metadata)) }
        }
    }

    private func run(
        _ errors: [any Error], from level: RetryLogLevel = .debug, _ refine: (RetryPipeline) -> RetryPipeline = { $0 }
    ) -> [Entry] {
        let sleeper = ManualSleeper()
        let script = FaultScript<Int>(steps: errors.map { .fail($0) } + [.succeed(1)], clock: nil)
        let pipeline = RetryPipeline("users", policy: .default.backoff(.constant(.milliseconds(250))))
            .observer(observer(RetryEvent.self, from: level)).sleeper(sleeper.sleeper).clock(sleeper.retryClock)
        _ = try? retryBlocking(refine(pipeline)) { try script.callBlocking() }
        return entries.withLock { $0 }
    }

    @Test("has the fields as metadata, times in seconds")
    func metadata() {
        let retry = run([ServerSideError()]).first { $0.message == "retry" }
        #expect(
            retry?.metadata == [
                "retry.operation": "users", "retry.policy": "default", "retry.attempt": "1",
                "retry.class": "server_error",
                "error.type": "ServerSideError", "retry.delay": "0.25", "retry.elapsed": "0",
            ])
    }

    @Test("has no event of a call above info, whatever its own level")
    func levels() {
        #expect(run([TransientError(), PermanentError()]).map(\.level) == [.debug, .info, .debug, .info])
    }

    @Test("leaves out what is below its level")
    func minimum() {
        #expect(run([TransientError()], from: .info).map(\.message) == ["retry", "success"])
    }

    @Test("has calls that a guard turns away at debug, and the breaker's change at warning")
    func turnedAway() {
        let breaker = CircuitBreaker(
            "users", policy: CircuitBreakerPolicy(consecutiveFailures: 1), observer: observer(CircuitBreakerEvent.self))
        _ = try? breaker.call { throw TransientError() }
        _ = run([]) { $0.breaker(breaker) }
        #expect(
            entries.withLock { $0 }.map { [$0.level.rawValue, $0.message] } == [
                ["warning", "circuit_open"], ["debug", "circuit_open"],
            ])
    }
}
