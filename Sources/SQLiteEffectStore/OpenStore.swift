#if SQLite
import RetryCore

/// An open store: asks the machine, and writes its decision, in one transaction for each request.
final class OpenStore {
    typealias Settings = SQLiteEffectStore.Settings

    private let settings: Settings
    private let time: StoreTime
    private let schema: Schema
    let connection: Connection
    private let rows: EffectRows
    private let totals: StoreTotals
    private let shift: Int64
    private let begin: Statement
    private let beginReading: Statement
    private let commit: Statement
    private let version: Statement
    /// The backups that are being made, by their files.
    var backups: [String: StoreBackup] = [:]

    init(
        path: String, settings: Settings, time: StoreTime, schema: Schema = .current,
        library: LibraryVersion = .loaded
    ) throws {
        try library.check()
        let file = StoreFile(path: path, trustedUsers: settings.trustedUsers)
        try file.prepare()
        let connection = try Connection(path: path, busyTimeout: settings.busyTimeout)
        // Once more: it may be another file than the one that was checked before.
        try file.check()
        try Self.configure(connection)
        try schema.migrate(connection)
        (self.settings, self.time, self.schema, self.connection) = (settings, time, schema, connection)
        shift = try StoreShift(connection).shift(time)
        rows = try EffectRows(connection)
        totals = try StoreTotals(connection)
        begin = try connection.prepare("BEGIN IMMEDIATE")
        beginReading = try connection.prepare("BEGIN")
        commit = try connection.prepare("COMMIT")
        version = try connection.prepare("PRAGMA user_version")
    }

    /// Applies settings that survive a crash and a power loss, even if this SQLite may damage a write-ahead log.
    private static func configure(_ connection: Connection) throws {
        let mode = try connection.prepare("PRAGMA journal_mode = TRUNCATE").first { $0.bytes(0) }
        if mode != Array("truncate".utf8) {
            let mode = String(decoding: mode ?? [], as: UTF8.self)
            throw SQLiteEffectStoreError(.journalMode, connection.path, "its mode is \(mode)")
        }
        for setting in [
            "synchronous = EXTRA",
            // If plain fsync does not reach the disk (macOS).
            "fullfsync = ON",
            // No reads through a mapping: they crash if the file becomes shorter.
            "mmap_size = 0",
            "cell_size_check = ON",
            "temp_store = MEMORY",
        ] {
            try connection.execute("PRAGMA \(setting)")
        }
    }

    // MARK: Requests

    func claim(
        _ id: ActionID, fingerprint: EffectFingerprint, lease: Int64, ifAbandoned rule: AbandonedClaimBehavior
    ) throws -> EffectClaimAnswer {
        let key = RowKey(id)
        return try writing { now in
            let known = try rows.machine(of: key)
            if known == nil, let refusal = try makeRoom(for: key, now) { return refusal }
            var totals = try totals.totals()
            var machine = known ?? EffectStateMachine()
            var isOurs = false
            let answer = machine.claim(fingerprint: fingerprint, lease: lease, ifAbandoned: rule, now: now) {
                isOurs = true
                return FencingToken(totals.token + 1)
            }
            if isOurs {
                totals.token += 1
                if known == nil { totals.count += 1 }
                try self.totals.record(totals, clock: now, calendar: time.calendar())
            }
            try record(key, known, machine, now)
            return answer
        }
    }

    func renew(_ ticket: EffectClaimTicket, lease: Int64) throws -> EffectRenewAnswer {
        try changing(RowKey(ticket.id), else: .lost(current: nil)) { machine, now in
            machine.renew(token: ticket.token, lease: lease, now: now)
        }
    }

    func settle(_ ticket: EffectClaimTicket, _ outcome: EffectOutcome) throws -> EffectSettleAnswer {
        let retention = settings.retention.clampedNanoseconds
        return try changing(RowKey(ticket.id), else: .fenced(current: nil)) { machine, now in
            machine.settle(token: ticket.token, outcome, retention: retention, now: now)
        }
    }

    func reconcile(
        _ id: ActionID, expectedToken: FencingToken, _ verdict: EffectVerdict
    ) throws -> EffectReconcileAnswer {
        let retention = settings.retention.clampedNanoseconds
        return try changing(RowKey(id), else: .notIndeterminate) { machine, now in
            machine.reconcile(expectedToken: expectedToken, verdict, retention: retention, now: now)
        }
    }

    func record(for id: ActionID) throws -> EffectRecord? {
        try reading { now in try rows.machine(of: RowKey(id))?.record(now: now) }
    }

