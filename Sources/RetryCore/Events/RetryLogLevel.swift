/// The severity of a line of a log.
public enum RetryLogLevel: String, Sendable, Hashable, CaseIterable, Comparable {
    /// Details for debugging: each attempt, each success at the first try.
    case debug
    /// A notable event: a success after retries, a cancellation.
    case info
    /// A retry.
    case warning
    /// A call that was given up.
    case error

    /// Orders levels from debug to error.
    public static func < (one: RetryLogLevel, other: RetryLogLevel) -> Bool {
        one.rank < other.rank
    }

    private var rank: Int { RetryLogLevel.allCases.firstIndex(of: self) ?? 0 }
}
