#if !SQLite
public import RetryCore

/// The effect store on SQLite, which the package has only with its trait `SQLite`.
///
/// Without the trait this type takes the store's place, so that the compiler says what to write.
@available(
    *, unavailable,
    message: """
        the store needs a trait. Write it where your Package.swift depends on RetryKit: \
        .package(url: "…", from: "…", traits: ["SQLite"])
        """
)
public struct SQLiteEffectStore: Sendable {
    /// The bounds of a store.
    public struct Settings: Sendable {
        /// Creates settings.
        public init(
            capacity: Int = 0, tenantQuota: Int? = nil, retention: Duration = .zero, maxResultBytes: Int = 0,
            busyTimeout: Duration = .zero, trustedUsers: Set<UInt32> = []
        ) {}
    }

    /// Opens a store.
    public init(path: String, _ settings: Settings = Settings(), clock: RetryClock? = nil) throws {}
}
#endif
