// error: 'retry(retries:operation:)' is unavailable: write retry(maxAttempts: 4) { } for three retries after the first attempt
// A spelling that comes to mind first is answered with the right one.
import RetryAsync

func first(_ call: () async throws -> Int) async throws -> Int {
    #if TWIN
    try await retry(maxAttempts: 4) { try await call() }
    #else
    try await retry(retries: 3) { try await call() }
    #endif
}
