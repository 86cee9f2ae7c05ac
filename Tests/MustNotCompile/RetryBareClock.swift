// error: 'retry(policy:clock:operation:)' is unavailable: write retry(.api.clock(RetryClock(clock))) { }
// A spelling that comes to mind first is answered with the right one.
import RetryAsync

func first(_ call: () async throws -> Int) async throws -> Int {
    #if TWIN
    try await retry(.api.clock(RetryClock(ContinuousClock()))) { try await call() }
    #else
    try await retry(policy: .api, clock: ContinuousClock()) { try await call() }
    #endif
}
