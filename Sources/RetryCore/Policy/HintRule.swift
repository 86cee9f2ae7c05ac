/// What a policy does when a server says when to come back.
public struct HintRule: Sendable, Hashable {
    @usableFromInline
    enum Kind: String, Sendable { case obey, clamp, ignore }

    @usableFromInline let kind: Kind
    @usableFromInline let nanoseconds: Int64

    @inlinable
    init(kind: Kind, nanoseconds: Int64) {
        self.kind = kind
        self.nanoseconds = nanoseconds
    }

    /// Wait at least as long as the server says, but no longer than five minutes for its sake.
    @inlinable public static var obey: HintRule { HintRule(kind: .obey, nanoseconds: 300_000_000_000) }

    /// Wait at least as long as the server says, but no longer than `longest` for its sake.
    ///
    /// The hint may pass the backoff's cap, never the deadline: what does not fit stops the call at once.
    ///
    /// - Parameter longest: Keeps a hostile server from parking the caller; not negative.
    /// - Returns: The rule.
    public static func obey(atMost longest: Duration) -> HintRule {
        checked { () throws(PolicyError) in
            try HintRule(kind: .obey, nanoseconds: longest.saturatedNanoseconds).validated()
        }
    }

    /// Keep the hint between the computed delay *t* and *t* + `margin`; the AWS SDKs do so with 5 seconds.
    ///
    /// - Parameter margin: Not negative.
    /// - Returns: The rule.
    public static func clamp(within margin: Duration = .seconds(5)) -> HintRule {
        checked { () throws(PolicyError) in
            try HintRule(kind: .clamp, nanoseconds: margin.saturatedNanoseconds).validated()
        }
    }

    /// Wait as computed, whatever the server says; a hint that says *never* is obeyed all the same.
    @inlinable public static var ignore: HintRule { HintRule(kind: .ignore, nanoseconds: 0) }

    func validated() throws(PolicyError) -> HintRule {
        try check("hints", Duration.nanoseconds(nanoseconds), nanoseconds >= 0, "must not be negative")
        return self
    }

    /// The least wait for the sake of what the server said; nanoseconds.
    func leastWait(computed delay: Int64, hint: Int64) -> Int64 {
        switch kind {
        case .obey: min(hint, nanoseconds)
        case .clamp: min(hint, delay.saturatingAdd(nanoseconds))
        case .ignore: 0
        }
    }

    /// The longest wait that this rule can make of a computed delay; nanoseconds.
    func longestWait(computed delay: Int64) -> Int64 {
        switch kind {
        case .obey: max(delay, nanoseconds)
        case .clamp: delay.saturatingAdd(nanoseconds)
        case .ignore: delay
        }
    }
}
