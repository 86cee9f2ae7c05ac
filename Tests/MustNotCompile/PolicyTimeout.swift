// error: 'timeout' is unavailable: write .attemptTimeout(…) for each attempt, or .deadline(…) for the whole call
// A spelling that comes to mind first is answered with the right one.
import RetryAsync

func first(_ call: () async throws -> Int) async throws -> Int {
    #if TWIN
    try await retry(.api.deadline(.seconds(3))) { try await call() }
    #else
    try await retry(.api.timeout(.seconds(3))) { try await call() }
    #endif
}
