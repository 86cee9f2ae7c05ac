// error: 'retry(backoff:operation:)' is unavailable: write retry(maxAttempts: 3, backoff: …) { }, or retry(.api.backoff(…)) { }
// A spelling that comes to mind first is answered with the right one.
import RetryAsync

func first(_ call: () async throws -> Int) async throws -> Int {
    #if TWIN
    try await retry(.api.backoff(.exponential())) { try await call() }
    #else
    try await retry(backoff: .exponential()) { try await call() }
    #endif
}
