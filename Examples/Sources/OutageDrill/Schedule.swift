/// The three parts of a run.
enum Phase: String, CaseIterable {
    case before, outage, after
}

/// When the outage begins and ends, how long the load goes on, and how steady it is.
///
/// Times count from the start of a run.
struct Schedule: Sendable {
    let outage: Range<Duration>
    let end: Duration

    /// A call starts this often, whatever becomes of the calls before it.
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
    /// How long the time is, in seconds.
    var seconds: Double { (upperBound - lowerBound).seconds }
}

extension Duration {
    var seconds: Double { self / .seconds(1) }
}
