/// Holds what was measured against what was asked for.
struct Judge {
    /// The number of times its bar that a ratio may be; nil to judge everything as it is declared.
    ///
    /// On a machine shared with others, ratios get this much room and absolute times are not judged. Allocations and bytes
    /// are the same everywhere.
    var slack: Double?

    /// Returns whether every bar holds, or nil if there is none to judge.
    func verdict(_ row: Row, _ result: Measurement) -> Bool? {
        let verdicts = [holds(row.bar, result), holds(row.mallocs, result)].compactMap(\.self)
        return verdicts.isEmpty ? nil : verdicts.allSatisfy(\.self)
    }

    private func holds(_ bar: Bar, _ result: Measurement) -> Bool? {
        guard let value = bar.value(in: result) else { return nil }
        switch bar {
        case .ratio(let most), .times(let most): return value <= most * (slack ?? 1)
        case .nanosecondsAboveLoop(let most), .nanoseconds(let most), .milliseconds(let most):
            return slack == nil ? value <= most : nil
        case .megabytesPerSecond(let least, _): return slack == nil ? value >= least : nil
        case .bytes(let most): return value <= most
        case .shown: return nil
        }
    }

    private func holds(_ bar: MallocBar, _ result: Measurement) -> Bool? {
        guard let value = bar.value(in: result) else { return nil }
        switch bar {
        // What a batch allocates for itself is less than this for each of its operations.
        case .atMost(let most), .aboveLoop(let most): return value <= Double(most) + 0.02
        case .shown: return nil
        }
    }
}

extension Bar {
    /// Returns the value that the bar judges.
    func value(in result: Measurement) -> Double? {
        switch self {
        case .ratio: result.ratio
        case .nanosecondsAboveLoop: result.nanosecondsAboveLoop
        case .nanoseconds: result.nanoseconds
        case .megabytesPerSecond(_, let bytes): result.nanoseconds.map { Double(bytes) * 1_000 / $0 }
        case .bytes, .milliseconds, .times: result.reading
        case .shown: result.ratio ?? result.nanoseconds
        }
    }
}

extension MallocBar {
    /// Returns the value that the bar judges.
    func value(in result: Measurement) -> Double? {
        switch self {
        case .atMost, .shown: result.mallocs
        case .aboveLoop: result.mallocsAboveLoop
        }
    }
}
