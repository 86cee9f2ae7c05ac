import RetryCore

extension EffectStoreConformance {
    static let failure = EffectFailure(type: "Declined", code: "402", message: nil)

    static let claimRules = [
        Rule("a free key is given to the caller that claims it") { bench in
            let store = try await bench.store()
            let answer = try await store.claim("a")
            try expect(answer.token != nil && !answer.isTakeover, "a free key is answered with \(answer)")
            let record = try await store.store.record(for: ActionID("a"))
            try expect(record?.state.isRunning == true, "a claimed key is recorded as \(String(describing: record))")
            try expect(record?.token == answer.token, "the record has another token than the claim")
            try expect(record?.fingerprint == ConformanceStore.request, "the record has another fingerprint")
            try expect(await store.state("b") == nil, "an unclaimed key has a record")
        },
        Rule("a key that is being run is not given to another caller") { bench in
            let store = try await bench.store()
            let owner = try await store.own("a")
            for rule in [AbandonedClaimBehavior.halt, .takeOver] {
                let answer = try await store.claim("a", rule)
                guard case .inProgress(let age, let left) = answer else {
                    throw ConformanceProblem(text: "a claim of a running key is answered with \(answer)")
                }
                try expect(age >= .zero && left > .zero && left <= bench.lease, "in progress says \(age) and \(left)")
            }
            try expect(await store.settle(owner, .succeeded([1])), .recorded, "the owner's settlement")
        },
        Rule("a settled effect is replayed, byte for byte") { bench in
            let store = try await bench.store()
            for result in [[], [0], Array(0...255)] as [[UInt8]] {
                try await store.settled("key \(result.count)", .succeeded(result))
                for rule in [AbandonedClaimBehavior.halt, .takeOver] {
                    let answer = try await store.claim("key \(result.count)", rule)
                    try expect(answer.ending == .succeeded(result), "a succeeded key is answered with \(answer)")
                }
            }
            try await store.settled("failed", .failedFinal(failure))
            let answer = try await store.claim("failed", .takeOver)
            try expect(answer.ending == .failed(failure), "a failed key is answered with \(answer)")
            try await store.settled("unkept", .succeededWithoutResult(failure))
            for rule in [AbandonedClaimBehavior.halt, .takeOver] {
                let answer = try await store.claim("unkept", rule)
                try expect(
                    answer.ending == .succeededWithoutResult(failure),
                    "a key that succeeded without a result is answered with \(answer)")
            }
        },
        Rule("texts of failures come back as they were stored") { bench in
            let store = try await bench.store()
            let texts = ["", "é", "e\u{301}", "'; --", "\u{0}\n\t", "🔁"]
            for (index, text) in texts.enumerated() {
                let failure = EffectFailure(type: text + "T", code: index == 0 ? nil : text, message: text)
                try await store.settled("key \(index)", .failedFinal(failure))
                let state = try await store.state("key \(index)")
                guard case .failed(let stored) = state else {
                    throw ConformanceProblem(text: "a failed key is recorded as \(String(describing: state))")
                }
                let isSame =
                    Array(stored.type.utf8) == Array(failure.type.utf8)
                    && stored.code.map { Array($0.utf8) } == failure.code.map { Array($0.utf8) }
                    && stored.message.map { Array($0.utf8) } == failure.message.map { Array($0.utf8) }
                try expect(isSame, "\(failure) comes back as \(stored)")
            }
        },
        Rule("a key with another fingerprint is refused in any state") { bench in
            let other = EffectFingerprint(of: "other".utf8)
            let outcomes: [EffectOutcome?] = [nil, .succeeded([1]), .failedFinal(failure), .indeterminate(nil)]
            for outcome in outcomes {
                let store = try await bench.store()
                let owner = try await store.own("a")
                if let outcome { _ = try await store.settle(owner, outcome) }
                let before = try await store.state("a")
                for rule in [AbandonedClaimBehavior.halt, .takeOver] {
                    try expect(
                        await store.claim("a", rule, as: other),
                        .fingerprintMismatch(recorded: ConformanceStore.request, given: other),
                        "a claim with another fingerprint after \(outcome.map { "\($0)" } ?? "the claim")")
                }
                if outcome != nil { try expect(await store.state("a"), before, "the record after it") }
            }
        },
        Rule("tokens grow with every claim of any key") { bench in
            let store = try await bench.store()
            var last = FencingToken(0)
            for round in 0..<3 {
                for key in ["a", "b", "c"] {
                    let ticket = try await store.own(key)
                    try expect(ticket.token > last, "token \(ticket.token) follows on \(last) in round \(round)")
                    last = ticket.token
                    try expect(await store.settle(ticket, .failedBeforeEffect), .recorded, "giving a key back")
                }
            }
        },
        Rule("looking at a record changes nothing") { bench in
            let store = try await bench.store()
            let owner = try await store.own("a")
            try await bench.pass(bench.lease)
            let state = try await store.state("a")
            try expect(state?.isIndeterminate == true, "a run whose lease is over is recorded as \(state as Any)")
            try expect(await store.renew(owner).isRenewed, "the owner cannot renew after a read")
        },
    ]

