import RetryCore

struct Unavailable: StatusCodeError {
    var statusCode: Int? { 503 }
}

struct Declined: SelfClassifyingError {
    var classification: ErrorClassification { .permanent }
}

let policy = RetryPolicy.fast.backoff(.none).retries(1, for: .unknown).named("core-client")

var attempts = 0
let value = try retryBlocking(policy: policy) {
    attempts += 1
    if attempts == 1 { throw Unavailable() }
    return attempts
}
precondition(value == 2, "the second attempt succeeds")

let executor = BlockingExecutor(RetryPipeline(policy: policy).classifier(.errors(Declined.self) { $0.classification }))
let outcome = try executor.outcome { () throws in throw Declined() } as RetryOutcome<Void>
precondition(outcome.attempts == 1 && outcome.stopReason == .permanent, "a permanent failure is not retried")

var state = RetryStateMachine(policy: .api)
var generator = RetryRandomSource.seeded(7)
guard case .retry(let delay) = state.attemptFailed(.serverError, elapsed: .zero, using: &generator) else {
    preconditionFailure("a server error is retried")
}
precondition(delay >= .zero, "a delay is not negative")
print("CoreClient: ok")
