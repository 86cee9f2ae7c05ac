// Verdicts with a result in the codec's form: later callers can read the recorded result.
extension EffectStore {
    /// Records that an effect happened, with its result in a codec's form.
    ///
    /// ```swift
    /// let found = try await psp.receipt(for: id.idempotencyKey)
    /// _ = try await store.reconcile(id, expectedToken: record.token, happened: found, as: .json)
    /// ```
    ///
    /// - Parameters:
    ///   - id: The key.
    ///   - expectedToken: The token of the record that the verdict is about.
    ///   - value: The result, as the effect would have returned it.
    ///   - codec: The codec that the callers of the key use.
    /// - Returns: Whether the verdict is recorded.
    /// - Throws: An error if the result cannot be encoded, or the store cannot do its work.
    public func reconcile<Value>(
        _ id: ActionID, expectedToken: FencingToken, happened value: Value, as codec: EffectCodec<Value>
    ) async throws -> ReconcileAnswer {
        let bytes = try codec.encode(value)
        return try await reconcile(id, expectedToken: expectedToken, verdict: .happened(bytes))
    }

    /// Records that an effect happened, with a result that has a codec of its own.
    ///
    /// - Parameters:
    ///   - id: The key.
    ///   - expectedToken: The token of the record that the verdict is about.
    ///   - value: The result, as the effect would have returned it.
    /// - Returns: Whether the verdict is recorded.
    /// - Throws: An error if the result cannot be encoded, or the store cannot do its work.
    public func reconcile<Value: EffectResult>(
        _ id: ActionID, expectedToken: FencingToken, happened value: Value
    ) async throws -> ReconcileAnswer {
        try await reconcile(id, expectedToken: expectedToken, happened: value, as: Value.effectCodec)
    }
}

extension BlockingEffectStore {
    /// Records that an effect happened, with its result in a codec's form; blocks the thread.
    ///
    /// - Parameters:
    ///   - id: The key.
    ///   - expectedToken: The token of the record that the verdict is about.
    ///   - value: The result, as the effect would have returned it.
    ///   - codec: The codec that the callers of the key use.
    /// - Returns: Whether the verdict is recorded.
    /// - Throws: An error if the result cannot be encoded, or the store cannot do its work.
    public func reconcile<Value>(
        _ id: ActionID, expectedToken: FencingToken, happened value: Value, as codec: EffectCodec<Value>
    ) throws -> ReconcileAnswer {
        try reconcile(id, expectedToken: expectedToken, verdict: .happened(codec.encode(value)))
    }

    /// Records that an effect happened, with a result that has a codec of its own; blocks the thread.
    ///
    /// - Parameters:
    ///   - id: The key.
    ///   - expectedToken: The token of the record that the verdict is about.
    ///   - value: The result, as the effect would have returned it.
    /// - Returns: Whether the verdict is recorded.
    /// - Throws: An error if the result cannot be encoded, or the store cannot do its work.
    public func reconcile<Value: EffectResult>(
        _ id: ActionID, expectedToken: FencingToken, happened value: Value
    ) throws -> ReconcileAnswer {
        try reconcile(id, expectedToken: expectedToken, happened: value, as: Value.effectCodec)
    }
}

// Tasks use these, which do not block a thread: a store may have asynchronous functions of its own.
extension BlockingEffectStore {
    /// Records that an effect happened, with its result in a codec's form.
    ///
    /// - Parameters:
    ///   - id: The key.
    ///   - expectedToken: The token of the record that the verdict is about.
    ///   - value: The result, as the effect would have returned it.
    ///   - codec: The codec that the callers of the key use.
    /// - Returns: Whether the verdict is recorded.
    /// - Throws: An error if the result cannot be encoded, or the store cannot do its work.
    public func reconcile<Value>(
        _ id: ActionID, expectedToken: FencingToken, happened value: Value, as codec: EffectCodec<Value>
    ) async throws -> ReconcileAnswer {
        try await (self as any EffectStore).reconcile(id, expectedToken: expectedToken, happened: value, as: codec)
    }

    /// Records that an effect happened, with a result that has a codec of its own.
    ///
    /// - Parameters:
    ///   - id: The key.
    ///   - expectedToken: The token of the record that the verdict is about.
    ///   - value: The result, as the effect would have returned it.
    /// - Returns: Whether the verdict is recorded.
    /// - Throws: An error if the result cannot be encoded, or the store cannot do its work.
    public func reconcile<Value: EffectResult>(
        _ id: ActionID, expectedToken: FencingToken, happened value: Value
    ) async throws -> ReconcileAnswer {
        try await reconcile(id, expectedToken: expectedToken, happened: value, as: Value.effectCodec)
    }
}