    static let settlementRules = [
        Rule("the owner settles, once") { bench in
            for outcome in [
                EffectOutcome.succeeded([1]), .succeededWithoutResult(failure), .failedFinal(failure),
                .failedBeforeEffect, .indeterminate(failure),
            ] {
                let store = try await bench.store()
                let owner = try await store.settled("a", outcome)
                try expect(await store.settle(owner, outcome), .alreadyRecorded, "settling \(outcome) again")
                let state = try await store.state("a")
                let right: EffectRecord.State? =
                    switch outcome {
                    case .succeeded(let result): .succeeded(result)
                    case .succeededWithoutResult(let failure): .succeededWithoutResult(failure)
                    case .failedFinal(let failure): .failed(failure)
                    case .failedBeforeEffect: nil
                    case .indeterminate(let failure): .indeterminate(failure)
                    }
                try expect(state, right, "the record after \(outcome)")
            }
        },
        Rule("a settled record stays settled") { bench in
            let outcomes: [EffectOutcome] = [
                .succeeded([1]), .succeeded([2]), .succeeded([]), .succeededWithoutResult(failure),
                .failedFinal(failure), .failedBeforeEffect, .indeterminate(nil),
            ]
            for (index, first) in outcomes.enumerated() {
                let store = try await bench.store()
                let owner = try await store.settled("a", first)
                let before = try await store.state("a")
                for (number, second) in outcomes.enumerated() where number != index {
                    let answer = try await store.settle(owner, second)
                    try expect(answer.isFenced, "\(second) after \(first) is answered with \(answer)")
                    try expect(await store.state("a"), before, "the record after that")
                }
            }
        },
        Rule("a key that is given back is free at once") { bench in
            let store = try await bench.store()
            let first = try await store.settled("a", .failedBeforeEffect)
            try expect(await store.claim("a", as: .none).token != nil, "a key that was given back is not free")
            let answer = try await store.settle(first, .succeeded([1]))
            try expect(answer.isFenced, "an owner of before is answered with \(answer)")
        },
        Rule("a caller that is not the owner is fenced, and changes nothing") { bench in
            let store = try await bench.store()
            let owner = try await store.own("a")
            let stranger = EffectClaimTicket(owner.id, FencingToken(owner.token.rawValue + 1))
            let older = EffectClaimTicket(owner.id, FencingToken(owner.token.rawValue - 1))
            for ticket in [stranger, older] {
                for outcome in [EffectOutcome.succeeded([9]), .failedBeforeEffect, .indeterminate(nil)] {
                    try expect(
                        await store.settle(ticket, outcome), .fenced(current: owner.token),
                        "settling with another token")
                }
                try expect(await store.renew(ticket), .lost(current: owner.token), "renewing with another token")
            }
            try expect(await store.state("a")?.isRunning == true, "the key is not running any more")
            let nobody = EffectClaimTicket(try ActionID("nobody"), owner.token)
            try expect(await store.settle(nobody, .succeeded([9])), .fenced(current: nil), "settling an unknown key")
            try expect(await store.renew(nobody), .lost(current: nil), "renewing an unknown key")
            try expect(await store.state("nobody") == nil, "settling an unknown key makes a record")
        },
    ]
}
