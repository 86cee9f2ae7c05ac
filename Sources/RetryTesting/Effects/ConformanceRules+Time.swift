import RetryCore

extension EffectStoreConformance {
    static let leaseRules = [
        Rule("a run whose lease is over is halted") { bench in
            let store = try await bench.store()
            let owner = try await store.own("a")
            try await bench.pass(bench.lease)
            for _ in 0..<2 {
                let answer = try await store.claim("a")
                guard case .indeterminate(owner.token, let age, nil) = answer else {
                    throw ConformanceProblem(text: "a claim after the lease is answered with \(answer)")
                }
                try expect(age >= bench.lease, "the run is said to be \(age) old")
            }
            let renewal = try await store.renew(owner)
            try expect(!renewal.isRenewed, "the owner renews after the halt: \(renewal)")
        },
        Rule("a late owner settles if there was no takeover") { bench in
            for outcome in [EffectOutcome.succeeded([1]), .failedFinal(failure), .failedBeforeEffect] {
                let store = try await bench.store()
                let owner = try await store.own("a")
                try await bench.pass(bench.lease)
                if outcome != .failedFinal(failure) { _ = try await store.claim("a") }
                try expect(await store.settle(owner, outcome), .recorded, "settling \(outcome) after the lease")
                try expect(await store.settle(owner, outcome), .alreadyRecorded, "settling it again")
            }
        },
        Rule("a takeover fences the owner of before") { bench in
            for isHalted in [false, true] {
                let store = try await bench.store()
                let owner = try await store.own("a")
                try await bench.pass(bench.lease)
                if isHalted { _ = try await store.claim("a") }
                let answer = try await store.claim("a", .takeOver)
                guard case .execute(let token, isTakeover: true) = answer, token > owner.token else {
                    throw ConformanceProblem(text: "a takeover is answered with \(answer)")
                }
                try expect(await store.renew(owner), .lost(current: token), "renewing after a takeover")
                for outcome in [EffectOutcome.succeeded([1]), .failedBeforeEffect, .indeterminate(nil)] {
                    try expect(await store.settle(owner, outcome), .fenced(current: token), "settling \(outcome)")
                }
                let taker = EffectClaimTicket(owner.id, token)
                try expect(await store.settle(taker, .succeeded([2])), .recorded, "the new owner's settlement")
            }
        },
        Rule("an unknown outcome is halted, and can be taken over") { bench in
            let store = try await bench.store()
            let owner = try await store.settled("a", .indeterminate(failure))
            let answer = try await store.claim("a")
            guard case .indeterminate(owner.token, _, failure.type) = answer else {
                throw ConformanceProblem(text: "a claim of an indeterminate key is answered with \(answer)")
            }
            try expect(await store.claim("a", .takeOver).isTakeover, "an indeterminate key cannot be taken over")
            let late = try await store.settle(owner, .succeeded([1]))
            try expect(late.isFenced, "the owner of before is answered with \(late)")
        },
        Rule("a renewal makes the lease longer, and never shorter") { bench in
            let store = try await bench.store()
            let owner = try await store.own("a")
            try expect(await store.renew(owner, bench.lease * 3).isRenewed, "the owner cannot renew")
            guard case .renewed(let left) = try await store.renew(owner, bench.lease / 10) else {
                throw ConformanceProblem(text: "the owner cannot renew again")
            }
            try expect(left > bench.lease && left <= bench.lease * 3, "after a short renewal \(left) are left")
            try await bench.pass(bench.lease * 2)
            try expect(await store.claim("a", .takeOver).isInProgress, "a renewed lease ended early")
            try await bench.pass(bench.lease)
            try expect(await store.renew(owner).isRenewed, "an ended lease without another claim cannot be renewed")
            try expect(await store.claim("a", .takeOver).isInProgress, "a lease that was renewed late does not count")
        },
        Rule("leases and time of any size do no harm") { bench in
            let store = try await bench.store()
            let owner = try await store.own("a", lease: .seconds(Int64.max))
            try expect(await store.renew(owner, .seconds(Int64.max)).isRenewed, "a very long lease cannot be renewed")
            if case .manual = bench.kit.time { try await bench.pass(.seconds(1_000_000_000)) }
            try expect(await store.claim("a", .takeOver).isInProgress, "a very long lease is over")
            try expect(await store.settle(owner, .succeeded([1])), .recorded, "settling under a very long lease")
        },
    ]

