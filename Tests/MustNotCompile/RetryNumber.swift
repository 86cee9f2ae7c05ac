// error: 'retry(_:operation:)' is unavailable: write retry(maxAttempts: 3) { }
// A spelling that comes to mind first is answered with the right one.
import RetryAsync

func first(_ call: () async throws -> Int) async throws -> Int {
    #if TWIN
    try await retry(maxAttempts: 3) { try await call() }
    #else
    try await retry(3) { try await call() }
    #endif
}
