// error: 'retry(policy:timeout:operation:)' is unavailable: write retry(.api.attemptTimeout(…)) { } for each attempt, or .deadline(…) for the whole call
// A spelling that comes to mind first is answered with the right one.
import RetryAsync

func first(_ call: () async throws -> Int) async throws -> Int {
    #if TWIN
    try await retry(.api.attemptTimeout(.seconds(3))) { try await call() }
    #else
    try await retry(policy: .api, timeout: .seconds(3)) { try await call() }
    #endif
}
