import RetryCore

extension EffectStoreConformance {
    private static let rounds = 20
    private static let callers = 8

    /// Runs a step for many callers at once.
    private static func race<Answer: Sendable>(
        _ step: @escaping @Sendable (Int) async throws -> Answer
    ) async throws -> [Answer] {
        try await withThrowingTaskGroup(of: Answer.self) { group in
            for caller in 0..<callers { group.addTask { try await step(caller) } }
            var answers: [Answer] = []
            for try await answer in group { answers.append(answer) }
            return answers
        }
    }

    static let raceRules = [
        Rule("of many callers that claim a key at once, one gets it") { bench in
            let store = try await bench.store()
            for round in 0..<rounds {
                let answers = try await race { _ in try await store.claim("key \(round)") }
                let owners = answers.filter { $0.token != nil }.count
                try expect(owners == 1, "\(owners) of \(callers) callers get the key")
                let waiting = answers.filter(\.isInProgress).count
                try expect(waiting == callers - 1, "\(waiting) of \(callers) callers find it in progress")
            }
        },
        Rule("of many callers that take a key over at once, one gets it") { bench in
            let store = try await bench.store()
            for round in 0..<rounds {
                let owner = try await store.settled("key \(round)", .indeterminate(nil))
                let tokens = try await race { _ in try await store.claim("key \(round)", .takeOver) }.compactMap(
                    \.token)
                try expect(tokens.count == 1, "\(tokens.count) of \(callers) callers get the key")
                try expect(tokens.allSatisfy { $0 > owner.token }, "a takeover has an older token")
            }
        },
        Rule("of many settlements at once, one is recorded") { bench in
            let store = try await bench.store()
            for round in 0..<rounds {
                let owner = try await store.own("key \(round)")
                let answers = try await race { caller in
                    (caller, try await store.settle(owner, .succeeded([UInt8(caller)])))
                }
                let recorded = answers.filter { $0.1 == .recorded }
                try expect(recorded.count == 1, "\(recorded.count) of \(callers) settlements are recorded")
                try expect(answers.filter { $0.1.isFenced }.count == callers - 1, "a settlement is lost in silence")
                let right = recorded.first.map { EffectReplay.Ending.succeeded([UInt8($0.0)]) }
                try expect(await store.claim("key \(round)").ending == right, "another result is replayed")
            }
        },
        Rule("a settlement and a takeover at once do not both succeed") { bench in
            let store = try await bench.store()
            for round in 0..<rounds {
                let key = "key \(round)"
                let owner = try await store.own(key)
                try await bench.pass(bench.lease)
                async let settlement = store.settle(owner, .succeeded([1]))
                async let claim = store.claim(key, .takeOver)
                let (settled, claimed) = try await (settlement, claim)
                let isSettled = settled == .recorded && claimed.ending == .succeeded([1])
                let isTaken = settled.isFenced && claimed.isTakeover
                try expect(isSettled || isTaken, "they are answered with \(settled) and \(claimed)")
            }
        },
        Rule("tokens of claims at once are all different") { bench in
            let store = try await bench.store()
            let tokens = try await race { caller in
                var tokens: [FencingToken] = []
                for number in 0..<rounds { tokens.append(try await store.own("key \(caller) \(number)").token) }
                return tokens
            }
            for own in tokens { try expect(own == own.sorted(), "tokens of one caller do not grow: \(own)") }
            try expect(Set(tokens.joined()).count == callers * rounds, "two claims have one token")
        },
        Rule("a full store has no room for two at once") { bench in
            for _ in 0..<rounds {
                let store = try await bench.store(capacity: 3)
                let answers = try await race { caller in try await store.claim("key \(caller)") }
                let owners = answers.filter { $0.token != nil }.count
                try expect(owners == 3, "\(owners) keys are in a store for 3")
                try expect(answers.filter(\.isFull).count == callers - 3, "the others do not find it full")
            }
        },
    ]

    static let waitingRules = [
        Rule("a subscriber is notified once, when the outcome is recorded") { bench in
            let store = try await bench.store()
            guard let observable = store.store as? any ObservableEffectStore else {
                throw ConformanceSkip(reason: "the store does not notify")
            }
            let id = try ActionID("a")
            let told = Locked<[Int]>([])
            func subscribe(_ number: Int) -> EffectSubscription {
                observable.subscribe(to: id) { told.withLock { $0.append(number) } }
            }
            _ = subscribe(0)
            try expect(told.withLock { $0 } == [0], "a subscriber to a key without an owner is not notified at once")
            let owner = try await store.own("a")
            let (stays, leaves) = (subscribe(1), subscribe(2))
            leaves.cancel()
            try await store.settled("b", .succeeded([]))
            try expect(told.withLock { $0 } == [0], "a subscriber is notified before the outcome is recorded")
            _ = try await store.settle(owner, .succeeded([]))
            _ = try await store.settle(owner, .succeeded([]))
            let heard = told.withLock { $0 }
            try expect(heard.contains(1), "a subscriber is not notified")
            try expect(!heard.contains(2), "a cancelled subscriber is notified")
            try expect(heard == [0, 1], "a subscriber is notified twice")
            stays.cancel()
        }
    ]
}
