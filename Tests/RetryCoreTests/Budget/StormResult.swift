/// The counts of a storm.
struct StormResult {
    var calls = 0
    var attempts = 0
    var successes = 0

    static func + (one: StormResult, other: StormResult) -> StormResult {
        StormResult(
            calls: one.calls + other.calls, attempts: one.attempts + other.attempts,
            successes: one.successes + other.successes)
    }

    /// The attempts per call.
    var load: Double { Double(attempts) / Double(calls) }
    /// The share of calls that succeed.
    var success: Double { Double(successes) / Double(calls) }

    /// The share and the load as the articles write them: `56 %, 1.01`.
    var text: String {
        let hundredths = Int((load * 100).rounded())
        let (whole, part) = hundredths.quotientAndRemainder(dividingBy: 100)
        return "\(Int((success * 100).rounded())) %, \(whole).\(part < 10 ? "0" : "")\(part)"
    }
}
