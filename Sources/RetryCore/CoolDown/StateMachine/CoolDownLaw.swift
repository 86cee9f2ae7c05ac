/// Decides for how long all callers of a service hold back after one of them was throttled.
///
/// - A time that the service named counts as it is, up to ``longestHint``.
/// - Where it named none: ``first``, and twice that each time that it throttles again after the callers came back, up to
///   ``longest``. A success sets it back.
/// - Calls that were under way together are throttled together: only the first of them counts, unless a later one names a
///   longer time.
package struct CoolDownLaw: Sendable, Hashable {
    let first: Int64
    let longest: Int64
    let longestHint: Int64
    /// The holds without a named time since the last success.
    private var unnamed = 0

    static let usualFirst: Int64 = 1_000_000_000
    static let usualLongest: Int64 = 60_000_000_000
    static let usualLongestHint: Int64 = 3_600_000_000_000

    init(first: Int64 = usualFirst, longest: Int64 = usualLongest, longestHint: Int64 = usualLongestHint) {
        (self.first, self.longest, self.longestHint) = (first, longest, longestHint)
    }

    /// True if a success has something to set back.
    var isEscalated: Bool { unnamed > 0 }

    /// The time to hold back from now on; `nil` if the throttled call says nothing new.
    ///
    /// `hint` is the time that the service named, and `isNew` is true if the call began after the last hold.
    mutating func hold(hint: Int64?, isNew: Bool) -> Int64? {
        if let hint, hint > 0 { return min(hint, longestHint) }
        guard isNew else { return nil }
        unnamed += 1
        return min(longest, first.saturatingMultiply(1 << Int64(min(unnamed - 1, 40))))
    }

    /// A call that began after the last hold succeeded.
    mutating func succeeded() { unnamed = 0 }
}

extension AttemptResult {
    /// The time that a service named which asks its callers to hold back, in nanoseconds, zero if it named none; `nil` if
    /// the result is no such request.
    ///
    /// It is one if the class is a rate limit, or if a failure of another class names a time, such as a 503 with
    /// `Retry-After`.
    var throttling: Int64? {
        guard case .failure(let failure) = self else { return nil }
        if case .after(let time) = failure.hint { return max(0, time.saturatedNanoseconds) }
        return failure.errorClass == .rateLimit ? 0 : nil
    }
}
