import RetryCore
import SQLiteEffectStore

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Makes effects that can be counted, to be killed at any moment.
///
/// `run` beside this file starts it, kills it, and counts.
///
///     EffectCrashRun make FOLDER KEYS     claims each key, makes its effect, settles
///     EffectCrashRun resume FOLDER KEYS   the same again, finds out about what is unknown, and once more
///     EffectCrashRun race FOLDER KEYS     claims keys that others claim too, until it is killed
///     EffectCrashRun fill FOLDER KEYS     makes a store with records whose time is over
///
/// With `careless` at the end, what is abandoned is taken over: effects happen twice then, and `run` has to see it.
@main
struct CrashRun {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count >= 4, let keys = Int(arguments[3]) else { exit(2) }
        do {
            let isCareless = arguments.count > 4
            let run = try CrashRun(folder: arguments[2], isCareless: isCareless, fills: arguments[1] == "fill")
            switch arguments[1] {
            case "make", "fill": for key in 0..<keys { try run.make(key) }
            case "resume": try run.resume(keys)
            case "race": try run.race(keys)
            default: exit(2)
            }
        } catch {
            // To the caller a typed error is a clean end.
            print(error)
            exit(3)
        }
    }

    private let store: SQLiteEffectStore
    private let rule: AbandonedClaim
    private let prefix: String
    private let effects: Ledger
    private let settlements: Ledger

    private init(folder: String, isCareless: Bool, fills: Bool) throws {
        rule = isCareless ? .takeOver : .halt
        prefix = fills ? "old" : "key"
        effects = try Ledger("\(folder)/\(fills ? "old-" : "")effects")
        settlements = try Ledger("\(folder)/\(fills ? "old-" : "")settlements")
        store = try SQLiteEffectStore(
            path: "\(folder)/store.db", .init(retention: fills ? .milliseconds(1) : .seconds(86_400)))
    }

    /// Claims a key, makes its effect, and settles.
    private func make(_ key: Int, pausing: Bool = false) throws {
        let id = try ActionID("\(prefix) \(key)", tenant: key.isMultiple(of: 2) ? "even" : "")
        let answer = try store.claim(id, lease: .milliseconds(20), ifAbandoned: rule)
        guard case .execute(let token, _) = answer else { return }
        let ticket = ClaimTicket(id, token)
        // Time for the kill to come between a claim and its effect, or an effect and its settlement.
        func pause() { if pausing { usleep(UInt32.random(in: 0...5_000)) } }
        pause()
        do {
            try effects.add("\(prefix) \(key) \(token)")
        } catch {
            // It may be on the disk nevertheless.
            _ = try store.settle(ticket, .indeterminate(EffectFailure(error)))
            throw error
        }
        pause()
        if try settle(ticket, result(of: key, token)) == .recorded { try settlements.add("\(prefix) \(key) \(token)") }
    }

    private func settle(_ ticket: ClaimTicket, _ result: [UInt8]) throws -> SettleAnswer {
        do {
            return try store.settle(ticket, .succeeded(result))
        } catch {
            // As the gate does: once more, because nobody knows what of it was recorded.
            return try store.settle(ticket, .succeeded(result))
        }
    }

    /// What the one who counts expects: the token, filled up to some pages of the file.
    private func result(of key: Int, _ token: FencingToken) -> [UInt8] {
        let text = Array("\(token)".utf8)
        return text + [UInt8](repeating: UInt8(ascii: "."), count: key.isMultiple(of: 3) ? 20_000 : 0)
    }

    /// Goes on after a kill, and does what a person would do about what nobody knows.
    private func resume(_ keys: Int) throws {
        for key in 0..<keys { try waitForLease(key) }
        for key in 0..<keys { try make(key) }
        let made = Set(try effects.lines().map { $0.split(separator: " ").dropLast().joined(separator: " ") })
        for (id, record) in try store.unsettled() {
            let key = String(decoding: id.key, as: UTF8.self)
            guard key.hasPrefix(prefix), case .indeterminate = record.state else { continue }
            let number = Int(key.split(separator: " ")[1]) ?? 0
            let verdict: EffectVerdict =
                made.contains(key) ? .happened(result(of: number, record.token)) : .didNotHappen
            _ = try store.reconcile(id, expectedToken: record.token, verdict: verdict)
        }
        for key in 0..<keys { try make(key) }
    }

    private func waitForLease(_ key: Int) throws {
        let id = try ActionID("\(prefix) \(key)", tenant: key.isMultiple(of: 2) ? "even" : "")
        while case .running = try store.record(for: id)?.state { usleep(1_000) }
    }

    /// Goes through the keys in the order in which the others do, with some steps back.
    private func race(_ keys: Int) throws {
        var key = 0
        while key < keys {
            try make(key, pausing: true)
            key = Int.random(in: 0..<8) == 0 ? max(0, key - 4) : key + 1
        }
    }
}

/// A file of lines, each of which is there as a whole or not at all, and on the disk when it has been added.
private struct Ledger {
    private let path: String
    private let file: Int32

    init(_ path: String) throws {
        self.path = path
        file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        if file < 0 { throw LedgerError(code: errno) }
    }

    func add(_ line: String) throws {
        let bytes = Array("\(line)\n".utf8)
        if write(file, bytes, bytes.count) != bytes.count || fsync(file) != 0 { throw LedgerError(code: errno) }
    }

    func lines() throws -> [Substring] {
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = pread(file, &chunk, chunk.count, off_t(text.count))
            if count < 0 { throw LedgerError(code: errno) }
            if count == 0 { return String(decoding: text, as: UTF8.self).split(separator: "\n") }
            text += chunk.prefix(count)
        }
    }
}

private struct LedgerError: Error {
    let code: Int32
}
