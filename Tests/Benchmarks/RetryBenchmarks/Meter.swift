import MallocCounter

/// Measures a row in rounds, its handwritten loop in the same rounds.
struct Meter {
    let row: Row

    /// Long enough that reading the clock is nothing, and short enough that most batches run without interruption.
    private static let batchDuration = Duration.microseconds(250)
    private static let roundsDuration = Duration.seconds(1)
    private static let mallocCount = 500

    func run() async throws -> Measurement {
        switch row.subject {
        case .operation(let batch, let loop): try await measure(batch, loop)
        case .reading(let read): Measurement(reading: try await read())
        }
    }

    private func measure(_ batch: Row.Batch, _ loop: Row.Batch?) async throws -> Measurement {
        var result = Measurement()
        result.mallocs = try await mallocs(batch)
        let count = try await batchCount(batch)
        guard let loop else {
            try await repeatRounds {
                result.rounds.append(.init(nanoseconds: try await nanoseconds(batch, count)))
            }
            return result
        }
        result.loopMallocs = try await mallocs(loop)
        let loopCount = try await batchCount(loop)
        try await repeatRounds {
            // In this order a steady drift of the machine's speed takes nothing from either side.
            let row1 = try await nanoseconds(batch, count)
            let loop1 = try await nanoseconds(loop, loopCount)
            let loop2 = try await nanoseconds(loop, loopCount)
            let row2 = try await nanoseconds(batch, count)
            result.rounds.append(.init(nanoseconds: (row1 + row2) / 2, loopNanoseconds: (loop1 + loop2) / 2))
        }
        return result
    }

    private func repeatRounds(_ round: () async throws -> Void) async throws {
        let end = ContinuousClock.now + Self.roundsDuration
        repeat { try await round() } while ContinuousClock.now < end
    }

    private func nanoseconds(_ batch: Row.Batch, _ count: Int) async throws -> Double {
        let start = ContinuousClock.now
        try await batch(count)
        return (ContinuousClock.now - start) / .nanoseconds(1) / Double(count)
    }

    private func batchCount(_ batch: Row.Batch) async throws -> Int {
        var count = 1
        while true {
            let start = ContinuousClock.now
            try await batch(count)
            if ContinuousClock.now - start >= Self.batchDuration { return count }
            count *= 2
        }
    }

    /// The least of many counts: what other threads allocate meanwhile is left out, and so is what a timer allocates
    /// that gets as far as to wait before it is cancelled.
    private func mallocs(_ batch: Row.Batch) async throws -> Double? {
        guard malloc_counter_is_available() else { return nil }
        var least = UInt64.max
        for _ in 1...20 {
            malloc_counter_start()
            try await batch(Self.mallocCount)
            least = min(least, malloc_counter_stop())
        }
        return Double(least) / Double(Self.mallocCount)
    }
}
