import MallocCounter
import RetryAsync

/// Returns the rows for many tasks that wait at the same time.
func waitingRows() -> [Row] {
    [
        Row("100,000 callers in backoff, bytes each above a bare continuation", bar: .bytes(800)) {
            guard let bare = await Sleepers.bareContinuations(), let waiting = await Sleepers.callsInBackoff() else {
                return nil
            }
            return waiting.bytes - bare.bytes
        },
        Row("100,000 callers in backoff within 2 s, lateness p99", bar: .milliseconds(10)) {
            try await Sleepers.latenessOfBackoff(0.99)
        },
        Row("100,000 callers in the queue of a rate limiter, bytes each above a bare continuation", bar: .bytes(100)) {
            guard let bare = await Sleepers.bareContinuations(), let waiting = await Sleepers.callersInAQueue() else {
                return nil
            }
            return waiting.bytes - bare.bytes
        },
        Row("100,000 callers in the queue of a rate limiter, mallocs each above a bare continuation", bar: .times(1.02))
        {
            guard let bare = await Sleepers.bareContinuations(), let waiting = await Sleepers.callersInAQueue() else {
                return nil
            }
            return waiting.mallocs - bare.mallocs
        },
        Row("100,000 callers in the queue of a rate limiter, bytes left of each after its cancellation", bar: .bytes(2))
        {
            guard let waiting = await Sleepers.callersInAQueue() else { return nil }
            return waiting.bytesLeft
        },
    ]
}

/// Tasks that all wait, and the bytes of the heap that each takes.
private enum Sleepers {
    static let count = 100_000

    /// For each task.
    struct Cost {
        var bytes: Double
        var mallocs: Double
        var bytesLeft: Double
    }

    static func bareContinuations() async -> Cost? {
        let continuations = Shared([UnsafeContinuation<Void, Never>]())
        continuations.withLock { $0.reserveCapacity(count) }
        return await cost {
            await withUnsafeContinuation { continuation in continuations.withLock { $0.append(continuation) } }
        } end: { _ in
            for continuation in continuations.withLock({ $0 }) { continuation.resume() }
        }
    }

    static func callsInBackoff() async -> Cost? {
        let policy = RetryPolicy(maxAttempts: 2, backoff: .constant(.seconds(3_600)))
        return await cost {
            try? await retry(policy: policy) { throw Unavailable() }
        } end: { tasks in
            for task in tasks { task.cancel() }
        }
    }

    static func callersInAQueue() async -> Cost? {
        // A turn each minute: the last one waits for ten weeks.
        let limiter = CallRateLimiter(
            .tokenBucket(1, per: .seconds(60), burst: 1, maxWait: .seconds(31_536_000)))
        return await cost {
            try? await limiter.acquire()
        } end: { tasks in
            for task in tasks { task.cancel() }
        }
    }

    /// The lateness in milliseconds of so large a share of backoffs that end within two seconds.
    static func latenessOfBackoff(_ share: Double) async throws -> Double {
        let lateness = Shared([Double]())
        lateness.withLock { $0.reserveCapacity(count) }
        await withDiscardingTaskGroup { group in
            for index in 0..<count {
                // The tasks need a while to begin: the first wait ends a second later.
                let wait = Duration.milliseconds(2_000) + .microseconds(index * 20)
                group.addTask {
                    let policy = RetryPolicy(maxAttempts: 2, backoff: Backoff.constant(wait).jitter(.none))
                    let end = Shared(ContinuousClock.now)
                    try? await retry(policy: policy) { (attempt: RetryAttempt) in
                        if attempt.isFirst {
                            end.withLock { $0 = ContinuousClock.now + wait }
                            throw Unavailable()
                        }
                        let late = end.withLock { (ContinuousClock.now - $0) / .milliseconds(1) }
                        lateness.withLock { $0.append(late) }
                    }
                }
            }
        }
        let sorted = lateness.withLock { $0.sorted() }
        return sorted[Int(Double(sorted.count - 1) * share)]
    }

    private static func cost(
        of wait: @escaping @Sendable () async -> Void, end: ([Task<Void, Never>]) -> Void
    ) async -> Cost? {
        guard malloc_counter_knows_bytes() else { return nil }
        var tasks: [Task<Void, Never>] = []
        tasks.reserveCapacity(count)
        let before = malloc_counter_bytes_in_use()
        malloc_counter_start()
        for _ in 0..<count { tasks.append(Task { await wait() }) }
        var last: Int64 = -1
        // All of them wait once the heap does not change any more.
        while Int64(malloc_counter_bytes_in_use()) != last {
            last = Int64(malloc_counter_bytes_in_use())
            try? await Task.sleep(for: .milliseconds(100))
        }
        let mallocs = malloc_counter_stop()
        end(tasks)
        for task in tasks { await task.value }
        tasks.removeAll(keepingCapacity: true)
        let left = Int64(malloc_counter_bytes_in_use()) - Int64(before)
        return Cost(
            bytes: Double(last - Int64(before)) / Double(count), mallocs: Double(mallocs) / Double(count),
            bytesLeft: Double(left) / Double(count))
    }
}
