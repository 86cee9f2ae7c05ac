// error: 'maxRetries' is unavailable: write .maxAttempts(…): the number of attempts, one more than the retries
// A spelling that comes to mind first is answered with the right one.
import RetryAsync

func first(_ call: () async throws -> Int) async throws -> Int {
    #if TWIN
    try await retry(.api.maxAttempts(4)) { try await call() }
    #else
    try await retry(.api.maxRetries(3)) { try await call() }
    #endif
}
