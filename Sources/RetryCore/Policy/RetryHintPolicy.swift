/// The policy for a server's hint about when to come back.
public struct RetryHintPolicy: Sendable, Hashable {
    @usableFromInline
    enum Kind: String, Sendable { case obey, exact, clamp, ignore }

    @usableFromInline let kind: Kind
    @usableFromInline let nanoseconds: Int64
    /// A Boolean value that indicates whether a hint beyond the bound is cut to it.
    @usableFromInline let cuts: Bool

    @inlinable
    init(kind: Kind, nanoseconds: Int64, cuts: Bool = false) {
        self.kind = kind
        self.nanoseconds = nanoseconds
        self.cuts = cuts
    }

    /// A wait at least as long as the server says; a hint above five minutes ends the call.
    @inlinable public static var obey: RetryHintPolicy { RetryHintPolicy(kind: .obey, nanoseconds: 300_000_000_000) }

    /// Waits at least as long as the server says, but no longer than `longest`.
    ///
    /// Callers that got the same hint must not come back in the same instant, as a thundering herd: up to a tenth of
    /// it, at most one second, is added at random. The hint may exceed the backoff's cap, never the deadline: a wait
    /// that does not fit stops the call at once.
    ///
    /// - Parameters:
    ///   - longest: The maximum hint, so that a hostile server cannot park the caller; not negative.
    ///   - beyond: The reaction to a longer hint. A retry before the server's time mostly fails, so the call stops by
    ///     default.
    /// - Returns: The rule.
    public static func obey(atMost longest: Duration, beyond: LongHintBehavior = .stop) -> RetryHintPolicy {
        checked { () throws(InvalidPolicyError) in
            try RetryHintPolicy(kind: .obey, nanoseconds: longest.saturatedNanoseconds, cuts: beyond == .cut)
                .validated()
        }
    }

    /// Waits exactly as long as the server says, without jitter, in place of the computed delay.
    ///
    /// gRPC specifies this for `grpc-retry-pushback-ms` (proposal A6).
    ///
    /// - Parameters:
    ///   - longest: The maximum hint, so that a hostile server cannot park the caller; not negative.
    ///   - beyond: The reaction to a longer hint.
    /// - Returns: The rule.
    public static func exact(
        atMost longest: Duration = .seconds(300), beyond: LongHintBehavior = .stop
    ) -> RetryHintPolicy {
        checked { () throws(InvalidPolicyError) in
            try RetryHintPolicy(kind: .exact, nanoseconds: longest.saturatedNanoseconds, cuts: beyond == .cut)
                .validated()
        }
    }

    /// Keeps the hint between the computed delay *t* and *t* + `margin`; the AWS SDKs do so with 5 seconds.
    ///
    /// - Parameter margin: The maximum addition to the computed delay; not negative.
    /// - Returns: The rule.
    public static func clamp(within margin: Duration = .seconds(5)) -> RetryHintPolicy {
        checked { () throws(InvalidPolicyError) in
            try RetryHintPolicy(kind: .clamp, nanoseconds: margin.saturatedNanoseconds).validated()
        }
    }

    /// The computed wait, for any hint of the server; but a hint that says *never* is obeyed.
    @inlinable public static var ignore: RetryHintPolicy { RetryHintPolicy(kind: .ignore, nanoseconds: 0) }

    func validated() throws(InvalidPolicyError) -> RetryHintPolicy {
        try check("hints", Duration.nanoseconds(nanoseconds), nanoseconds >= 0, "must not be negative")
        return self
    }
}

/// The reaction to a hint that is longer than its policy allows.
public enum LongHintBehavior: String, Sendable, Hashable, CaseIterable, Codable {
    /// The call stops with ``RetryStopReason/hintTooLong``. The default.
    case stop
    /// The wait is cut to the bound: the caller comes back earlier than the server said.
    case cut
}

/// The wait that results from a computed delay and a server's hint, in nanoseconds.
struct HintedWait {
    /// The wait, spread out at random.
    var wait: Int64
    /// The same without the spread.
    var unspread: Int64
    /// The part of it that the server asked for: a wait is never cut below it.
    var least: Int64

    init(_ wait: Int64, least: Int64 = 0) {
        self.wait = wait
        unspread = wait
        self.least = least
    }
}

extension RetryHintPolicy {
    /// Returns the wait before a retry, or `nil` if the hint is longer than the rule allows.
    func wait(
        computed delay: Int64, hint: Int64, using generator: inout some RandomNumberGenerator
    ) -> HintedWait? {
        if kind == .ignore { return HintedWait(delay) }
        if kind == .clamp {
            let least = min(hint, delay.saturatingAdd(nanoseconds))
            return HintedWait(max(delay, least), least: least)
        }
        if hint > nanoseconds, !cuts { return nil }
        let least = min(hint, nanoseconds)
        if kind == .exact { return HintedWait(least, least: least) }
        var hinted = HintedWait(max(delay, least), least: least)
        hinted.wait = max(delay, least.spread(using: &generator))
        return hinted
    }

    /// Returns the longest wait that this rule can make of a computed delay, in nanoseconds.
    func longestWait(computed delay: Int64) -> Int64 {
        switch kind {
        case .obey: max(delay, nanoseconds.saturatingAdd(nanoseconds.spreadWidth))
        case .exact: max(delay, nanoseconds)
        case .clamp: delay.saturatingAdd(nanoseconds)
        case .ignore: delay
        }
    }
}

extension Int64 {
    /// The maximum that ``spread(using:)`` adds: a tenth, at most one second.
    var spreadWidth: Int64 { Swift.min(self / 10, 1_000_000_000) }

    /// Returns this wait and up to a tenth more, at most one second, which spreads callers with the same hint.
    func spread(using generator: inout some RandomNumberGenerator) -> Int64 {
        saturatingAdd((0...spreadWidth).draw(using: &generator))
    }
}
