#if SQLite
import RetryCore

/// Determines the distance of the store's time from the monotonic clock; see ``StoreTime``.
struct StoreShift {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// Returns the shift that other processes have used since the machine started; the first one chooses it.
    func shift(_ time: StoreTime) throws -> Int64 {
        guard let boot = time.boot else { return try fresh(time) }
        if let known = try known(boot) { return known }
        try connection.execute("BEGIN IMMEDIATE")
        do {
            // Another process may have been faster.
            let shift = try known(boot) ?? choose(time, boot)
            try connection.execute("COMMIT")
            return shift
        } catch {
            connection.rollBack()
            throw error
        }
    }

    private func known(_ boot: String) throws -> Int64? {
        try connection.prepare("SELECT shift FROM clocks WHERE boot = ?").first(.text(boot)) { $0.integer(0) }
    }

    private func fresh(_ time: StoreTime) throws -> Int64 {
        let row = try connection.prepare("SELECT clock, calendar FROM store").first { ($0.integer(0), $0.integer(1)) }
        // A store that is so far ahead is damaged, and would not count any further.
        guard let row, (0...Int64.max / 2).contains(row.0), (0...Int64.max / 2).contains(row.1) else {
            throw EffectStoreError.unreadableRecord(field: "clock", value: row.map { "\($0.0)" } ?? "no row")
        }
        return time.shift(last: row.0, lastCalendar: row.1)
    }

    private func choose(_ time: StoreTime, _ boot: String) throws -> Int64 {
        let shift = try fresh(time)
        try connection.prepare("INSERT INTO clocks (boot, shift) VALUES (?, ?)").run(.text(boot), .integer(shift))
        try connection.execute("DELETE FROM clocks WHERE id <= (SELECT max(id) FROM clocks) - 8")
        // From here on the store's time follows these clocks.
        try connection.prepare("UPDATE store SET clock = ?, calendar = ?").run(
            .integer(time.monotonic() &+ shift), .integer(time.calendar()))
        return shift
    }
}
#endif
