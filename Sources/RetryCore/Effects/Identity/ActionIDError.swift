/// An error for a key that cannot name an effect.
public struct ActionIDError: Error, Sendable, Hashable, CustomStringConvertible {
    enum Problem: Sendable, Hashable {
        case emptyKey
        case longKey(Int)
        case longTenant(Int)
    }

    let problem: Problem

    init(_ problem: Problem) {
        self.problem = problem
    }

    /// The problem, and the remedy.
    public var description: String {
        switch problem {
        case .emptyKey:
            "The key of an effect is empty. Use what makes the effect the only one of its kind, such as an order's "
                + "number."
        case .longKey(let count):
            "The key of an effect has \(count) bytes; \(ActionID.maxLength) are the most. Make an id of longer data "
                + "with ActionID(type:payload:scope:)."
        case .longTenant(let count):
            "The name of a tenant has \(count) bytes; \(ActionID.maxLength) are the most."
        }
    }
}

/// An invalid id stays invalid at every attempt.
extension ActionIDError: SelfClassifyingError {
    /// Always permanent.
    public var classification: ErrorClassification { .permanent }
}
