import Benchmark
import Foundation
import RetryCore

private let consecutive = CircuitBreakerPolicy.default
private let countWindow = CircuitBreakerPolicy.default.failureRatio(0.5, ofLast: 100, minimumCalls: 20)
private let timeWindow = CircuitBreakerPolicy.default.failureRatio(0.5, within: .seconds(10), minimumCalls: 20)
private let slowCalls = CircuitBreakerPolicy.default
    .slowCallRatio(0.5, slowerThan: .seconds(1), within: .seconds(10), minimumCalls: 20)

/// Returns the rows for the cost of a circuit breaker per call.
func breakerRows() -> [Row] {
    [
        acquireRow("breaker, consecutive, acquire and succeed", consecutive, 20),
        acquireRow("breaker, count window, acquire and succeed", countWindow, 50),
        crowdRow("breaker, count window, 2 threads", countWindow, threads: 2, 200),
        crowdRow("breaker, count window, 8 threads", countWindow, threads: 8, 250),
        acquireRow("breaker, time window, acquire and succeed", timeWindow, 110),
        acquireRow("breaker, slow calls, acquire and succeed", slowCalls, nil),
        rejectionRow(),
        callRow(),
    ]
}

private func acquireRow(_ name: String, _ policy: CircuitBreakerPolicy, _ nanoseconds: Double?) -> Row {
    let breaker = CircuitBreaker(name, policy: policy)
    return Row(name, bar: nanoseconds.map(Bar.nanoseconds) ?? .shown, mallocs: 0) { count in
        succeed(breaker, count)
    }
}

/// Wall time over operations, with so many threads at one breaker.
private func crowdRow(_ name: String, _ policy: CircuitBreakerPolicy, threads: Int, _ nanoseconds: Double) -> Row {
    let breaker = CircuitBreaker(name, policy: policy)
    let crowd = Crowd(of: threads) { count in succeed(breaker, count) }
    return Row(name, bar: .nanoseconds(nanoseconds)) { count in crowd.run(count) }
}

private func rejectionRow() -> Row {
    let breaker = CircuitBreaker(
        "open", policy: CircuitBreakerPolicy(consecutiveFailures: 1, breakDuration: .seconds(3_600)))
    breaker.tryAcquire()?.fail(.transient)
    return Row("breaker, open, tryAcquire rejects", bar: .nanoseconds(60), mallocs: 0) { count in
        succeed(breaker, count)
    }
}

/// A closed breaker around a call; its seed claims less than 50 µs for it.
private func callRow() -> Row {
    let breaker = CircuitBreaker("call")
    return .blocking(
        "breaker, consecutive, a call", bar: .nanosecondsAboveLoop(50), mallocs: 0,
        loop: { upstream in try upstream.callBlocking() },
        operation: { upstream in try breaker.call { try upstream.callBlocking() } })
}

@inline(never)
private func succeed(_ breaker: CircuitBreaker, _ count: Int) {
    for _ in 0..<count {
        guard let permit = breaker.tryAcquire() else { continue }
        permit.succeed()
    }
}

/// Threads that live as long as their row, and share what a batch has to do.
final class Crowd: Sendable {
    private let starts: [DispatchSemaphore]
    private let end = DispatchSemaphore(value: 0)
    private let share = Share()

    private final class Share: @unchecked Sendable {
        // Unchecked: written before the semaphores are signalled, read after that.
        var count = 0
    }

    init(of size: Int, work: @escaping @Sendable (Int) -> Void) {
        starts = (0..<size).map { _ in DispatchSemaphore(value: 0) }
        for start in starts {
            Thread.detachNewThread { [share, end] in
                while true {
                    start.wait()
                    work(share.count)
                    end.signal()
                }
            }
        }
    }

    func run(_ count: Int) {
        share.count = (count + starts.count - 1) / starts.count
        for start in starts { start.signal() }
        for _ in starts { end.wait() }
    }
}
