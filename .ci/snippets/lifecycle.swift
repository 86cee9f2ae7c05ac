// Stand-ins for the parts of swift-service-lifecycle that snippets name; the real ones are used in
// Examples/Sources/Recipes.

func cancelWhenGracefulShutdown<Value: Sendable>(
    _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await operation()
}
