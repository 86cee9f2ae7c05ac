#if !PostgreSQL
/// The effect store on PostgreSQL, which the package has only with its trait `PostgreSQL`.
///
/// Without the trait this type takes the store's place, so that the compiler says what to write.
@available(
    *, unavailable,
    message: """
        the store needs a trait. Write it where your Package.swift depends on RetryKit: \
        .package(url: "…", from: "…", traits: ["PostgreSQL"])
        """
)
public struct PostgresEffectStore: Sendable {
    /// The settings of a store.
    public struct Settings: Sendable {
        /// Creates settings.
        public init(
            database: String = "", schema: String = "", connections: Int = 0, capacity: Int? = nil,
            tenantQuota: Int? = nil, retention: Duration = .zero, maxResultBytes: Int = 0,
            connectTimeout: Duration = .zero, timeout: Duration = .zero
        ) {}
    }

    /// Creates a store.
    public init(_ settings: Settings = Settings()) throws {}
}
#endif
