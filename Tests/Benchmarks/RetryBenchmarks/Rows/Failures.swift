import RetryAsync

func failureRows() -> [Row] {
    let impatient = RetryPolicy.default.backoff(.none)
    let transient = ErrorClassifier.always(.transient)
    return [
        Row(
            "two failures, no delay, constant classifier", failures: 2, bar: .ratio(3), mallocs: .aboveLoop(2),
            loop: loopByHand
        ) { upstream in
            try await retry(RetryPipeline(policy: impatient).classifier(transient)) { try await upstream.call() }
        },
        Row(
            "two failures, no delay, default classifier", failures: 2, bar: .ratio(8), mallocs: .aboveLoop(2),
            loop: loopByHand
        ) { upstream in
            try await retry(policy: impatient) { try await upstream.call() }
        },
    ]
}
