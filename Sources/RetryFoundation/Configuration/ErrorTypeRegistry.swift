/// The error types that a configuration can name.
///
/// A name is looked up here alone: nothing in a configuration is ever evaluated or loaded.
///
/// ```swift
/// let errors = ErrorTypeRegistry()
///     .registering(RequestTimeout.self, as: "requests.Timeout")
///     .registering(StorageFull.self)
/// ```
public struct ErrorTypeRegistry: Sendable {
    private var types: [String: @Sendable (any Error) -> Bool] = [:]

    /// Creates a registry without a name.
    public init() {}

    /// Returns this registry with one more type.
    ///
    /// - Parameters:
    ///   - type: The type; errors of its subclasses are included.
    ///   - name: The name in configurations; the type's own if `nil`.
    /// - Returns: The changed registry.
    public func registering<E: Error>(_ type: E.Type, as name: String? = nil) -> ErrorTypeRegistry {
        var copy = self
        copy.types[name ?? String(describing: type)] = { $0 is E }
        return copy
    }

    /// The names, in the order of the alphabet.
    public var names: [String] { types.keys.sorted() }

    /// Returns a predicate for errors of the type of a name; `nil` if there is no such name.
    func test(_ name: String) -> (@Sendable (any Error) -> Bool)? { types[name] }
}