    static let reconciliationRules = [
        Rule("a verdict on an unknown outcome settles it") { bench in
            for isSettled in [true, false] {
                let store = try await bench.store()
                let (happened, not) = (try await store.own("a"), try await store.own("b"))
                if isSettled {
                    for ticket in [happened, not] { _ = try await store.settle(ticket, .indeterminate(nil)) }
                } else {
                    try await bench.pass(bench.lease)
                    _ = try await store.claim("a")
                }
                try expect(await store.reconcile(happened, .happened([7])), .reconciled, "that it happened")
                try expect(await store.claim("a").ending == .succeeded([7]), "the result found out is not replayed")
                try expect(await store.reconcile(not, .didNotHappen), .reconciled, "that it did not happen")
                try expect(await store.state("b") == nil, "an effect that did not happen has a record")
                try expect(await store.settle(not, .succeeded([8])).isFenced, "the owner is not fenced after a verdict")
                try expect(await store.claim("b", as: .none).token != nil, "the key is not free after a verdict")
            }
        },
        Rule("a verdict on a changed record is refused") { bench in
            let store = try await bench.store()
            let owner = try await store.settled("a", .indeterminate(nil))
            for distance in [-1, 1] as [Int64] {
                let other = FencingToken(owner.token.rawValue + distance)
                try expect(
                    await store.reconcile(owner, .didNotHappen, token: other), .otherToken(current: owner.token),
                    "a verdict with another token")
            }
            try expect(await store.state("a")?.isIndeterminate == true, "it changed the record")
        },
        Rule("a verdict clears the record of a failure") { bench in
            let store = try await bench.store()
            let (happened, not) = (
                try await store.settled("a", .failedFinal(failure)), try await store.settled("b", .failedFinal(failure))
            )
            let other = FencingToken(not.token.rawValue + 1)
            try expect(
                await store.reconcile(not, .didNotHappen, token: other), .otherToken(current: not.token),
                "a verdict with another token on a failure")
            try expect(await store.reconcile(happened, .happened([7])), .reconciled, "that a failure happened")
            try expect(await store.claim("a").ending == .succeeded([7]), "the result found out is not replayed")
            try expect(await store.reconcile(not, .didNotHappen), .reconciled, "that a failure did not happen")
            try expect(await store.state("b") == nil, "a failure that was cleared has a record")
            try expect(
                await store.claim("b", as: .none).token != nil, "the key is not free after a failure was cleared")
        },
        Rule("a verdict adds the result that was not kept") { bench in
            let store = try await bench.store()
            let owner = try await store.settled("a", .succeededWithoutResult(failure))
            try expect(await store.reconcile(owner, .didNotHappen), .notIndeterminate, "that a success did not happen")
            try expect(await store.state("a"), .succeededWithoutResult(failure), "the record after that")
            try expect(await store.reconcile(owner, .happened([7])), .reconciled, "that it happened with a result")
            try expect(await store.claim("a").ending == .succeeded([7]), "the result found out is not replayed")
        },
        Rule("a verdict counts from the time when it is recorded") { bench in
            let store = try await bench.store()
            let first = try await store.settled("a", .failedFinal(failure))
            try await bench.pass(bench.retention - bench.lease)
            try await store.settled("b", .succeeded([2]))
            try expect(await store.reconcile(first, .happened([1])), .reconciled, "that a failure happened")
            try await bench.pass(bench.retention - bench.lease)
            for key in ["a", "b"] {
                try expect(await store.claim(key).ending != nil, "\(key) was forgotten too early")
            }
            try await bench.pass(bench.lease)
            for key in ["a", "b"] { try expect(await store.state(key) == nil, "\(key) is never forgotten") }
        },
        Rule("a verdict on an effect that is known to have happened is refused") { bench in
            let store = try await bench.store()
            let running = try await store.own("running")
            let done = try await store.settled("done", .succeeded([1]))
            let free = try await store.settled("free", .failedBeforeEffect)
            for ticket in [running, done, free, EffectClaimTicket(try ActionID("nobody"), running.token)] {
                for verdict in [EffectVerdict.happened([9]), .didNotHappen] {
                    let answer = try await store.reconcile(ticket, verdict)
                    try expect(answer, .notIndeterminate, "a verdict on a known outcome")
                }
            }
            try expect(await store.state("done"), .succeeded([1]), "the record of a success after it")
            try expect(await store.settle(running, .succeeded([2])), .recorded, "the owner's settlement after it")
        },
    ]

    static let retentionRules = [
        Rule("a settled effect is forgotten when its time is over, and not before") { bench in
            let store = try await bench.store()
            let owner = try await store.settled("a", .succeeded([1]))
            try await store.settled("b", .failedFinal(failure))
            try await bench.pass(bench.retention - bench.lease)
            try expect(await store.claim("a").ending == .succeeded([1]), "a success was forgotten too early")
            try expect(await store.claim("b").ending == .failed(failure), "a failure was forgotten too early")
            try await bench.pass(bench.lease)
            try expect(await store.state("a") == nil, "a success is never forgotten")
            let late = try await store.settle(owner, .succeeded([1]))
            try expect(late, .fenced(current: nil), "settling an evicted record")
            let again = try await store.claim("a", as: .none)
            try expect(again.token.map { $0 > owner.token } == true, "a forgotten key is answered with \(again)")
            try expect(await store.claim("b").token != nil, "a failure is never forgotten")
        },
        Rule("a record without an outcome is never evicted") { bench in
            let store = try await bench.store()
            let running = try await store.own("running")
            let halted = try await store.own("halted")
            let unknown = try await store.settled("unknown", .indeterminate(failure))
            try await bench.pass(bench.lease)
            _ = try await store.claim("halted")
            try await bench.pass(bench.retention * 10)
            // Any call that evicts records gets its chance.
            for number in 0..<50 { try await store.settled("other \(number)", .succeeded([])) }
            for (key, ticket) in [("running", running), ("halted", halted), ("unknown", unknown)] {
                let record = try await store.store.record(for: ActionID(key))
                try expect(record?.token == ticket.token, "the key \(key) is recorded as \(record as Any)")
                try expect(await store.claim(key).isIndeterminate, "the key \(key) can be had")
            }
            try expect(await store.settle(running, .succeeded([1])), .recorded, "a very late settlement")
        },
    ]
}
