/// The result of a row's rounds, for one operation each, or its reading.
struct Measurement: Sendable {
    struct Round: Sendable {
        var nanoseconds: Double
        var loopNanoseconds: Double?
    }

    var rounds: [Round] = []
    var reading: Double?
    var mallocs: Double?
    var loopMallocs: Double?

    var nanoseconds: Double? { median(rounds.map(\.nanoseconds)) }

    var loopNanoseconds: Double? { median(rounds.compactMap(\.loopNanoseconds)) }

    /// The middle of the rounds' own ratios: what slows the machine down for a while slows both sides of a round.
    var ratio: Double? {
        median(rounds.compactMap { round in round.loopNanoseconds.map { round.nanoseconds / $0 } })
    }

    var nanosecondsAboveLoop: Double? {
        median(rounds.compactMap { round in round.loopNanoseconds.map { round.nanoseconds - $0 } })
    }

    var mallocsAboveLoop: Double? {
        guard let mallocs, let loopMallocs else { return nil }
        return mallocs - loopMallocs
    }

    private func median(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.sorted()[values.count / 2]
    }
}
