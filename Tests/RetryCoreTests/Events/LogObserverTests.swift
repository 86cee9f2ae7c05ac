import RetryCore
import RetryTesting
import Testing

@Suite("The log observer", .timeLimit(.minutes(20)))
struct LogObserverTests {
    struct Line: Equatable {
        let level: RetryLogLevel
        let text: String
    }

    /// Returns the log of a call that throws these errors in turn and then returns.
    private func lines(
        _ errors: [any Error], from level: RetryLogLevel = .debug, includesMessages: Bool = false, name: String? = nil,
        policy: RetryPolicy = RetryPolicy(maxAttempts: 3, backoff: .constant(.milliseconds(250))),
        cancelled: Bool = false
    ) -> [Line] {
        let lines = Locked<[Line]>([])
        let observer = RetryObserver.log(from: level, includesMessages: includesMessages) { level, text in
            lines.withLock { $0.append(Line(level: level, text: text)) }
        }
        let sleeper = ManualSleeper()
        let token = RetryCancellationToken()
        if cancelled { token.cancel() }
        let script = FaultScript<Int>(steps: errors.map { .fail($0) } + [.succeed(1)], clock: nil)
        _ = try? retryBlocking(
            RetryPipeline(policy: policy)
                .named(name)
                .observer(observer)
                .sleeper(sleeper.sleeper)
                .cancellation(token)
                .clock(sleeper.retryClock)
        ) { try script.callBlocking() }
        return lines.withLock { $0 }
    }

    @Test("writes a line for each event")
    func call() {
        let policy = RetryPolicy(maxAttempts: 3, backoff: .constant(.milliseconds(250))).named("careful")
        #expect(
            lines([ServerSideError(), StrangeError()], name: "users", policy: policy) == [
                Line(level: .debug, text: "attempt operation=users policy=careful attempt=1 elapsed=0s"),
                Line(
                    level: .warning,
                    text: "retry operation=users policy=careful attempt=1 class=server_error error=ServerSideError "
                        + "delay=250ms elapsed=0s"),
                Line(level: .debug, text: "attempt operation=users policy=careful attempt=2 elapsed=250ms"),
                Line(
                    level: .warning,
                    text: "retry operation=users policy=careful attempt=2 class=unknown error=StrangeError "
                        + "delay=250ms elapsed=250ms"),
                Line(level: .debug, text: "attempt operation=users policy=careful attempt=3 elapsed=500ms"),
                Line(level: .info, text: "success operation=users policy=careful attempt=3 elapsed=500ms"),
            ])
    }

    @Test("tells of a success at once at debug, of one after retries at info")
    func success() {
        #expect(lines([]).map(\.level) == [.debug, .debug])
        #expect(lines([TransientError()]).last?.level == .info)
    }

    @Test("tells of a call that was given up at error, of a cancellation at info")
    func failure() {
        #expect(
            lines([PermanentError()]).last
                == Line(level: .error, text: "permanent_fail attempt=1 class=permanent error=PermanentError elapsed=0s")
        )
        #expect(lines([TransientError()], policy: .once).last?.level == .error)
        #expect(lines([TransientError()], policy: .api.failsImmediately()).last?.level == .error)
        #expect(
            lines([TransientError()], cancelled: true).last
                == Line(level: .info, text: "cancelled attempt=1 error=TransientError elapsed=0s"))
    }

    @Test("leaves out what is below its level")
    func levels() {
        let counts = RetryLogLevel.allCases.map { lines([TransientError(), PermanentError()], from: $0).count }
        #expect(counts == [4, 2, 2, 1])
        #expect(RetryLogLevel.allCases.sorted() == [.debug, .info, .warning, .error])
    }

    @Test("writes texts of errors only where it was asked to")
    func messages() {
        let error = PermanentError("it said \"no\"")
        #expect(lines([error]).allSatisfy { !$0.text.contains("said") })
        #expect(lines([error], includesMessages: true).last?.text.hasSuffix(#" message="it said \"no\"""#) == true)
    }
}
