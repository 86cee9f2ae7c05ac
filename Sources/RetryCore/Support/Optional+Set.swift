extension Optional where Wrapped: ~Copyable {
    /// Takes the value that a closure has set, which the compiler cannot know; traps if it is missing.
    @usableFromInline package mutating func set(_ reason: StaticString) -> Wrapped {
        guard let value = take() else { preconditionFailure("\(reason)") }
        return value
    }
}
