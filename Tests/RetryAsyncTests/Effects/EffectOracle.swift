import RetryAsync

/// Something that must not happen, with all that led there.
struct EffectViolation: Error, CustomStringConvertible {
    let description: String
}

extension EffectScenario {
    /// Throws what must not have happened.
    func check(_ log: [Happening], _ record: EffectRecord?) throws {
        func require(_ isRight: Bool, _ rule: String) throws {
            if isRight { return }
            let lines = log.map { "\($0)" }.joined(separator: "\n")
            throw EffectViolation(description: "broken: \(rule)\n\(workers)\n\(lines)\n\(record as Any)")
        }
        let begun = log.compactMap { if case .began(let token, _) = $0 { token } else { nil } }
        try require(Set(begun).count == begun.count, "each claim has a token of its own")
        let takeovers = log.filter { if case .began(_, true) = $0 { true } else { false } }
        try require(workers.contains { $0.rule == .takeOver } || takeovers.isEmpty, "who halts does not take over")

        var released: Set<FencingToken> = []
        var results: [FencingToken: [UInt8]] = [:]
        for case .settled(let token, let outcome, let answer) in log where answer == .recorded {
            if case .succeeded(let bytes) = outcome { results[token] = bytes } else { released.insert(token) }
        }
        try require(results.count <= 1, "one success is recorded")
        let effects = begun.filter { !released.contains($0) }
        try require(takeovers.count > 0 || effects.count <= 1, "without a takeover the effect is run at most once")
        for case .replayed(let bytes) in log {
            try require(results.values.contains(bytes), "a replay is what was recorded")
        }
        for case .settled(_, _, let answer) in log {
            try require(answer != .alreadyRecorded, "no key is settled twice")
        }
        if let result = results.values.first {
            try require(record?.state == .succeeded(result), "a settled record stays settled")
        }
    }

    /// Returns the end of the scenario, in a word.
    func end(of log: [Happening]) -> String {
        if log.contains(where: { if case .settled(_, _, .fenced) = $0 { true } else { false } }) { return "fenced" }
        if log.contains(.halted) { return "halted" }
        if log.contains(where: { if case .replayed = $0 { true } else { false } }) { return "replayed" }
        return log.contains(.gaveUp) ? "gave up" : "run"
    }
}
