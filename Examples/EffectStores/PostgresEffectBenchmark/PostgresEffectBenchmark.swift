import PostgresEffectStore
import RetryCore

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

/// Measures the cost of claims through the store, against the same statement through pgbench.
///
/// Run it by `.ci/postgres`, which gives it a server. It prints a row for each kind of claim and number of callers:
/// claims a second by both, the ratio, and the round trips a claim takes; it exits with 1 if a ratio is below the bar or
/// a claim takes more than one round trip. A claim of a new key is written to disk; one of a running key is an answer
/// alone. With `--ci`, for a machine that is shared with others, a ratio of half the bar is enough.
@main
struct PostgresEffectBenchmark {
    static let rounds = 12
    static let claims = 1_000

    static func main() async throws {
        var arguments = CommandLine.arguments.dropFirst()
        let isShared = arguments.first == "--ci"
        if isShared { arguments.removeFirst() }
        let bar = isShared ? 0.4 : 0.8
        guard getenv("PGHOST") != nil, arguments.count == 1, let pgbench = arguments.first else {
            print("usage: .ci/postgres PostgresEffectBenchmark [--ci] <path of pgbench>")
            exit(2)
        }
        var isOk = true
        print("key\tcallers\tstore/s\tpgbench/s\tratio\ttrips\tbar")
        for (isNew, callers) in [(true, 1), (true, 4), (false, 1), (false, 4)] {
            // Side by side, several times: the best of each counts.
            var rows: [(store: Double, pgbench: Double, trips: Double)] = []
            for _ in 0..<rounds {
                let schema = "b\(UInt64.random(in: 0 ..< .max))"
                let (rate, trips) = try await measureStore(schema, callers, isNew: isNew)
                rows.append((rate, try measurePgbench(pgbench, schema, callers, isNew: isNew), trips))
            }
            let store = rows.map(\.store).max() ?? 0
            let other = rows.map(\.pgbench).max() ?? 1
            let trips = rows.map(\.trips).max() ?? 0
            let isRight = store / other >= bar && trips == 1
            isOk = isOk && isRight
            let words = [
                isNew ? "new" : "running", "\(callers)", "\(Int(store))", "\(Int(other))", twoPlaces(store / other),
                twoPlaces(trips), ">= \(bar), 1 trip: \(isRight ? "ok" : "short")",
            ]
            print(words.joined(separator: "\t"))
        }
        exit(isOk ? 0 : 1)
    }

    /// Claims a second of new keys, and round trips a claim.
    static func measureStore(_ schema: String, _ callers: Int, isNew: Bool) async throws -> (Double, Double) {
        let store = try PostgresEffectStore(.init(schema: schema, connections: max(2, callers)))
        try await claim(store, callers, count: 50, prefix: "warm")
        let trips = store.roundTrips
        let start = ContinuousClock.now
        try await claim(store, callers, count: claims / callers, prefix: isNew ? "key" : nil)
        let seconds = start.duration(to: .now) / .seconds(1)
        let count = claims / callers * callers
        return (Double(count) / seconds, Double(store.roundTrips - trips) / Double(count))
    }

    static func claim(_ store: PostgresEffectStore, _ callers: Int, count: Int, prefix: String?) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<callers {
                group.addTask {
                    for number in 0..<count {
                        let answer = try await store.claim(
                            ActionID(prefix.map { "\($0) \(caller) \(number)" } ?? "warm 0 0"), fingerprint: .none,
                            lease: .seconds(60),
                            ifAbandoned: .halt)
                        switch answer {
                        case .execute where prefix != nil, .inProgress where prefix == nil: break
                        default: throw Unexpected(answer: answer)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    struct Unexpected: Error {
        let answer: EffectClaimAnswer
    }

    /// Runs of the same function a second, with values as long, by pgbench with a prepared statement.
    static func measurePgbench(_ program: String, _ schema: String, _ callers: Int, isNew: Bool) throws -> Double {
        let digest = EffectFingerprint.none.digest.hex
        let key = isNew ? "'bench ' || :n" : "'warm 0 0'"
        let script = """
            \\set n random(1, 1000000000000)
            SELECT * FROM "\(schema)".claim(''::bytea, (\(key))::bytea, '\\x\(digest)'::bytea, 60000000000, \
            false, :n);

            """
        let path = "/tmp/\(schema).sql"
        guard let file = fopen(path, "w") else { return 0 }
        fputs(script, file)
        fclose(file)
        defer { unlink(path) }
        let command =
            "'\(program)' -n -M prepared -f \(path) -c \(callers) -j 1 -t \(claims / callers) 2>/dev/null"
        guard let pipe = popen(command, "r") else { return 0 }
        defer { pclose(pipe) }
        var line = [CChar](repeating: 0, count: 512)
        while fgets(&line, Int32(line.count), pipe) != nil {
            let bytes = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
            if words.first == "tps", words.count > 2, let rate = Double(words[2]) { return rate }
        }
        return 0
    }

    static func twoPlaces(_ number: Double) -> String {
        let hundredths = Int((number * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }
}
