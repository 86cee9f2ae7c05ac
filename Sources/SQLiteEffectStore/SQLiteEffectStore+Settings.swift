#if SQLite
extension SQLiteEffectStore {
    /// The bounds of a store.
    ///
    /// They belong to the process, not to the file. Give all processes that share a file the same ones.
    public struct Settings: Sendable, Hashable {
        /// The maximum number of records, at least 1.
        public var capacity: Int
        /// The maximum number of records of a tenant, at least 1; `nil` for no bound but the store's.
        public var tenantQuota: Int?
        /// The time for which a settled effect is replayed; above zero.
        public var retention: Duration
        /// The maximum size of a result in bytes; from 0 to 256 MiB.
        public var maxResultBytes: Int
        /// The maximum wait of a call for other processes that have the file locked; from 0 to 10 minutes.
        public var busyTimeout: Duration

        /// The numbers of the users, besides this one and root, that the file and its directory may belong to.
        ///
        /// A user who can write the file can forge the outcome of a payment. Empty, the file must belong to this user
        /// or to root, and no other user may write it or replace it. Otherwise its group may write it, too.
        public var trustedUsers: Set<UInt32>

        /// Creates settings.
        ///
        /// - Parameters:
        ///   - capacity: The maximum number of records, at least 1.
        ///   - tenantQuota: The maximum number of records of a tenant, at least 1; `nil` for no bound but the store's.
        ///   - retention: The time for which a settled effect is replayed; above zero.
        ///   - maxResultBytes: The maximum size of a result in bytes; from 0 to 256 MiB.
        ///   - busyTimeout: The maximum wait of a call for other processes; from 0 to 10 minutes.
        ///   - trustedUsers: The numbers of other users that the file may belong to.
        public init(
            capacity: Int = 10_000_000, tenantQuota: Int? = nil, retention: Duration = .seconds(86_400),
            maxResultBytes: Int = 1_048_576, busyTimeout: Duration = .seconds(5), trustedUsers: Set<UInt32> = []
        ) {
            self.capacity = capacity
            self.tenantQuota = tenantQuota
            self.retention = retention
            self.maxResultBytes = maxResultBytes
            self.busyTimeout = busyTimeout
            self.trustedUsers = trustedUsers
        }

        func check() throws(SQLiteEffectStoreError) {
            try check("capacity", capacity, capacity >= 1, "must be at least 1")
            try check("tenantQuota", tenantQuota ?? 1, tenantQuota ?? 1 >= 1, "must be at least 1")
            try check("retention", retention, retention > .zero, "must be above zero")
            try check(
                "maxResultBytes", maxResultBytes, (0...268_435_456).contains(maxResultBytes),
                "must be from 0 to 268,435,456")
            try check(
                "busyTimeout", busyTimeout, (.zero ... .seconds(600)).contains(busyTimeout),
                "must be from 0 to 10 minutes")
        }

        private func check(
            _ setting: String, _ value: some CustomStringConvertible, _ isRight: Bool, _ requirement: String
        ) throws(SQLiteEffectStoreError) {
            if !isRight { throw SQLiteEffectStoreError(.invalidSetting, setting, "it is \(value) and \(requirement)") }
        }
    }
}
#endif
