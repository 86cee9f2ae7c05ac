import RetryAsync

func timeoutRows() -> [Row] {
    let policy = RetryPolicy.default.attemptTimeout(.seconds(5))
    return [
        Row("first try, attempt timeout armed", bar: .nanoseconds(4000), mallocs: 14) { upstream in
            try await retry(policy: policy) { try await upstream.call() }
        }
    ]
}
