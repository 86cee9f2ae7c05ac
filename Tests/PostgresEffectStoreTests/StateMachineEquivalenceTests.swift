#if PostgreSQL
import PostgresEffectStore
import RetryCore
import RetryTesting
import Testing

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#else
#error("This file needs POSIX.")
#endif

/// The functions of the schema against the state machine of every store.
@Suite(
    "The PostgreSQL functions and the machine", .timeLimit(.minutes(5)),
    .enabled(if: ServerForTests.isThere, ServerForTests.hint))
struct StateMachineEquivalenceTests {
    /// The number of sequences of 40 steps for each seed; the environment variable `EFFECT_SEQUENCES` sets another
    /// number, such as 250 for a longer campaign.
    private static let sequences = getenv("EFFECT_SEQUENCES").flatMap { Int(String(cString: $0)) } ?? 40

    @Test("random sequences end in the same answers and the same rows", arguments: 0..<4 as Range<UInt64>)
    func sequences(seed: UInt64) async throws {
        let schema = ServerForTests.newSchema()
        _ = try await PostgresEffectStore(.init(schema: schema)).record(for: ActionID("made"))
        let admin = try ServerForTests.admin()
        // One transaction: nothing here is to survive.
        try admin.run("BEGIN")
        var random = SeededGenerator(seed: seed)
        var tokens: Int64 = 0
        var steps = 0
        for number in 0..<Self.sequences {
            var pair = MachinePair(admin, schema, key: number, lastToken: tokens)
            for _ in 0..<40 {
                steps += 1
                if let difference = try pair.step(using: &random) {
                    Issue.record("\(difference) after \(pair.path)")
                    return
                }
            }
            tokens = pair.lastToken
        }
        #expect(steps == Self.sequences * 40)
        try admin.run("ROLLBACK")
    }
}

/// The machine and the server's row of one key, side by side.
private struct MachinePair {
    private let admin: Admin
    private let schema: String
    private let key: String
    private var machine = EffectStateMachine()
    private var now: Int64 = 1_000_000
    private(set) var lastToken: Int64
    private(set) var path: [String] = []

    private static let lease: Int64 = 100
    private static let retention: Int64 = 1_000
    private static let prints = [EffectFingerprint(of: "a".utf8), EffectFingerprint(of: "b".utf8)]
    private static let outcomes: [EffectOutcome] = [
        .succeeded([]), .succeeded([1, 0, 255]), .failedFinal(EffectFailure(type: "Declined")),
        .failedFinal(EffectFailure(type: "Declined", code: "", message: "\u{0}é")), .failedBeforeEffect,
        .indeterminate(nil), .indeterminate(EffectFailure(type: "Timeout", code: "504")),
        .succeededWithoutResult(EffectFailure(type: "TooLong")),
    ]

    init(_ admin: Admin, _ schema: String, key: Int, lastToken: Int64) {
        self.admin = admin
        self.schema = schema
        self.key = "'t', 'key \(key)'"
        self.lastToken = lastToken
    }

    /// Takes a step with both; returns their difference.
    mutating func step(using random: inout SeededGenerator) throws -> String? {
        let (right, sql) = event(using: &random)
        path.append(sql)
        let answer = try admin.run("SELECT \(Self.columns) FROM \(schema).\(sql) a").first?.map { $0 ?? "-" } ?? []
        if answer != right { return "\(answer), and not \(right)," }
        return try difference()
    }

