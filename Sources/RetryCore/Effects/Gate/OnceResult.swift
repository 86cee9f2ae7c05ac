/// The result of an effect, and whether it is a replay.
public struct OnceResult<Value> {
    /// The result of the effect.
    public let value: Value
    /// A Boolean value that indicates whether the effect was run before, and this is the result of that run.
    public let isReplay: Bool
    /// The time since the effect was settled; zero if it was run now.
    public let age: Duration
    /// The reason why later callers do not get this result; `nil` if the store keeps it.
    ///
    /// The effect happened and is not run again. Its result was too long for the store, or could not be encoded, or was
    /// recorded by the effect itself in another form than the codec's: later callers get
    /// ``EffectError/resultNotKept(_:_:age:)``, or the codec's error.
    public let unkept: EffectFailure?

    package init(_ value: Value, replayedAfter age: Duration? = nil, unkept: EffectFailure? = nil) {
        self.value = value
        isReplay = age != nil
        self.age = age ?? .zero
        self.unkept = unkept
    }
}

extension OnceResult: Sendable where Value: Sendable {}
extension OnceResult: Equatable where Value: Equatable {}