    // MARK: Housekeeping

    func count() throws -> Int {
        try reading { _ in Int(try totals.totals().count) }
    }

    func count(of tenant: String) throws -> Int {
        try reading { _ in Int(try totals.count(of: Array(tenant.utf8))) }
    }

    /// Evicts one batch of records whose time is over; returns their number.
    func sweep(limit: Int) throws -> Int {
        try writing { now in try evict(try rows.ended(now, limit: limit)) }
    }

    /// Returns the next records without an outcome, and the last key that was read.
    func unsettled(after key: RowKey, limit: Int) throws -> (found: [(ActionID, EffectRecord)], last: RowKey?) {
        try reading { now in
            let page = try rows.open(after: key, limit: limit)
            let found = page.compactMap { row in
                row.key.id.flatMap { id in row.machine.record(now: now).map { (id, $0) } }
            }
            return (found, page.count < limit ? nil : page.last?.key)
        }
    }

    // MARK: Steps

    /// Asks the machine of a key that has a row, and writes the changes.
    private func changing<Answer>(
        _ key: RowKey, else absent: Answer, _ event: (inout EffectStateMachine, Int64) -> Answer
    ) throws -> Answer {
        try writing { now in
            guard let known = try rows.machine(of: key) else { return absent }
            var machine = known
            let answer = event(&machine, now)
            try record(key, known, machine, now)
            return answer
        }
    }

    /// Writes a record if it has changed.
    ///
    /// Every writer evicts two records whose time is over.
    private func record(_ key: RowKey, _ known: EffectStateMachine?, _ machine: EffectStateMachine, _ now: Int64) throws
    {
        if machine == known { return }
        if machine.phase == .absent {
            try evict([key])
        } else if known != nil {
            try rows.change(key, machine)
        } else {
            try rows.add(key, machine)
            try totals.add(1, to: key.tenant)
        }
        try evict(try rows.ended(now, limit: 2))
    }

    /// Makes room for one more record if necessary, by eviction; returns the answer if there is none.
    private func makeRoom(for key: RowKey, _ now: Int64) throws -> EffectClaimAnswer? {
        var count = Int(try totals.totals().count)
        if count >= settings.capacity {
            count -= try evict(try rows.ended(now, limit: 64))
            if count >= settings.capacity { count -= try evict(try rows.released(limit: 64)) }
            if count >= settings.capacity { return .full(count: count, limit: settings.capacity) }
        }
        guard let quota = settings.tenantQuota, !key.tenant.isEmpty else { return nil }
        count = Int(try totals.count(of: key.tenant))
        if count >= quota {
            count -= try evict(try rows.ended(now, of: key.tenant, limit: 64))
            if count >= quota { count -= try evict(try rows.released(of: key.tenant, limit: 64)) }
            if count >= quota { return .full(count: count, limit: quota) }
        }
        return nil
    }

    @discardableResult
    private func evict(_ keys: [RowKey]) throws -> Int {
        for key in keys {
            try rows.remove(key)
            try totals.add(-1, to: key.tenant)
        }
        if !keys.isEmpty { try totals.add(-keys.count) }
        return keys.count
    }

    /// Runs an atomic step among all processes, at a time that was read inside it.
    private func writing<Answer>(_ step: (Int64) throws -> Answer) throws -> Answer {
        try transaction(begin, step)
    }

    private func reading<Answer>(_ step: (Int64) throws -> Answer) throws -> Answer {
        try transaction(beginReading, step)
    }

    private func transaction<Answer>(_ begin: Statement, _ step: (Int64) throws -> Answer) throws -> Answer {
        connection.rollBack()
        do {
            try begin.run()
            // A process with the old file would miss the claims in the new one.
            if connection.isMoved { throw SQLiteEffectStoreError(.moved, connection.path) }
            // A newer version may have changed the tables since the file was opened.
            let found = Int(try version.first { $0.integer(0) } ?? 0)
            if found > schema.version { throw EffectStoreError.newerSchema(found: found, known: schema.version) }
            if found < schema.version { throw SQLiteEffectStoreError(.emptied, connection.path) }
            let answer = try step(time.monotonic() &+ shift)
            try commit.run()
            return answer
        } catch {
            connection.rollBack()
            // It was a file of this store when it was opened.
            if let error = error as? SQLiteEffectStoreError, error.kind == .foreignFile {
                throw SQLiteEffectStoreError(.emptied, connection.path, code: error.code, error.detail)
            }
            throw error
        }
    }
}
#endif
