import RetryCore
import RetryTesting
import Testing

@Suite("Spans", .timeLimit(.minutes(20)))
struct SpanTests {
    /// The spans of a tracing system: what happened to each, in order.
    private final class Tracer: Sendable {
        let spans = Locked<[[String]]>([])

        var observer: RetryObserver {
            .spans(
                start: { [spans] name in
                    spans.withLock { spans in
                        spans.append(["start \(name)"])
                        return spans.count - 1
                    }
                },
                event: { [spans] span, name, fields in
                    spans.withLock {
                        $0[span].append("\(name) \(fields.first { $0.name == "attempt" }?.value.text ?? "")")
                    }
                },
                end: { [spans] span, fields, failure in
                    spans.withLock { $0[span].append("end \(failure ?? "ok")") }
                })
        }
    }

    private let tracer = Tracer()

    private func run(_ errors: [any Error], named name: String?, policy: RetryPolicy = .default.backoff(.none)) {
        let script = FaultScript<Int>(steps: errors.map { .fail($0) } + [.succeed(1)], clock: nil)
        _ = try? retryBlocking(RetryPipeline(policy: policy).named(name).observer(tracer.observer)) {
            try script.callBlocking()
        }
    }

    @Test("begin and end with their call, and have an event for each retry")
    func call() {
        run([TransientError(), TransientError()], named: "users")
        #expect(tracer.spans.withLock { $0 } == [["start retry users", "retry 1", "retry 2", "end ok"]])
    }

    @Test("end with the code of a failure")
    func failure() {
        run([PermanentError()], named: nil)
        #expect(tracer.spans.withLock { $0 } == [["start retry", "end permanent_fail"]])
    }

    @Test("are told apart where calls are nested, and where they take turns")
    func interleaved() throws {
        let pipeline = RetryPipeline("outer", policy: .default.backoff(.none)).observer(tracer.observer)
        var first = true
        try retryBlocking(pipeline) {
            try retryBlocking(pipeline.named("inner")) {}
            defer { first = false }
            if first { throw TransientError() }
        }
        let one = try RetryContext(pipeline.named("one"))
        let other = try RetryContext(pipeline.named("other"))
        _ = (try one.next(), try other.next())
        one.failed(TransientError())
        other.failed(TransientError())
        _ = (try one.next(), try other.next())
        one.succeeded()
        other.succeeded()
        #expect(
            tracer.spans.withLock { $0 } == [
                ["start retry outer", "retry 1", "end ok"], ["start retry inner", "end ok"],
                ["start retry inner", "end ok"], ["start retry one", "retry 1", "end ok"],
                ["start retry other", "retry 1", "end ok"],
            ])
    }

    @Test("are made for calls that a guard turns away")
    func turnedAway() {
        let breaker = CircuitBreaker("users", policy: CircuitBreakerPolicy(consecutiveFailures: 1))
        breaker.forceOpen()
        let pipeline = RetryPipeline("users").breaker(breaker).observer(tracer.observer)
        _ = try? retryBlocking(pipeline) { 1 }
        #expect(tracer.spans.withLock { $0 } == [["start retry users", "end circuit_open"]])
    }
}
