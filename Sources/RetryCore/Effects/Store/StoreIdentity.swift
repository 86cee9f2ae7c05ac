/// The identity of a store, for the state that callers of one process share.
///
/// A store that is an object is identified by it. A store that is a value is compared by its own equality if it is
/// `Hashable`; otherwise it has no identity, and its callers share nothing.
package enum StoreIdentity: Hashable, Sendable {
    case object(ObjectIdentifier)
    case value(HashableStore)

    /// Creates the identity of a store, which must stay alive for as long as the identity is used.
    package init?(_ store: any EffectStore) {
        if type(of: store) is AnyClass {
            self = .object(ObjectIdentifier(store as AnyObject))
        } else if let store = store as? any EffectStore & Hashable {
            self = .value(HashableStore(store))
        } else {
            return nil
        }
    }
}

/// A store that is a value, compared by its own equality.
package struct HashableStore: Hashable, Sendable {
    private let store: any EffectStore & Hashable

    init(_ store: any EffectStore & Hashable) {
        self.store = store
    }

    package static func == (one: HashableStore, other: HashableStore) -> Bool {
        AnyHashable(one.store) == AnyHashable(other.store)
    }

    package func hash(into hasher: inout Hasher) {
        AnyHashable(store).hash(into: &hasher)
    }
}
