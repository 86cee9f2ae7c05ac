import RetryAsync

/// Returns the rows for calls within the scopes of others: a first try reads and writes none.
func scopeRows() -> [Row] {
    [
        Row(
            "first try, within a deadline; the loop is without", bar: .ratio(1.05), mallocs: 0,
            loop: firstTries
        ) { count in
            try await withDeadline(in: .seconds(3_600)) { try await firstTries(count) }
        },
        Row(
            "first try, within a repeated attempt; the loop is without", bar: .ratio(1.05), mallocs: 0,
            loop: firstTries
        ) { count in
            try await retry(policy: RetryPolicy(maxAttempts: 2, backoff: .none)) { (attempt: RetryAttempt) in
                if attempt.isFirst { throw Unavailable() }
                try await firstTries(count)
            }
        },
    ]
}

private let firstTries: Row.Batch = { count in
    let upstream = Upstream()
    for _ in 0..<count { _ = try await retry(policy: .api) { try await upstream.call() } }
}
