import Benchmark
import RetryCore
import Synchronization

/// Returns the rows for a claim of a new key and its settlement in memory, above making the key and the result.
///
/// Those take an allocation each.
func effectRows() -> [Row] {
    [
        pairRow("in-memory store, claim and settle", bar: 400, few),
        pairRow("in-memory store, 1,000,000 records, claim and settle", bar: 1_500, many),
        .slowest("in-memory store, 1,000,000 records, slowest", milliseconds: 5) { slowest in
            // A record is let go for each of the second million.
            let effects = LiveEffects(count: million)
            for _ in 0..<2 * million {
                let (id, result) = try LiveEffects.keyAndResult(effects.turn())
                let ticket = try slowest.time { try effects.claim(id) }
                try slowest.time { try effects.settle(ticket, result) }
            }
        },
        .bytes(
            "in-memory store, a record above key and result", atMost: 250,
            things: { try (0..<million).map(LiveEffects.keyAndResult) },
            keep: { keysAndResults in
                let effects = LiveEffects(count: million)
                for (id, result) in keysAndResults { try effects.settle(effects.claim(id), result) }
                return effects
            }),
    ]
}

private let million = 1_000_000
private let few = Result<LiveEffects, any Error>.success(LiveEffects())
private let many = Result { try LiveEffects.full(count: million) }

private func pairRow(
    _ name: String, bar: Double, _ effects: @autoclosure @escaping @Sendable () -> Result<LiveEffects, any Error>
) -> Row {
    Row(
        name, bar: .nanosecondsAboveLoop(bar), mallocs: 2,
        loop: { count in
            for number in 0..<count { blackHole(try LiveEffects.keyAndResult(number)) }
        },
        batch: { count in try effects().get().run(count) })
}

/// A store in which each record takes the place of an old one, whose time is over.
private final class LiveEffects: Sendable {
    private let store: InMemoryEffectStore
    private let turns = Turns()

    /// Creates a store whose records go after a millisecond by the system's clock.
    init() {
        store = InMemoryEffectStore(.init(retention: .milliseconds(1)))
    }

    /// Creates an empty store whose records go after so many later ones.
    init(count: Int) {
        store = InMemoryEffectStore(
            .init(capacity: count + count / 10, retention: .seconds(count)), clock: RetryClock(turns))
    }

    /// Creates a store of so many records.
    static func full(count: Int) throws -> LiveEffects {
        let effects = LiveEffects(count: count)
        try effects.run(count)
        return effects
    }

    func run(_ count: Int) throws {
        for _ in 0..<count {
            let (id, result) = try Self.keyAndResult(turn())
            try settle(claim(id), result)
        }
    }

    /// Lets the time of one more record be over, and returns the number of a new one.
    func turn() -> Int { turns.next() }

    @inline(never)
    static func keyAndResult(_ number: Int) throws -> (ActionID, [UInt8]) {
        // Written out, because the text of a number costs as much as a claim.
        let key = String(unsafeUninitializedCapacity: 15) { key in
            var rest = number
            for place in key.indices.reversed() {
                (key[place], rest) = (UInt8(0x30 + rest % 10), rest / 10)
            }
            return key.count
        }
        return (try ActionID(key), [UInt8](repeating: 1, count: 20))
    }

    func claim(_ id: ActionID) throws -> EffectClaimTicket {
        let answer = store.claim(id, lease: .seconds(60))
        guard case .execute(let token, isTakeover: false) = answer else { throw Unexpected(answer: "\(answer)") }
        return EffectClaimTicket(id, token)
    }

    func settle(_ ticket: EffectClaimTicket, _ result: [UInt8]) throws {
        let answer = try store.settle(ticket, .succeeded(result))
        if answer != .recorded { throw Unexpected(answer: "\(answer)") }
    }
}

private struct Unexpected: Error {
    var answer: String
}

/// The system's clock, a second later after each turn: records go by their number, and not by the machine's speed.
private final class Turns: Clock, Sendable {
    private let count = Atomic(0)

    func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).newValue }

    var now: ContinuousClock.Instant { .now + .seconds(count.load(ordering: .relaxed)) }

    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {}
}
