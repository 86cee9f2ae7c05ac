import RetryAsync

private let metrics = RetryMetrics()
private let plain = RetryPipeline("users", policy: .default.backoff(.none))
private let counted = plain.observer(metrics.observer)
private let observed = plain.observer(RetryObserver { _ in })

/// What an observer adds to the same call without one.
func observerRows() -> [Row] {
    [
        Row("first try, with metrics", bar: .nanosecondsAboveLoop(60), mallocs: 0, loop: call(plain)) { upstream in
            try await retry(counted) { try await upstream.call() }
        },
        Row(
            "first try, with an observer", bar: .nanosecondsAboveLoop(120), mallocs: 0, loop: call(plain)
        ) { upstream in
            try await retry(observed) { try await upstream.call() }
        },
        Row(
            "two failures, no delay, with an observer", failures: 2, bar: .ratio(1.5), mallocs: .aboveLoop(0),
            loop: call(plain)
        ) { upstream in
            try await retry(observed) { try await upstream.call() }
        },
    ]
}

private func call(_ pipeline: RetryPipeline) -> Row.Operation {
    { upstream in try await retry(pipeline) { try await upstream.call() } }
}
