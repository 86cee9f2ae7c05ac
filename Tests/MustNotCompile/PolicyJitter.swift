// error: 'jitter' is unavailable: jitter is a part of the backoff: .backoff(.exponential(jitter: .equal))
// A spelling that comes to mind first is answered with the right one.
import RetryAsync

func first(_ call: () async throws -> Int) async throws -> Int {
    #if TWIN
    try await retry(policy: .api.backoff(.exponential(jitter: .equal))) { try await call() }
    #else
    try await retry(policy: .api.jitter(.equal)) { try await call() }
    #endif
}
