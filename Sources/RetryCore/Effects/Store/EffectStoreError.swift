/// An error for a request that a store cannot perform; nothing was recorded.
public enum EffectStoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The result has more bytes than the store keeps.
    case resultTooLong(count: Int, limit: Int)
    /// A stored record has a value that this version does not know.
    case unreadableRecord(field: String, value: String)
    /// The store was written by a newer version.
    case newerSchema(found: Int, known: Int)
    /// The store cannot be reached or used.
    case unavailable(reason: String)

    /// The problem, and the remedy.
    public var description: String {
        switch self {
        case .resultTooLong(let count, let limit):
            "The result of the effect has \(count) bytes; the store keeps \(limit). Raise its limit, or return what "
                + "the result can be found by."
        case .unreadableRecord(let field, let value):
            "A stored record has the value \(value) in \(field), which this version does not know. Update the "
                + "library in every process that shares the store."
        case .newerSchema(let found, let known):
            "The store has the schema \(found); this version knows \(known) at most. Update the library."
        case .unavailable(let reason):
            "The effect store cannot be used: \(reason)"
        }
    }
}

extension EffectStoreError: SelfClassifyingError {
    /// Transient if the store cannot be reached, else permanent.
    public var classification: ErrorClassification {
        if case .unavailable = self { .transient } else { .permanent }
    }
}
