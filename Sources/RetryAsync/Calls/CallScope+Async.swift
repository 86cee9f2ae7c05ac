import RetryCore

/// Runs an attempt within its scope, which the calls in it read; a first attempt has none, and costs nothing.
@inlinable
nonisolated(nonsending) func inScope<Value: ~Copyable>(
    of call: RetryCall, _ operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value {
    guard let scope = call.nextScope() else { return try await operation() }
    var value: Value?
    var failure: (any Error)?
    await run(in: scope, isolation: #isolation) {
        do { value = try await operation() } catch { failure = error }
    }
    if let failure { throw failure }
    return value.set("the closure has run")
}

/// Runs asynchronous code within a scope on the caller's actor, and ends the scope.
@usableFromInline
func run(
    in scope: CallScope, isolation: isolated (any Actor)?, _ body: nonisolated(nonsending) () async -> Void
) async {
    await CallScope.$current.withValue(scope) {
        _ = isolation  // keeps the closure on the actor
        await body()
    }
    scope.end()
}
