/// A value of any type that chaos puts in the place of an operation's.
struct ChaosValue: Sendable {
    private let type: ObjectIdentifier
    private let make: @Sendable (UnsafeMutableRawPointer) -> Void

    init<Value>(_ value: @escaping @Sendable () -> Value) {
        type = ObjectIdentifier(Value.self)
        make = { $0.initializeMemory(as: Value.self, to: value()) }
    }

    /// Returns whether the value is of a type.
    func isOf<Value: ~Copyable>(_ other: Value.Type) -> Bool { type == ObjectIdentifier(other) }

    /// Makes the value for a call whose value is of this type; `nil` if the types differ.
    ///
    /// A cast needs a copyable type, and calls have values that are not: the types are compared instead.
    func value<Value: ~Copyable>(as other: Value.Type) -> Value? {
        guard isOf(other) else { return nil }
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: max(1, MemoryLayout<Value>.size), alignment: MemoryLayout<Value>.alignment)
        defer { memory.deallocate() }
        make(memory)
        return memory.assumingMemoryBound(to: Value.self).move()
    }
}
