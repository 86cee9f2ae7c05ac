package import RetryCore

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

/// Makes effects that can be counted, to be killed at any moment.
///
/// `run` in the folder above starts it, kills it, and counts. An effect is a line in a file of its own: the store has
/// no part in it.
package struct CrashRun {
    private let store: any BlockingEffectStore
    private let arguments: CrashArguments
    private let rule: AbandonedClaimBehavior
    private let prefix: String
    private let effects: LineFile
    private let settlements: LineFile

    /// Creates a run that uses a store, and the files of effects and of confirmed settlements in a folder.
    package init(_ store: any BlockingEffectStore, _ arguments: CrashArguments) throws {
        self.store = store
        self.arguments = arguments
        rule = arguments.isCareless ? .takeOver : .halt
        prefix = arguments.fills ? "old" : "key"
        effects = try LineFile("\(arguments.folder)/\(arguments.fills ? "old-" : "")effects")
        settlements = try LineFile("\(arguments.folder)/\(arguments.fills ? "old-" : "")settlements")
    }

    /// Performs the arguments.
    package func run() throws {
        switch arguments.verb {
        case .make, .fill: for key in 0..<arguments.keys { try make(key) }
        case .resume: try resume()
        case .race: try race()
        case .die: try make(0) { isMade in if isMade { kill(getpid(), SIGKILL) } }
        }
    }

    /// Claims a key, makes its effect, and settles; it pauses before the effect and after it.
    private func make(_ key: Int, pause: (_ isMade: Bool) -> Void = { _ in }) throws {
        let id = try id(key)
        let answer = try store.claim(id, fingerprint: .none, lease: .milliseconds(20), ifAbandoned: rule)
        guard case .execute(let token, _) = answer else { return }
        let ticket = EffectClaimTicket(id, token)
        pause(false)
        do {
            try effects.add("\(prefix) \(key) \(token)")
        } catch {
            // It may be on the disk nevertheless.
            _ = try store.settle(ticket, .indeterminate(EffectFailure(error)))
            throw error
        }
        pause(true)
        if try settle(ticket, result(of: key, token)) == .recorded { try settlements.add("\(prefix) \(key) \(token)") }
    }

    private func settle(_ ticket: EffectClaimTicket, _ result: [UInt8]) throws -> EffectSettleAnswer {
        do {
            return try store.settle(ticket, .succeeded(result))
        } catch {
            // As the gate does: once more, because it is unknown whether it was recorded.
            return try store.settle(ticket, .succeeded(result))
        }
    }

    private func id(_ key: Int) throws -> ActionID {
        try ActionID("\(prefix) \(key)", tenant: key.isMultiple(of: 2) ? "even" : "")
    }

    /// Returns the expected result: the token, filled up to some pages of a file for one key in a hundred.
    private func result(of key: Int, _ token: FencingToken) -> [UInt8] {
        let text = Array("\(token)".utf8)
        return text + [UInt8](repeating: UInt8(ascii: "."), count: key.isMultiple(of: 100) ? 20_000 : 0)
    }

    /// Goes on after a kill, and reconciles unknown outcomes as an operator would.
    private func resume() throws {
        for key in 0..<arguments.keys { try waitForLease(key) }
        for key in 0..<arguments.keys { try make(key) }
        let made = Set(try effects.lines().map { $0.split(separator: " ").dropLast().joined(separator: " ") })
        for key in 0..<arguments.keys {
            let id = try id(key)
            guard let record = try store.record(for: id), case .indeterminate = record.state else { continue }
            let verdict: EffectVerdict =
                made.contains("\(prefix) \(key)") ? .happened(result(of: key, record.token)) : .didNotHappen
            _ = try store.reconcile(id, expectedToken: record.token, verdict: verdict)
        }
        for key in 0..<arguments.keys { try make(key) }
    }

    private func waitForLease(_ key: Int) throws {
        while case .running = try store.record(for: id(key))?.state { usleep(1_000) }
    }

    /// Goes through the keys in the order in which the others do, from about where they are, with some steps back.
    private func race() throws {
        var key = max(0, try effects.lines().count - 8)
        while key < arguments.keys {
            // Time for the kill to come between a claim and its effect, or an effect and its settlement.
            try make(key) { _ in usleep(UInt32.random(in: 0...5_000)) }
            key = Int.random(in: 0..<8) == 0 ? max(0, key - 4) : key + 1
        }
    }
}
