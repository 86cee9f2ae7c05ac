import RetryAsync

/// The invariants of every key, for any callers in any order.
struct OnceOracle {
    let scenario: OnceScenario
    let trace: [OnceTrace.Event]
    let results: [Result<OnceResult<[UInt8]>, any Error>]
    let record: EffectRecord?
    let sleepers: Int
    let waiters: Int

    func check() throws {
        try checkClaims()
        try checkEffects()
        try checkSettlements()
        try checkResults()
        try require(sleepers == 0, "no task sleeps when all have ended")
        try require(waiters == 0, "no caller waits when all have ended")
    }

    /// The end of the scenario, in a word.
    var end: String {
        let names = results.map { result in
            switch result {
            case .success(let once): once.isReplay ? "replayed" : "run"
            case .failure(let error as EffectError):
                Mirror(reflecting: error).children.first?.label ?? ""
            case .failure(let error): "\(type(of: error))"
            }
        }
        return Set(names).sorted().joined(separator: " ")
    }

    func require(_ isRight: Bool, _ rule: String) throws {
        if isRight { return }
        let lines = trace.map { "\($0)" } + results.map { "\($0)" } + ["\(record as Any)"]
        throw EffectViolation(description: (["broken: \(rule)", "\(scenario)"] + lines).joined(separator: "\n"))
    }
}

// MARK: - Rules

extension OnceOracle {
    private var isHalting: Bool { scenario.rule == .halt && scenario.receiver == .mayRepeat }

    private func checkClaims() throws {
        var granted: [FencingToken] = []
        var lost: Set<FencingToken> = []
        var ended: Set<FencingToken> = []
        for event in trace {
            switch event {
            case .claimed(.execute(let token, let isTakeover)):
                try require(granted.allSatisfy { $0 < token }, "tokens grow")
                try require(scenario.rule == .takeOver || !isTakeover, "who halts does not take over")
                granted.append(token)
            case .claimLost(let token): lost.insert(token)
            case .settling(let token, _):
                try require(granted.contains(token), "only an owner settles")
                ended.insert(token)
            default: break
            }
        }
        let open = Set(granted).subtracting(lost).subtracting(ended)
        try require(open.isEmpty, "every claim that its owner heard of is settled, fenced or given up")
    }

    private func checkEffects() throws {
        var running: [FencingToken] = []
        var happened = 0
        for event in trace {
            switch event {
            case .began(let token, _, let left):
                try require(left >= OnceScenario.lease / 2, "no attempt begins with too little lease")
                let timeout = scenario.attemptTimeout.map { Duration.seconds($0) } ?? .zero
                try require(left >= timeout, "no attempt begins with less lease than its timeout")
                try require(!isHalting || running.isEmpty, "one attempt at a time")
                try require(!running.contains(token), "one attempt of a claim at a time")
                running.append(token)
            case .ended(let token, _): running.removeAll { $0 == token }
            case .happened: happened += 1
            default: break
            }
        }
        try require(running.isEmpty, "every attempt ends")
        try require(!isHalting || happened <= 1, "the effect happens at most once")
    }

    private func checkSettlements() throws {
        var final: (token: FencingToken, outcome: EffectOutcome)?
        var unknown: Set<FencingToken> = []
        for event in trace {
            if case .happened(let token) = event { unknown.insert(token) }
            guard case .settled(let token, let outcome, let answer) = event, answer == .recorded else { continue }
            try require(final == nil, "what is settled is final")
            switch outcome {
            case .succeeded, .succeededWithoutResult, .failedFinal: final = (token, outcome)
            case .failedBeforeEffect:
                try require(!unknown.contains(token), "a key is given back only where nothing happened")
            case .indeterminate: break
            }
            if case .failedFinal = outcome {
                try require(!unknown.contains(token), "a failure is final only where nothing happened")
            }
        }
        switch final?.outcome {
        case .succeeded(let bytes): try require(record?.state == .succeeded(bytes), "a success stays")
        case .succeededWithoutResult(let reason):
            try require(record?.state == .succeededWithoutResult(reason), "a success stays")
        case .failedFinal(let failure): try require(record?.state == .failed(failure), "a failure stays")
        default: break
        }
    }

    private func checkResults() throws {
        let recorded = trace.compactMap { event -> [UInt8]? in
            guard case .settled(_, .succeeded(let bytes), let answer) = event, answer == .recorded else { return nil }
            return bytes
        }
        for (caller, result) in zip(scenario.callers, results) {
            switch result {
            case .success(let once):
                let isRecorded = once.unkept == nil ? recorded == [once.value] : recorded.isEmpty
                try require(isRecorded, "a value is the one that is recorded")
            case .failure(let error):
                if error is CancellationError {
                    try require(caller.cancelledAt != nil, "only who is cancelled is told so")
                }
            }
        }
        try require(results.count { (try? $0.get().isReplay) == false } <= 1, "one caller has run the effect")
    }
}
