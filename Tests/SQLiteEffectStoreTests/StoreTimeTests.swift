#if SQLite
import RetryCore
import Synchronization
import Testing

@testable import SQLiteEffectStore

/// A machine whose clocks a test sets.
private final class Machine: Sendable {
    private let monotonic = Atomic<Int64>(0)
    private let calendar = Atomic<Int64>(0)
    private let boots = Atomic<Int>(0)

    init(calendar: Int64) {
        self.calendar.store(calendar, ordering: .relaxed)
    }

    var time: StoreTime {
        StoreTime(boot: "boot \(boots.load(ordering: .relaxed))") {
            self.monotonic.load(ordering: .relaxed)
        } calendar: {
            self.calendar.load(ordering: .relaxed)
        }
    }

    func pass(_ seconds: Int64) {
        monotonic.wrappingAdd(seconds * 1_000_000_000, ordering: .relaxed)
        step(seconds)
    }

    /// Sets the calendar's clock.
    func step(_ seconds: Int64) {
        calendar.wrappingAdd(seconds * 1_000_000_000, ordering: .relaxed)
    }

    func restart(afterSeconds off: Int64) {
        boots.wrappingAdd(1, ordering: .relaxed)
        monotonic.store(5_000_000_000, ordering: .relaxed)
        step(off)
    }
}

@Suite(.timeLimit(.minutes(5)))
struct StoreTimeTests {
    private static let year2026: Int64 = 1_795_000_000_000_000_000
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// A store that keeps records for 1,000 seconds.
    private func open(_ machine: Machine) throws -> SQLiteEffectStore {
        try SQLiteEffectStore(path: folder.file, .init(retention: .seconds(1_000)), time: machine.time)
    }

    private func isKnown(_ store: SQLiteEffectStore) throws -> Bool {
        try store.record(for: ActionID("a")) != nil
    }

    @Test(arguments: [-100_000_000, -1, 1, 100_000_000])
    func settingTheCalendarsClockChangesNothing(seconds: Int64) throws {
        let machine = Machine(calendar: Self.year2026)
        let store = try open(machine)
        try store.settled("a", .succeeded([1]))
        let running = try store.own("b", lease: .seconds(100))
        machine.step(seconds)
        let other = try open(machine)
        for store in [store, other] {
            #expect(try isKnown(store))
            #expect(try store.claim(running.id, lease: .seconds(1)).isInProgress)
        }
        machine.pass(100)
        for store in [other, store] { #expect(try store.claim(running.id, lease: .seconds(1)).isIndeterminate) }
        machine.pass(899)
        #expect(try isKnown(store) && isKnown(other))
        machine.pass(1)
        #expect(try !isKnown(store) && !isKnown(other))
    }

    @Test func timeGoesOnWhileTheMachineIsOff() throws {
        let machine = Machine(calendar: Self.year2026)
        try open(machine).settled("a", .succeeded([1]))
        machine.restart(afterSeconds: 900)
        #expect(try isKnown(open(machine)))
        machine.pass(99)
        #expect(try isKnown(open(machine)))
        machine.pass(1)
        #expect(try !isKnown(open(machine)))
    }

    @Test func timeDoesNotGoBackAtAStart() throws {
        let machine = Machine(calendar: Self.year2026)
        machine.pass(50_000)
        let store = try open(machine)
        try store.settled("a", .succeeded([1]))
        machine.restart(afterSeconds: -40_000)
        let next = try open(machine)
        #expect(try next.record(for: ActionID("a"))?.age == .zero)
        machine.pass(1_000)
        #expect(try !isKnown(next))
    }

    @Test func aClockThatIsNotSetDoesNotMakeTheStoreForget() throws {
        // A board without a battery: its calendar begins in 1970, and is set some time after the start.
        let machine = Machine(calendar: 60)
        try open(machine).settled("a", .succeeded([1]))
        machine.restart(afterSeconds: Self.year2026 / 1_000_000_000)
        #expect(try isKnown(open(machine)))
        machine.pass(1_000)
        #expect(try !isKnown(open(machine)))
        try open(machine).settled("a", .succeeded([1]))
        machine.restart(afterSeconds: -Self.year2026 / 1_000_000_000)
        #expect(try isKnown(open(machine)))
    }

    @Test func onlyTheLastRunsOfTheMachineAreRemembered() throws {
        let machine = Machine(calendar: Self.year2026)
        for _ in 0..<20 {
            _ = try open(machine)
            machine.restart(afterSeconds: 1)
        }
        #expect(try folder.run("SELECT count(*) FROM clocks") == 8)
    }

    @Test(arguments: [Int64.min, -1, Int64.max])
    func aTimeThatCannotBeIsRefused(clock: Int64) throws {
        let machine = Machine(calendar: Self.year2026)
        _ = try open(machine)
        try folder.run("UPDATE store SET clock = \(clock)")
        machine.restart(afterSeconds: 1)
        #expect(throws: EffectStoreError.unreadableRecord(field: "clock", value: "\(clock)")) { try open(machine) }
    }

    @Test func theMachinesOwnClocksAgree() throws {
        #expect(StoreTime.system.boot == StoreTime.system.boot)
        let (one, other) = (try folder.store(), try folder.store())
        let ticket = try one.own("a", lease: .seconds(1_000))
        guard case .inProgress(let age, let left) = try other.claim(ticket.id, lease: .seconds(1)) else {
            throw Problem("it is not in progress")
        }
        #expect(age < .seconds(100) && left > .seconds(900) && left <= .seconds(1_000))
        #if os(Linux)
        #expect(StoreTime.system.boot?.utf8.count ?? 0 > 36, "the run of the machine and its clocks have no name")
        #expect(try folder.run("SELECT count(*) FROM clocks") == 1)
        #endif
    }
}
#endif
