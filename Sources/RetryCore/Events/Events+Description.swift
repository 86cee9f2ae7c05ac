extension RetryEvent: CustomStringConvertible {
    /// The event as a line of a log.
    public var description: String { logLine }
}

extension RetryMetrics.Snapshot: CustomStringConvertible, CustomDebugStringConvertible {
    /// The counts in one line: `120 calls, 118 succeeded, 9 retries; half within 25ms, 99 % within 250ms`.
    public var description: String {
        let text = "\(calls.of("call")), \(successes) succeeded, \(retries.of("retry", "retries"))"
        guard let half = durations.quantile(0.5), let most = durations.quantile(0.99) else { return text }
        return "\(text); half \(Self.bound(half)), 99 % \(Self.bound(most))"
    }

    private static func bound(_ seconds: Double) -> String {
        let last = RetryMetrics.durationBounds.last ?? 0
        return seconds.isFinite
            ? "within \(Duration.nanoseconds(Int64(seconds * 1e9)).text)"
            : "above \(Duration.seconds(Int64(last)).text)"
    }

    /// All counts.
    public var debugDescription: String { fullDescription(of: self) }
}
