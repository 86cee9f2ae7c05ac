import RetryAsync
import Synchronization

/// An observer of the latency of calls, and of the attempts that breaker and budget withhold from the upstream.
final class Traffic: Sendable {
    fileprivate struct State {
        var withheld = 0
        var calls: [(end: ContinuousClock.Instant, latency: Duration)] = []
    }

    private let maxAttempts: Int
    private let state = Mutex(State())

    /// Creates an observer of calls whose policy has this limit.
    init(maxAttempts: Int) { self.maxAttempts = maxAttempts }

    var observer: RetryObserver {
        RetryObserver { event in
            guard let end = event.stopReason else { return }
            self.state.withLock { $0.add(event, end, maxAttempts: self.maxAttempts) }
        }
    }

    /// Returns the number of requests that the policy alone would have sent, while the upstream was failing.
    func wanted(received: Int) -> Int {
        received + state.withLock { $0.withheld }
    }

    /// The latency of the calls of the last second.
    var latency: Status.Latency {
        let times = state.withLock { state in
            state.forget(before: .now - .seconds(1))
            return state.calls.map { $0.latency / .milliseconds(1) }.sorted()
        }
        guard !times.isEmpty else { return Status.Latency(p50: 0, p95: 0) }
        return Status.Latency(p50: times[times.count / 2], p95: times[times.count * 95 / 100])
    }
}

extension Traffic.State {
    /// Records the end of a call.
    fileprivate mutating func add(_ event: RetryEvent, _ end: RetryStopReason, maxAttempts: Int) {
        // A guard ended the call: the policy would have gone on to its last attempt.
        if end == .circuitOpen || end == .budgetExhausted { withheld += maxAttempts - event.attempt }
        calls.append((.now, event.elapsed))
        if calls.count > 10_000 { forget(before: .now - .seconds(1)) }
    }

    fileprivate mutating func forget(before time: ContinuousClock.Instant) {
        calls.removeAll { $0.end < time }
    }
}
