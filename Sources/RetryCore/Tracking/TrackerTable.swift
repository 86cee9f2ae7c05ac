/// The failed calls that a tracker knows of, each with the machine that decides what follows: pure, without a lock, a
/// clock or randomness of its own.
///
/// Entries lie in one array. Two threads run through it: the entries of one bucket of the hash table, and all in the
/// order of their last failure, so that the abandoned ones are found at its old end without a search.
struct TrackerTable: Sendable {
    /// The decision after a failure.
    enum Outcome: Sendable, Hashable {
        case retry(number: Int, after: Int64)
        case exhausted
        case full
    }

    private struct Entry: Sendable {
        var key: ToolCallKey
        var state: RetryStateMachine
        var lastFailure: Int64
        var hash: Int
        var nextInBucket: Int32
        var older: Int32
        var newer: Int32
    }

    private static let nothing: Int32 = -1
    /// The maximum number of abandoned entries that one call evicts, so that none is held up; each adds one at most.
    private static let expiriesPerCall = 8

    private let capacity: Int
    private let timeToLive: Int64
    private var entries: ContiguousArray<Entry> = []
    private var buckets: ContiguousArray<Int32> = [nothing]
    private var freeList = nothing
    private var oldest = nothing
    private var newest = nothing
    private(set) var count = 0

    /// Creates an empty table of at most `capacity` entries, which live for so many nanoseconds after a failure.
    init(capacity: Int, timeToLive: Int64) {
        self.capacity = capacity
        self.timeToLive = timeToLive
    }

    /// Records a failure, and decides what follows.
    mutating func failed(
        _ key: ToolCallKey, hash: Int, as errorClass: ErrorClass, policy: RetryPolicy, now: Int64,
        using generator: inout some RandomNumberGenerator
    ) -> Outcome {
        let now = newest == Self.nothing ? now : max(now, entries[Int(newest)].lastFailure)
        expire(now: now)
        if let index = find(key, hash: hash) {
            if isAlive(index, now: now) { return failedAgain(index, as: errorClass, now: now, using: &generator) }
            remove(index)
        }
        var state = RetryStateMachine(policy: policy)
        let step = state.attemptFailed(ErrorClassification(errorClass), elapsed: 0 as Int64, using: &generator)
        guard case .wait(let wait) = step else { return .exhausted }
        guard count < capacity else { return .full }
        insert(key, hash: hash, state, now: now)
        return .retry(number: 1, after: wait)
    }

    /// Forgets a key, and returns how many retries it had.
    mutating func clear(_ key: ToolCallKey, hash: Int, now: Int64) -> Int {
        expire(now: now)
        guard let index = find(key, hash: hash) else { return 0 }
        let retries = isAlive(index, now: now) ? entries[index].state.attempt : 0
        remove(index)
        return retries
    }

    private mutating func failedAgain(
        _ index: Int, as errorClass: ErrorClass, now: Int64, using generator: inout some RandomNumberGenerator
    ) -> Outcome {
        let mayGoOn = entries[index].state.waitEnded(elapsed: 0 as Int64)
        let step = entries[index].state.attemptFailed(
            ErrorClassification(errorClass), elapsed: 0 as Int64, using: &generator)
        guard mayGoOn, case .wait(let wait) = step else {
            remove(index)
            return .exhausted
        }
        unlink(index)
        linkAsNewest(index, now: now)
        return .retry(number: entries[index].state.attempt, after: wait)
    }

    private func isAlive(_ index: Int, now: Int64) -> Bool {
        now.saturatingAdd(-entries[index].lastFailure) <= timeToLive
    }

    /// Takes out a few of the entries that were abandoned.
    private mutating func expire(now: Int64) {
        for _ in 0..<Self.expiriesPerCall {
            guard oldest != Self.nothing, !isAlive(Int(oldest), now: now) else { return }
            remove(Int(oldest))
        }
    }
}

// MARK: The hash table

extension TrackerTable {
    private func bucket(of hash: Int) -> Int { hash & (buckets.count - 1) }

    private func find(_ key: ToolCallKey, hash: Int) -> Int? {
        var index = buckets[bucket(of: hash)]
        while index != Self.nothing {
            let place = Int(index)
            if entries[place].hash == hash, entries[place].key == key { return place }
            index = entries[place].nextInBucket
        }
        return nil
    }

    private mutating func insert(_ key: ToolCallKey, hash: Int, _ state: RetryStateMachine, now: Int64) {
        if count == buckets.count { rehash() }
        let entry = Entry(
            key: key, state: state, lastFailure: now, hash: hash, nextInBucket: buckets[bucket(of: hash)],
            older: Self.nothing, newer: Self.nothing)
        let index = place(entry)
        buckets[bucket(of: hash)] = Int32(index)
        linkAsNewest(index, now: now)
        count += 1
    }

    /// Puts an entry where another one was, or at the end.
    private mutating func place(_ entry: Entry) -> Int {
        if freeList != Self.nothing {
            let index = Int(freeList)
            freeList = entries[index].nextInBucket
            entries[index] = entry
            return index
        }
        // By a quarter and not by doubling: the slack is memory that every key pays for.
        if entries.count == entries.capacity {
            entries.reserveCapacity(min(capacity, entries.count + max(8, entries.count / 4)))
        }
        entries.append(entry)
        return entries.count - 1
    }

    private mutating func remove(_ index: Int) {
        unlink(index)
        let bucket = bucket(of: entries[index].hash)
        let next = entries[index].nextInBucket
        if Int(buckets[bucket]) == index {
            buckets[bucket] = next
        } else {
            var before = Int(buckets[bucket])
            while Int(entries[before].nextInBucket) != index { before = Int(entries[before].nextInBucket) }
            entries[before].nextInBucket = next
        }
        entries[index].key = ToolCallKey(tool: "", request: "")
        entries[index].nextInBucket = freeList
        freeList = Int32(index)
        count -= 1
    }

    private mutating func rehash() {
        buckets = ContiguousArray(repeating: Self.nothing, count: buckets.count * 2)
        var index = oldest
        while index != Self.nothing {
            let place = Int(index)
            let bucket = bucket(of: entries[place].hash)
            entries[place].nextInBucket = buckets[bucket]
            buckets[bucket] = index
            index = entries[place].newer
        }
    }
}

// MARK: The order of the last failures

extension TrackerTable {
    private mutating func linkAsNewest(_ index: Int, now: Int64) {
        entries[index].lastFailure = now
        entries[index].older = newest
        entries[index].newer = Self.nothing
        if newest == Self.nothing { oldest = Int32(index) } else { entries[Int(newest)].newer = Int32(index) }
        newest = Int32(index)
    }

    private mutating func unlink(_ index: Int) {
        let older = entries[index].older
        let newer = entries[index].newer
        if older == Self.nothing { oldest = newer } else { entries[Int(older)].newer = newer }
        if newer == Self.nothing { newest = older } else { entries[Int(newer)].older = older }
    }
}
