// error: 'retry(policy:retryOn:operation:)' is unavailable: write retryOn: .where { error in … }, or retryOn: [MyError.self]
// A spelling that comes to mind first is answered with the right one.
import RetryAsync

func first(_ call: () async throws -> Int) async throws -> Int {
    #if TWIN
    try await retry(policy: .api, retryOn: [CancellationError.self]) { try await call() }
    #else
    // swift-format-ignore: OnlyOneTrailingClosureArgument
    try await retry(policy: .api, retryOn: { _ in true }) { try await call() }
    #endif
}
