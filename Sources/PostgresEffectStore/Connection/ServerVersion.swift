#if PostgreSQL
/// The version of a PostgreSQL server.
package struct ServerVersion: Sendable, CustomStringConvertible {
    /// The oldest version that the store works with: the first whose `extract` is exact.
    package static let oldest = ServerVersion(number: 140_000)

    /// The version as libpq counts, such as 150_018 for 15.18, and 90_624 for 9.6.24.
    let number: Int32

    package init(number: Int32) {
        self.number = number
    }

    /// Checks that it is no older than another one.
    package func check(atLeast oldest: ServerVersion) throws(PostgresEffectStoreError) {
        if number < oldest.number { throw .outdatedServer(found: description, oldest: oldest.description) }
    }

    package var description: String {
        if number >= 100_000 { return "\(number / 10_000).\(number % 10_000)" }
        return "\(number / 10_000).\(number / 100 % 100).\(number % 100)"
    }
}
#endif
