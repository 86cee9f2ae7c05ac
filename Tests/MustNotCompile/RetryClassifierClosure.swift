// error: 'retry(policy:classifier:operation:)' is unavailable: write retry(.api.classifier(ErrorClassifier { error in … })) { }
// A spelling that comes to mind first is answered with the right one.
import RetryAsync

func first(_ call: () async throws -> Int) async throws -> Int {
    #if TWIN
    try await retry(.api.classifier(ErrorClassifier { _ in .transient })) { try await call() }
    #else
    // swift-format-ignore: OnlyOneTrailingClosureArgument
    try await retry(policy: .api, classifier: { _ in .transient }) { try await call() }
    #endif
}
