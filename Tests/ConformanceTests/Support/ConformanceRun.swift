import Testing

/// Compares one system's recorded behaviour with ours, case by case, and counts.
struct ConformanceRun {
    let seed: String
    let vectors: Vectors
    private(set) var passed = 0
    private(set) var differing = 0
    private var seen: [String: Set<String>] = [:]

    init(seed: String) throws {
        self.seed = seed
        self.vectors = try Vectors()
    }

    /// Compares one case with what the library did, by each driver that can.
    mutating func compare(_ vector: String, _ name: String, recorded: JSON, ours: [JSON]) {
        func fail(_ problem: String) { Issue.record("\(vector), \(name): \(problem)") }
        if !seen[vector, default: []].insert(name).inserted { fail("two cases have this name") }
        guard let first = ours.first else { return fail("nothing was run") }
        guard ours.allSatisfy(first.isClose) else { return fail("the drivers do not agree: \(ours)") }
        let difference = DeliberateDifference.all.first { $0.vector == vector && $0.case == name }
        switch (difference, first.isClose(to: recorded)) {
        case (nil, true):
            passed += 1
        case (nil, false):
            fail("recorded is \(recorded), and we do \(first)")
        case (let difference?, false) where first.isClose(to: difference.weDo):
            differing += 1
        case (let difference?, false):
            fail("the deliberate difference is \(difference.weDo), and we do \(first)")
        case (.some, true):
            fail("a deliberate difference is listed, and we do as recorded")
        }
    }

    /// Prints the counts; fails for a key of which no case was compared, and for a listed difference that none met.
    func finish(_ keys: [String]) {
        for key in keys where seen[key] == nil {
            Issue.record("\(key): nothing was compared")
        }
        for difference in DeliberateDifference.all where keys.contains(difference.vector) {
            if seen[difference.vector]?.contains(difference.case) != true {
                Issue.record(
                    "\(difference.vector), \(difference.case): a difference is listed of a case that is not there")
            }
        }
        print("\(seed): passed \(passed), differing \(differing)")
    }
}