    private mutating func event(using random: inout SeededGenerator) -> ([String], String) {
        let older: Int64 = [0, 0, 0, 0, 1, 2].randomElement(using: &random) ?? 0
        let token = max(0, lastToken - older)
        let leases: [Int64] = [Self.lease, 0, .max]
        let lease = leases.randomElement(using: &random) ?? 0
        let retentions: [Int64] = [Self.retention, Self.retention, .max]
        let retention = retentions.randomElement(using: &random) ?? 1
        switch Int.random(in: 0..<14, using: &random) {
        case 0...2:
            let times: [Int64] = [1, Self.lease, Self.lease - 1, Self.retention, EffectStateMachine.releaseMemory]
            now += times.randomElement(using: &random) ?? 0
            return record()
        case 3...6:
            return claim(
                Self.prints[Int.random(in: 0..<8, using: &random) == 0 ? 1 : 0], lease,
                Bool.random(using: &random) ? .halt : .takeOver)
        case 7...8:
            let answer = machine.renew(token: FencingToken(token), lease: lease, now: now)
            return (Self.words(answer), "renew(\(key), \(token), \(lease), \(now))")
        case 9...12:
            return settle(token, Self.outcomes.randomElement(using: &random) ?? .failedBeforeEffect, retention)
        default:
            return reconcile(token, Bool.random(using: &random) ? .happened([7]) : .didNotHappen, retention)
        }
    }

    private mutating func claim(
        _ print: EffectFingerprint, _ lease: Int64, _ rule: AbandonedClaimBehavior
    ) -> ([String], String) {
        var last = lastToken
        let answer = machine.claim(fingerprint: print, lease: lease, ifAbandoned: rule, now: now) {
            last += 1
            return FencingToken(last)
        }
        lastToken = last
        // A nonce of its own for each claim.
        let sql =
            "claim(\(key), \(Self.sql(print.digest.bytes)), \(lease), \(rule == .takeOver), \(path.count), \(now))"
        return (Self.words(answer), sql)
    }

    private mutating func settle(_ token: Int64, _ outcome: EffectOutcome, _ retention: Int64) -> ([String], String) {
        let answer = machine.settle(token: FencingToken(token), outcome, retention: retention, now: now)
        let values: String =
            switch outcome {
            case .succeeded(let bytes): "4::smallint, \(Self.sql(bytes)), NULL, NULL, NULL"
            case .succeededWithoutResult(let failure): "4::smallint, NULL, \(Self.sql(failure))"
            case .failedFinal(let failure): "5::smallint, NULL, \(Self.sql(failure))"
            case .failedBeforeEffect: "6::smallint, NULL, NULL, NULL, NULL"
            case .indeterminate(let failure): "3::smallint, NULL, \(Self.sql(failure))"
            }
        return (Self.words(answer), "settle(\(key), \(token), \(values), \(retention), \(now))")
    }

    private mutating func reconcile(
        _ token: Int64, _ verdict: EffectVerdict, _ retention: Int64
    ) -> ([String], String) {
        let answer = machine.reconcile(expectedToken: FencingToken(token), verdict, retention: retention, now: now)
        let values = verdict == .didNotHappen ? "false, NULL" : "true, '\\x07'"
        let words =
            switch answer {
            case .reconciled: Self.words(12)
            case .otherToken(let token): Self.words(13, token: token)
            case .notIndeterminate: Self.words(14)
            }
        return (words, "reconcile(\(key), \(token), \(values), \(retention), \(now))")
    }

    private func record() -> ([String], String) {
        let sql = "record(\(key), \(now))"
        guard let record = machine.record(now: now) else { return (Self.words(16), sql) }
        var left: Duration?
        var result: [UInt8]?
        var failure: EffectFailure?
        switch record.state {
        case .running(let time): left = time
        case .indeterminate(let error): failure = error
        case .succeeded(let bytes): result = bytes
        case .succeededWithoutResult(let error), .failed(let error): failure = error
        }
        return (
            Self.words(
                15, token: record.token, age: record.age, left: left, print: record.fingerprint, result: result,
                failure: failure), sql
        )
    }

