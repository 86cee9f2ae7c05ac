/// The key of a breaker in a registry: a name, and optionally a part of the dependency of that name.
///
/// Compared byte by byte: texts that only look alike are different keys, and no separator can be forged.
struct CircuitBreakerKey: Sendable, Hashable {
    // The key first: it differs more often than the name.
    let key: ByteName?
    let name: ByteName

    init(name: String, key: String?) {
        self.key = key.map { ByteName($0) }
        self.name = ByteName(name)
    }

    /// The name of the breaker in errors and events.
    var title: String { key.map { "\(name.text)[\($0.text)]" } ?? name.text }
}

extension CircuitBreaker: Forgettable {}
