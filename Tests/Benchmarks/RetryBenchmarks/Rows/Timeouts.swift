import Benchmark
import MallocCounter
import RetryAsync
import RetryCore

/// Returns the rows for limits on the timer of the process.
func timeoutRows() -> [Row] {
    let policy = RetryPolicy.default.attemptTimeout(.seconds(3_600))
    return [
        // The least that anything costs which can be cancelled alone: a group with a child that does nothing.
        Row("attempt timeout, succeeds at once", bar: .ratio(2.6), mallocs: 8, loop: emptyChild) { upstream in
            try await retry(policy: policy) { try await upstream.call() }
        },
        Row("attempt timeout, suspends once", bar: .nanoseconds(2_000), mallocs: 10) { upstream in
            try await retry(policy: policy) {
                await Task.yield()
                return try await upstream.call()
            }
        },
        Row("attempt timeout, 1,000,000 calls: bytes left", bar: .bytes(200_000)) {
            guard malloc_counter_knows_bytes() else { return nil }
            let before = malloc_counter_bytes_in_use()
            for _ in 0..<1_000_000 { try await retry(policy: policy) { await Task.yield() } }
            return Double(Int(malloc_counter_bytes_in_use()) - Int(before))
        },
        Row("attempt timeout, 8 tasks: processor time of a call against one task", bar: .times(1.3)) {
            let one = try await timeOfCalls(tasks: 1, policy)
            return try await timeOfCalls(tasks: 8, policy) / one
        },
        Row("cancellation's lateness, main actor busy", bar: .milliseconds(5)) {
            try await lateness { done in Task { @MainActor in while !done.isCancelled {} } }
        },
        Row("cancellation's lateness, all threads busy", bar: .milliseconds(5)) {
            try await lateness { done in
                for _ in 0..<8 { Task.detached { while !done.isCancelled {} } }
            }
        },
        Row("cancellation's lateness, beside a handler of 300 ms", bar: .milliseconds(20)) {
            async let slow: Void = hang(.milliseconds(50)) { _ in
                let end = ContinuousClock.now + .milliseconds(300)
                while ContinuousClock.now < end {}
            }
            async let late = lateness(of: .milliseconds(10)) { _ in }
            _ = try? await slow
            return try await late
        },
        Row("100,000 deadlines within 2 s, lateness p50", bar: .milliseconds(0.5)) { try await storm(0.5) },
        Row("100,000 deadlines within 2 s, lateness p99", bar: .milliseconds(250)) { try await storm(0.99) },
    ]
}

private let emptyChild: Row.Operation = { upstream in
    await withDiscardingTaskGroup { group in group.addImmediateTask {} }
    return try await upstream.call()
}

/// The nanoseconds that the processor works for calls with a limit, which run in some tasks at once.
private func timeOfCalls(tasks: Int, _ policy: RetryPolicy) async throws -> Double {
    let start = processTime()
    try await withThrowingDiscardingTaskGroup { group in
        for _ in 0..<tasks {
            group.addTask {
                for _ in 0..<400_000 / tasks { try await retry(policy: policy) { await Task.yield() } }
            }
        }
    }
    return Double(processTime() - start)
}

/// Runs an operation that ends by its limit alone; `onCancel` is passed the time at which it should be cancelled.
private nonisolated(nonsending) func hang(
    _ limit: Duration, onStart: @Sendable () -> Void = {},
    onCancel: @escaping @Sendable (ContinuousClock.Instant) -> Void
) async throws {
    try await retry(policy: .once.attemptTimeout(limit)) {
        let end = ContinuousClock.now + limit
        onStart()
        try await withTaskCancellationHandler {
            try await Task.sleep(for: .seconds(86_400))
        } onCancel: {
            onCancel(end)
        }
    }
}

/// The time in milliseconds after a limit at which an operation of the main actor is cancelled, at worst.
///
/// `busy` starts jobs that work until then, once the operation is about to wait.
@MainActor
private func lateness(
    of limit: Duration = .milliseconds(30), _ busy: @Sendable (RetryCancellationToken) -> Void
) async throws -> Double {
    let lateness = Shared([Double]())
    for _ in 0..<10 {
        let done = RetryCancellationToken()
        try? await hang(
            limit, onStart: { busy(done) },
            onCancel: { end in
                lateness.withLock { $0.append((ContinuousClock.now - end) / .milliseconds(1)) }
                done.cancel()
            })
    }
    return lateness.withLock { $0.max() ?? .infinity }
}

/// The lateness in milliseconds of so large a share of 100,000 cancellations that are due within two seconds.
private func storm(_ share: Double) async throws -> Double {
    let count = 100_000
    let lateness = Shared([Double]())
    lateness.withLock { $0.reserveCapacity(count) }
    await withDiscardingTaskGroup { group in
        for index in 0..<count {
            // The tasks need a while to begin: the first limit is a second away.
            let limit = Duration.milliseconds(2_000) + .microseconds(index * 20)
            group.addTask {
                _ = try? await hang(limit) { end in
                    let late = (ContinuousClock.now - end) / .milliseconds(1)
                    lateness.withLock { $0.append(late) }
                }
            }
        }
    }
    let sorted = lateness.withLock { $0.sorted() }
    return sorted[Int(Double(sorted.count - 1) * share)]
}
