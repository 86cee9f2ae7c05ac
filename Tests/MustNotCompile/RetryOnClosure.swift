// error: 'retry(policy:retryOn:operation:)' is unavailable: write retry(.api.retryOn(.where { error in … })) { }
// A spelling that comes to mind first is answered with the right one.
import RetryAsync

func first(_ call: () async throws -> Int) async throws -> Int {
    #if TWIN
    try await retry(.api.retryOn(.where { _ in true })) { try await call() }
    #else
    // swift-format-ignore: OnlyOneTrailingClosureArgument
    try await retry(policy: .api, retryOn: { _ in true }) { try await call() }
    #endif
}
