import RetryAsync

extension ConformanceRun {
    mutating func reflexioStrategies() async throws {
        for (name, strategy) in vectors["reflexio_strategies"].members {
            for row in strategy["rows"].array {
                let fraction = try row["fraction"].double.unwrapped("a row has no fraction")
                let (title, recorded) = ("\(name) at \(row["fraction"])", row["attempts_1_to_10"])
                do throws(InvalidPolicyError) {
                    let backoff = try reflexioBackoff(name, strategy["args"])
                    let records = await SeedCall.failing(
                        RetryPolicy(maxAttempts: 11, backoff: backoff), random: [fraction]
                    ).runs()
                    compare(
                        "reflexio_strategies", title, recorded: recorded, calls: records.map { .seconds($0.sleeps) })
                } catch {
                    compare("reflexio_strategies", title, recorded: recorded, ours: .string("refused: \(error)"))
                }
            }
        }
    }

    /// The backoff that stands for a strategy; the library's own defaults where reflexio's were recorded.
    private func reflexioBackoff(_ name: String, _ args: JSON) throws(InvalidPolicyError) -> Backoff {
        let base = args["base_s"].isNull ? .milliseconds(250) : Duration.exactly(args["base_s"])
        switch name.prefix(while: { $0 != "_" }) {
        case "decorrelated" where args == [:]:
            return .decorrelated()
        case "decorrelated":
            let cap = Duration.exactly(args["max_s"])
            return try Backoff(validating: "exponential", initial: base, factor: 3, cap: cap, jitter: .decorrelated)
        case "token" where args == [:]:
            return .token()
        case "equal":
            let cap = args["max_s"].isNull ? .seconds(30) : Duration.exactly(args["max_s"])
            return try Backoff(validating: "exponential", initial: base * 2, cap: cap, jitter: .equal)
        default:
            return try Backoff(validating: name, initial: base)
        }
    }
}
