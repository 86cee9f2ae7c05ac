/// The three parts of a run.
enum Phase: String, CaseIterable {
    case before, outage, after
}

/// The begin and the end of the outage, the duration of the load, and its rate.
///
/// Times count from the start of a run.
struct Schedule: Sendable {
    let outage: Range<Duration>
    let end: Duration

    /// The interval between the starts of two calls, independent of the calls before.
    let interval = Duration.milliseconds(10)

    static let full = Schedule(outage: .milliseconds(1500)..<(.seconds(5)), end: .milliseconds(7500))
    static let short = Schedule(outage: .seconds(1)..<(.milliseconds(3500)), end: .milliseconds(5500))

    subscript(phase: Phase) -> Range<Duration> {
        switch phase {
        case .before: .zero..<outage.lowerBound
        case .outage: outage
        case .after: outage.upperBound..<end
        }
    }
}

extension Range<Duration> {
    /// The duration of the range, in seconds.
    var seconds: Double { (upperBound - lowerBound).seconds }
}

extension Duration {
    var seconds: Double { self / .seconds(1) }
}
