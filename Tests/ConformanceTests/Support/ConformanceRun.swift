import Testing

/// Compares one system's recorded behaviour with ours, case by case, and counts.
struct ConformanceRun {
    let seed: String
    let vectors: Vectors
    private var counts = Counts()
    private var callCounts: [Driver: Counts] = [:]
    private var seen: [String: Set<String>] = [:]
    private var called: Set<String> = []

    init(seed: String) throws {
        self.seed = seed
        self.vectors = try Vectors()
    }

    /// Compares one case with what the library does: without a call, or in a call by each driver, or both.
    mutating func compare(
        _ vector: String, _ name: String, recorded: JSON, ours: JSON? = nil, calls: ByDriver<JSON>? = nil
    ) {
        if !seen[vector, default: []].insert(name).inserted {
            Issue.record("\(vector), \(name): two cases have this name")
        }
        var verdicts: [Verdict] = []
        if let ours { verdicts.append(verdict(vector, name, recorded: recorded, ours: ours)) }
        if let calls {
            called.insert(vector)
            for driver in Driver.allCases {
                let verdict = verdict(vector, name, by: driver, recorded: recorded, ours: calls[driver])
                callCounts[driver, default: Counts()].add(verdict)
                verdicts.append(verdict)
            }
        }
        counts.add(verdicts.contains(.failed) ? .failed : verdicts.first ?? .failed)
    }

    private func verdict(
        _ vector: String, _ name: String, by driver: Driver? = nil, recorded: JSON, ours: JSON
    ) -> Verdict {
        let difference = DeliberateDifference.all.first { $0.vector == vector && $0.case == name }
        let problem: String
        switch (difference, ours.isClose(to: recorded)) {
        case (nil, true): return .passed
        case (let difference?, false) where ours.isClose(to: difference.weDo): return .differing
        case (nil, false): problem = "recorded is \(recorded), and we do \(ours)"
        case (let difference?, false): problem = "the deliberate difference is \(difference.weDo), and we do \(ours)"
        case (.some, true): problem = "a deliberate difference is listed, and we do as recorded"
        }
        Issue.record("\(vector), \(name)\(driver.map { " (\($0.rawValue))" } ?? ""): \(problem)")
        return .failed
    }

    /// Prints the counts; fails for a key of which no case was compared, for a listed difference that none met, and for
    /// calls that no driver made.
    func finish(_ keys: [String]) {
        for key in keys where seen[key] == nil {
            Issue.record("\(key): nothing was compared")
        }
        for key in keys where called.contains(key) != Coverage.calls.contains(key) {
            Issue.record("\(key): the list of calls has it, and none was made, or the other way round")
        }
        for difference in DeliberateDifference.all where keys.contains(difference.vector) {
            if seen[difference.vector]?.contains(difference.case) != true {
                Issue.record(
                    "\(difference.vector), \(difference.case): a difference is listed of a case that is not there")
            }
        }
        let calls = Driver.allCases.compactMap { driver in callCounts[driver].map { "\($0) (\(driver.rawValue))" } }
        print("\(seed): \(counts)" + (calls.isEmpty ? "" : "; its calls: " + calls.joined(separator: ", ")))
    }
}

private enum Verdict { case passed, differing, failed }

private struct Counts: CustomStringConvertible {
    private var passed = 0
    private var differing = 0

    mutating func add(_ verdict: Verdict) {
        switch verdict {
        case .passed: passed += 1
        case .differing: differing += 1
        case .failed: break
        }
    }

    var description: String { "passed \(passed), differing \(differing)" }
}
