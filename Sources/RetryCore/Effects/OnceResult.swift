/// The result of an effect, and whether it was run for it.
public struct OnceResult<Value> {
    /// The result of the effect.
    public let value: Value
    /// Whether the effect was run before, and this is what it returned then.
    public let isReplay: Bool
    /// How long ago the effect was settled; zero if it was run now.
    public let age: Duration

    package init(_ value: Value, replayedAfter age: Duration? = nil) {
        self.value = value
        isReplay = age != nil
        self.age = age ?? .zero
    }
}

extension OnceResult: Sendable where Value: Sendable {}
extension OnceResult: Equatable where Value: Equatable {}
