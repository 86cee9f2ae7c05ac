// error: 'retry(policy:observer:operation:)' is unavailable: write retry(.api.observer(RetryObserver { event in … })) { }
// A spelling that comes to mind first is answered with the right one.
import RetryAsync

func first(_ call: () async throws -> Int) async throws -> Int {
    #if TWIN
    try await retry(.api.observer(RetryObserver { _ in })) { try await call() }
    #else
    // swift-format-ignore: OnlyOneTrailingClosureArgument
    try await retry(policy: .api, observer: { _ in }) { try await call() }
    #endif
}
