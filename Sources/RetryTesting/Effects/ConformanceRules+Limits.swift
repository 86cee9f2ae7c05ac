import RetryCore

extension EffectStoreConformance {
    static let keyRules = [
        Rule("keys are bytes, and no two of them are one") { bench in
            let store = try await bench.store()
            let keys = try hostileKeys()
            for (number, key) in keys.enumerated() {
                let answer = try await store.claim(key)
                guard let token = answer.token else {
                    throw ConformanceProblem(text: "key \(number), \(Array(key.key)), is answered with \(answer)")
                }
                let result = [UInt8(truncatingIfNeeded: number)]
                let ticket = EffectClaimTicket(key, token)
                try expect(await store.settle(ticket, .succeeded(result)), .recorded, "key \(number)")
            }
            for (number, key) in keys.enumerated() {
                let right = EffectReplay.Ending.succeeded([UInt8(truncatingIfNeeded: number)])
                let answer = try await store.claim(key)
                try expect(answer.ending == right, "key \(number), \(Array(key.key)), is answered with \(answer)")
            }
        }
    ]

    /// Returns keys that a careless store merges, cuts or fails on.
    private static func hostileKeys() throws -> [ActionID] {
        let texts = [
            "a", "A", " a", "a ", "a\u{0}", "a\u{0}b", "\u{0}", "\n", "caf\u{e9}", "cafe\u{301}", "stra\u{df}e",
            "strasse",
            "0", "00", "1", "1.0", "1e0", "null", "NULL", "true", "'", "''", "\"", "\\", "\\0", "%", "_", "a%", "a_",
            "'; DROP TABLE effects; --", "a:b", "a/b", "../a", "🔁", "\u{200d}", "\u{202e}a",
            String(repeating: "x", count: 254), String(repeating: "x", count: 255),
            String(repeating: "x", count: 254) + "y", String(repeating: "é", count: 127),
        ]
        let bytes: [[UInt8]] = [
            [0xff], [0xfe], [0xc3], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xef, 0xbf, 0xbd], [0xf4, 0x90],
        ]
        let tenants = [
            ("a", "t"), ("a", "T"), ("at", ""), ("a", "t "), ("t", "a"), ("a:", "t"), ("a", ":t"),
            ("a", "caf\u{e9}"), ("a", "cafe\u{301}"), ("a", String(repeating: "t", count: 255)),
        ]
        return try texts.map { try ActionID($0) } + bytes.map { try ActionID(bytes: $0) }
            + tenants.map { try ActionID($0.0, tenant: $0.1) }
    }

    static let limitRules = [
        Rule("a long result is kept as it is") { bench in
            let store = try await bench.store()
            let result = (0..<65_536).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 / 256) }
            try await store.settled("a", .succeeded(result))
            try expect(await store.claim("a").ending == .succeeded(result), "64 KiB do not come back as they were")
        },
        Rule("a result that is too long is refused, and nothing is recorded") { bench in
            let store = try await bench.store(maxResultBytes: 100)
            let owner = try await store.own("a")
            do {
                let answer = try await store.settle(owner, .succeeded([UInt8](repeating: 1, count: 101)))
                throw ConformanceProblem(text: "101 bytes of 100 are answered with \(answer)")
            } catch EffectStoreError.resultTooLong(count: 101, limit: 100) {}
            try expect(await store.state("a")?.isRunning == true, "the key is not running any more")
            let most = [UInt8](repeating: 1, count: 100)
            try expect(await store.settle(owner, .indeterminate(nil)), .recorded, "another settlement after it")
            try expect(await store.reconcile(owner, .happened(most)), .reconciled, "a verdict of 100 bytes")
        },
        Rule("a full store refuses new keys, and evicts nothing") { bench in
            let store = try await bench.store(capacity: 3)
            let running = try await store.own("a")
            try await store.settled("b", .succeeded([2]))
            try await store.settled("c", .indeterminate(nil))
            for rule in [AbandonedClaimBehavior.halt, .takeOver] {
                try expect(await store.claim("d", rule), .full(count: 3, limit: 3), "a claim in a full store")
            }
            try expect(await store.claim("a").isInProgress, "a running key was forgotten")
            try expect(await store.claim("b").ending == .succeeded([2]), "a settled key was forgotten")
            try expect(await store.claim("c").isIndeterminate, "an indeterminate key was forgotten")
            try expect(await store.settle(running, .failedBeforeEffect), .recorded, "giving a key back")
            try expect(await store.claim("d").token != nil, "there is no room after a key was given back")
        },
        Rule("a full store makes room when records' time is over") { bench in
            let store = try await bench.store(capacity: 2)
            try await store.settled("a", .succeeded([1]))
            try await store.settled("b", .succeeded([2]))
            try expect(await store.claim("c").isFull, "there is room for three of two")
            try await bench.pass(bench.retention)
            try expect(await store.claim("c").token != nil, "there is no room though everything is over")
        },
        Rule("a tenant fills its own quota, and no other's") { bench in
            let store = try await bench.store(tenantQuota: 2)
            for key in ["a", "b"] { try await store.settled(ActionID(key, tenant: "x"), .succeeded([])) }
            try expect(
                await store.claim(ActionID("c", tenant: "x")), .full(count: 2, limit: 2), "a third key of a tenant")
            let known = try await store.claim(ActionID("a", tenant: "x"))
            try expect(known.ending != nil, "a known key of a full tenant is answered with \(known)")
            try expect(await store.claim(ActionID("c", tenant: "y")).token != nil, "another tenant has no room")
            for key in ["c", "d", "e"] {
                try expect(await store.claim(key).token != nil, "there is no room for keys without a tenant")
            }
        },
    ]
}
