import CBenchmarkSQLite
import RetryCore
import SQLiteEffectStore

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#else
#error("This file needs POSIX.")
#endif

/// Compares a claim and its settlement with the same two statements through SQLite's C functions.
///
///     swift run -c release SQLiteBenchmark [--ci] [FOLDER] [ROUNDS]
///
/// It prints a row, and exits with 1 if the median of the rounds' ratios is below the bar. With `--ci`, for a machine
/// that is shared with others, half of the bar is enough.
///
/// Both write to files of the same tables and settings, in turns, so that a slow moment of the disk affects both. The
/// handwritten version is one INSERT and one UPDATE of the same row through SQLite's C functions, prepared once, each a
/// transaction of its own. They issue no token, count nothing and decide nothing.
@main
struct SQLiteBenchmark {
    private static let block = 20

    static func main() throws {
        var arguments = CommandLine.arguments.dropFirst()
        let isShared = arguments.first == "--ci"
        if isShared { arguments.removeFirst() }
        let bar = isShared ? 0.4 : 0.8
        // A disk, and not memory: the cost of an answer is its durability.
        let parent = arguments.first ?? "/var/tmp"
        let rounds = arguments.dropFirst().first.flatMap { Int($0) } ?? 40
        let isFast = try isFast(in: parent, rounds: max(2, rounds), bar: bar)
        if !isFast { exit(1) }
    }

    private static func isFast(in parent: String, rounds: Int, bar: Double) throws -> Bool {
        var template = Array("\(parent)/effect-benchmark-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(text: "no folder in \(parent)") }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { remove(folder) }
        let store = try SQLiteEffectStore(path: "\(folder)/store.db")
        _ = try SQLiteEffectStore(path: "\(folder)/hand.db")
        let hand = try HandWritten(path: "\(folder)/hand.db")
        return try compare(store, hand, rounds: rounds, bar: bar)
    }

    /// Prints the row; returns whether the store reaches so many times the handwritten speed.
    private static func compare(
        _ store: SQLiteEffectStore, _ hand: HandWritten, rounds: Int, bar: Double
    ) throws -> Bool {
        let clock = ContinuousClock()
        var ratios: [Double] = []
        var times: (store: Duration, hand: Duration) = (.zero, .zero)
        for round in 0..<rounds {
            let keys = try (0..<block).map { try ActionID("order-\(round)-\($0)") }
            let ours = try clock.measure { for key in keys { try claimAndSettle(key, in: store) } }
            let theirs = try clock.measure { for key in keys { try hand.claimAndSettle(Array(key.key)) } }
            // The first round warms up.
            if round == 0 { continue }
            times = (times.store + ours, times.hand + theirs)
            ratios.append(theirs / ours)
        }
        let count = block * (rounds - 1)
        let median = ratios.sorted()[ratios.count / 2]
        let isFast = median >= bar
        let row = [
            "claim and settle", microseconds(times.store / count), microseconds(times.hand / count),
            "\(rounded(times.hand / times.store))", "\(rounded(median))", ">= \(bar): \(isFast ? "ok" : "short")",
        ]
        print("row\tstore\tby hand\tratio of all\tmedian ratio\tbar")
        print(row.joined(separator: "\t"))
        return isFast
    }

    private static func claimAndSettle(_ key: ActionID, in store: SQLiteEffectStore) throws {
        guard case .execute(let token, _) = try store.claim(key, lease: .seconds(60)),
            try store.settle(EffectClaimTicket(key, token), .succeeded(receipt)) == .recorded
        else { throw Failure(text: "the key \(key) is taken") }
    }

    static let receipt = Array("receipt 0123456789".utf8)

    private static func microseconds(_ time: Duration) -> String {
        "\(time.components.attoseconds / 1_000_000_000_000 + time.components.seconds * 1_000_000) µs"
    }

    private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

    private static func remove(_ folder: String) {
        for name in ["store.db", "hand.db"] {
            unlink("\(folder)/\(name)")
            unlink("\(folder)/\(name)-journal")
        }
        rmdir(folder)
    }
}

struct Failure: Error {
    let text: String
}

/// The two statements without anything around them.
private final class HandWritten {
    private let connection: OpaquePointer
    private let claim: OpaquePointer
    private let settle: OpaquePointer
    private let fingerprint = EffectFingerprint.none.digest.bytes
    private var token: Int64 = 0

    init(path: String) throws {
        var opened: OpaquePointer?
        guard sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil) == SQLITE_OK,
            let opened
        else { throw Failure(text: "cannot open \(path)") }
        connection = opened
        for setting in ["journal_mode = TRUNCATE", "synchronous = EXTRA", "fullfsync = ON"] {
            sqlite3_exec(opened, "PRAGMA \(setting)", nil, nil, nil)
        }
        claim = try Self.prepare(
            opened,
            """
            INSERT INTO effects (tenant, key, phase, token, fingerprint, since, until) VALUES (x'', ?, 1, ?, ?, ?, ?)
            """)
        settle = try Self.prepare(
            opened,
            """
            UPDATE effects SET phase = 4, since = ?, until = ?, result = ?
            WHERE tenant = x'' AND key = ? AND token = ?
            """)
    }

    private static func prepare(_ connection: OpaquePointer, _ sql: String) throws -> OpaquePointer {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(connection, sql, -1, &statement, nil) == SQLITE_OK, let statement else {
            throw Failure(text: String(cString: sqlite3_errmsg(connection)))
        }
        return statement
    }

    func claimAndSettle(_ key: [UInt8]) throws {
        token += 1
        let now = Self.now
        bind(claim, 1, key)
        sqlite3_bind_int64(claim, 2, token)
        bind(claim, 3, fingerprint)
        sqlite3_bind_int64(claim, 4, now)
        sqlite3_bind_int64(claim, 5, now + 60_000_000_000)
        try run(claim)
        sqlite3_bind_int64(settle, 1, now)
        sqlite3_bind_int64(settle, 2, now + 86_400_000_000_000)
        bind(settle, 3, SQLiteBenchmark.receipt)
        bind(settle, 4, key)
        sqlite3_bind_int64(settle, 5, token)
        try run(settle)
    }

    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private func bind(_ statement: OpaquePointer, _ index: Int32, _ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes { benchmark_bind_blob(statement, index, $0.baseAddress, UInt64($0.count)) }
    }

    private func run(_ statement: OpaquePointer) throws {
        let code = sqlite3_step(statement)
        sqlite3_reset(statement)
        if code != SQLITE_DONE || sqlite3_changes(connection) != 1 {
            throw Failure(text: String(cString: sqlite3_errmsg(connection)))
        }
    }

    deinit {
        sqlite3_finalize(claim)
        sqlite3_finalize(settle)
        sqlite3_close_v2(connection)
    }
}