    /// Compares all of the row with all of the machine.
    private func difference() throws -> String? {
        let pair = key.split(separator: ", ")
        let row = try admin.run(
            """
            SELECT phase, token, since, until, encode(fingerprint, 'hex'), encode(result, 'hex'),
            encode(failure_type, 'hex'), encode(failure_code, 'hex'), encode(failure_message, 'hex')
            FROM \(schema).effects WHERE tenant = \(pair[0]) AND key = \(pair[1])
            """
        ).first
        if machine.phase == .absent { return row == nil ? nil : "a row where there should be none" }
        let right: [String?] = [
            "\(machine.phase.rawValue)", "\(machine.token)", "\(machine.since)", "\(machine.until)",
            machine.fingerprint.digest.hex, machine.result.map(Self.hex),
            machine.failure.map { Self.hex($0.type.utf8) },
            machine.failure?.code.map { Self.hex($0.utf8) }, machine.failure?.message.map { Self.hex($0.utf8) },
        ]
        return row == right ? nil : "the row \(row as Any), and not \(right),"
    }

    private static let columns = """
        answer, CASE WHEN answer IN (1, 4, 8, 11, 13, 15) THEN token END, CASE WHEN answer = 1 THEN takeover END,
        CASE WHEN answer IN (2, 3, 4, 15) THEN age END,
        CASE WHEN answer IN (3, 7) OR (answer = 15 AND phase = 1) THEN time_left END,
        CASE WHEN answer IN (5, 15) THEN encode(fingerprint, 'hex') END,
        CASE WHEN answer IN (2, 15) THEN encode(result, 'hex') END,
        CASE WHEN answer IN (2, 4, 15) THEN encode(failure_type, 'hex') END,
        CASE WHEN answer IN (2, 15) THEN encode(failure_code, 'hex') END,
        CASE WHEN answer IN (2, 15) THEN encode(failure_message, 'hex') END
        """

    private static func words(
        _ answer: Int, token: FencingToken? = nil, takeover: Bool? = nil, age: Duration? = nil, left: Duration? = nil,
        print: EffectFingerprint? = nil, result: [UInt8]? = nil, failure: EffectFailure? = nil
    ) -> [String] {
        let words: [String?] = [
            "\(answer)", token.map { "\($0)" }, takeover.map { $0 ? "t" : "f" }, age.map(number), left.map(number),
            print?.digest.hex, result.map(hex), failure.map { hex($0.type.utf8) },
            failure?.code.map { hex($0.utf8) }, failure?.message.map { hex($0.utf8) },
        ]
        return words.map { $0 ?? "-" }
    }

    private static func words(_ answer: EffectClaimAnswer) -> [String] {
        switch answer {
        case .execute(let token, let isTakeover): words(1, token: token, takeover: isTakeover)
        case .replay(let replay):
            switch replay.ending {
            case .succeeded(let bytes): words(2, age: replay.age, result: bytes)
            case .succeededWithoutResult(let failure), .failed(let failure):
                words(2, age: replay.age, failure: failure)
            }
        case .inProgress(let age, let left): words(3, age: age, left: left)
        case .indeterminate(let token, let age, let type):
            words(4, token: token, age: age, failure: type.map { EffectFailure(type: $0) })
        case .fingerprintMismatch(let recorded, _): words(5, print: recorded)
        case .full: words(6)
        }
    }

    private static func words(_ answer: EffectRenewAnswer) -> [String] {
        switch answer {
        case .renewed(let left): words(7, left: left)
        case .lost(let current): words(8, token: current)
        }
    }

    private static func words(_ answer: EffectSettleAnswer) -> [String] {
        switch answer {
        case .recorded: words(9)
        case .alreadyRecorded: words(10)
        case .fenced(let current): words(11, token: current)
        }
    }

    private static func number(_ duration: Duration) -> String { "\(duration.attoseconds / 1_000_000_000)" }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private static func sql(_ bytes: some Sequence<UInt8>) -> String { "'\\x\(hex(bytes))'" }

    private static func sql(_ failure: EffectFailure?) -> String {
        [failure?.type, failure?.code, failure?.message]
            .map { $0.map { sql($0.utf8) } ?? "NULL" }.joined(separator: ", ")
    }
}
#endif
