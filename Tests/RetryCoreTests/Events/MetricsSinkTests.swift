import RetryCore
import RetryTesting
import Testing

/// A metrics system in memory: the values of each instrument, by its name and dimensions.
private final class Instruments: Sendable {
    private struct State: Sendable {
        var values: [String: [Double]] = [:]
        var made: [String] = []
    }

    private let state = Locked(State())

    func observer<Event>(_ type: Event.Type) -> EventObserver<Event> {
        .metrics(
            counter: { [self] in
                let record = make($0)
                return { record(Double($0)) }
            },
            histogram: { self.make($0) }, gauge: { self.make($0) })
    }

    private func make(_ instrument: EventInstrument) -> @Sendable (Double) -> Void {
        let dimensions = instrument.dimensions.map { "\($0)=\($1)" }.joined(separator: ",")
        let series = "\(instrument.name){\(dimensions)}"
        state.withLock { $0.made.append(series) }
        return { [self] value in state.withLock { $0.values[series, default: []].append(value) } }
    }

    var values: [String: [Double]] { state.withLock { $0.values } }
    var made: [String] { state.withLock { $0.made } }
}

@Suite("The metrics sink", .timeLimit(.minutes(20)))
struct MetricsSinkTests {
    private let instruments = Instruments()

    private func run(_ name: String?, _ errors: [any Error], policy: RetryPolicy = .default) {
        let sleeper = ManualSleeper()
        let script = FaultScript<Int>(steps: errors.map { .fail($0) } + [.succeed(1)], clock: nil)
        let pipeline = RetryPipeline(policy: policy.backoff(.constant(.milliseconds(250))))
            .named(name).observer(instruments.observer(RetryEvent.self))
            .sleeper(sleeper.sleeper).clock(sleeper.retryClock)
        _ = try? retryBlocking(pipeline) { try script.callBlocking() }
    }

    @Test("reports a call's duration, attempts, retries and waits under the names of the table")
    func call() {
        run("users", [ServerSideError()])
        #expect(
            instruments.values == [
                "retry.call.duration{retry.operation=users,retry.outcome=success,error.type=}": [0.25],
                "retry.call.attempts{retry.operation=users}": [2],
                "retry.retries{retry.operation=users,retry.class=server_error,error.type=ServerSideError}": [1],
                "retry.retry.delay{retry.operation=users}": [0.25],
            ])
    }

    @Test("reports the type of the error of a call that failed")
    func failure() {
        run(nil, [PermanentError()])
        let series = "retry.call.duration{retry.operation=,retry.outcome=permanent_fail,error.type=PermanentError}"
        #expect(instruments.values[series] == [0])
    }

    @Test("reports breakers and budgets")
    func guards() throws {
        let breaker = CircuitBreaker(
            "payments", policy: CircuitBreakerPolicy(consecutiveFailures: 1),
            observer: instruments.observer(CircuitBreakerEvent.self))
        let budget = RetryBudget(
            .limit(1, per: .seconds(60)), named: "all", observer: instruments.observer(RetryBudgetEvent.self))
        let pipeline = RetryPipeline(policy: .default.backoff(.none)).budget(budget)
        for _ in 0..<2 { _ = try? retryBlocking(pipeline) { throw TransientError() } }
        _ = try? breaker.call { throw TransientError() }
        let values = instruments.values
        #expect(values["retry.breaker.changes{retry.breaker=payments,retry.state=open}"] == [1])
        #expect(values["retry.breaker.state{retry.breaker=payments}"] == [2])
        #expect(values["retry.budget.exhaustions{retry.budget=all}"] == [1])
        #expect(values["retry.budget.exhausted{retry.budget=all}"] == [1])
    }

    @Test("makes an instrument once for each value of its dimensions")
    func once() {
        let observer = instruments.observer(RetryEvent.self)
        for _ in 0..<5 { _ = try? retryBlocking(RetryPipeline("users").observer(observer)) { 1 } }
        #expect(instruments.made.count == 2)
        #expect(instruments.values["retry.call.attempts{retry.operation=users}"] == [1, 1, 1, 1, 1])
    }

    @Test("bounds the values of a dimension, and their length")
    func bounded() {
        let observer = instruments.observer(RetryEvent.self)
        for number in 0..<200 { _ = try? retryBlocking(RetryPipeline("op \(number)").observer(observer)) { 1 } }
        let long = String(repeating: "x", count: 10_000)
        _ = try? retryBlocking(RetryPipeline(long).observer(observer)) { 1 }
        let attempts = instruments.values.filter { $0.key.hasPrefix("retry.call.attempts") }
        #expect(attempts.count == 65)
        #expect(attempts["retry.call.attempts{retry.operation=_other}"]?.count == 137)
        #expect(attempts.keys.allSatisfy { $0.count < 300 })
    }

    @Test("may be called back by what it calls")
    func reentrant() {
        let calls = Locked(0)
        let inner = instruments.observer(RetryEvent.self)
        let observer = RetryObserver.metrics(
            counter: { _ in { _ in } },
            histogram: { _ in
                { _ in
                    calls.withLock { $0 += 1 }
                    _ = try? retryBlocking(RetryPipeline("inner").observer(inner)) { 1 }
                }
            }, gauge: { _ in { _ in } })
        _ = try? retryBlocking(RetryPipeline("outer").observer(observer)) { 1 }
        #expect(calls.withLock { $0 } == 2)
        #expect(instruments.values["retry.call.attempts{retry.operation=inner}"] == [1, 1])
    }

    @Test("has a table whose dimensions are those that are reported")
    func table() {
        #expect(Set(EventMetric.all.map(\.name)).count == EventMetric.all.count)
        run("users", [ServerSideError()])
        for series in instruments.values.keys {
            let parts = series.dropLast().split(separator: "{", maxSplits: 1)
            let names = parts[1].split(separator: ",").map { String($0.prefix { $0 != "=" }) }
            #expect(EventMetric.all.first { $0.name == parts[0] }?.dimensions == names)
        }
    }
}
