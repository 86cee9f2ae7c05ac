// error: 'retry(policy:observer:operation:)' is unavailable: write observer: RetryObserver { event in … }
// A spelling that comes to mind first is answered with the right one.
import RetryAsync

func first(_ call: () async throws -> Int) async throws -> Int {
    #if TWIN
    try await retry(policy: .api, observer: RetryObserver { print($0) }) { try await call() }
    #else
    // swift-format-ignore: OnlyOneTrailingClosureArgument
    try await retry(policy: .api, observer: { print($0) }) { try await call() }
    #endif
}
