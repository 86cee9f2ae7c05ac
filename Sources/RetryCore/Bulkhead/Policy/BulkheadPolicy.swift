/// The policy of a ``Bulkhead``: the number of permits, or the law that finds it, and the queue for them.
///
/// ```swift
/// let fixed = BulkheadPolicy.permits(20, queue: 50, maxWait: .seconds(1))
/// let found = BulkheadPolicy.adaptive(.gradient(within: 5...100))
/// ```
///
/// There is no default number of permits: it is what the service bears, or your share of it. The functions here trap on
/// invalid settings; the initializers and decoding throw instead.
public struct BulkheadPolicy: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case permits(Int)
        case adaptive(AdaptiveLimit)
    }

    let kind: Kind
    /// The greatest number of calls that wait for a permit.
    public let queue: Int
    let maxWaitNanoseconds: Int64

    /// The longest wait for a permit: a call that has waited for so long is rejected.
    public var maxWait: Duration { .nanoseconds(maxWaitNanoseconds) }

    /// The number of permits; `nil` if it is found by an adaptive limit.
    public var permits: Int? { if case .permits(let permits) = kind { permits } else { nil } }

    /// The law that finds the number of permits; `nil` if that is fixed.
    public var adaptiveLimit: AdaptiveLimit? { if case .adaptive(let limit) = kind { limit } else { nil } }

    /// The permits of a new bulkhead.
    var firstPermits: Int {
        switch kind {
        case .permits(let permits): permits
        case .adaptive(let limit): limit.start
        }
    }

    /// The longest wait unless given: 30 seconds.
    static let usualMaxWait: Int64 = 30_000_000_000

    init(_ kind: Kind, queue: Int, maxWait: Int64) throws(InvalidPolicyError) {
        (self.kind, self.queue, maxWaitNanoseconds) = (kind, queue, maxWait)
        if case .permits(let permits) = kind { try _ = Self.checkPermits("permits", permits) }
        try check("queue", queue, queue >= 0, "must be at least 0")
        let year: Int64 = 365 * 86_400 * 1_000_000_000
        try check("max_wait", self.maxWait, (0...year).contains(maxWait), "must be from zero to a year")
    }

    static let mostPermits = 1_000_000

    static func checkPermits(_ setting: String, _ permits: Int) throws(InvalidPolicyError) -> Int {
        try check(setting, permits, (1...mostPermits).contains(permits), "must be from 1 to 1,000,000")
        return permits
    }
}

// MARK: A programmer's constants

extension BulkheadPolicy {
    /// A fixed number of permits.
    ///
    /// - Parameters:
    ///   - permits: The most calls that run at the same time; from 1 to 1,000,000.
    ///   - queue: The most calls that wait for a permit; 0 or more. Its memory grows with the calls that wait.
    ///   - maxWait: The longest wait of a call for a permit; from zero, for none, to a year.
    /// - Returns: The policy.
    public static func permits(_ permits: Int, queue: Int = 0, maxWait: Duration = .seconds(30)) -> BulkheadPolicy {
        checked { () throws(InvalidPolicyError) in
            try BulkheadPolicy(validatingPermits: permits, queue: queue, maxWait: maxWait)
        }
    }

    /// A number of permits that follows what the service bears.
    ///
    /// - Parameters:
    ///   - limit: The law that finds the number.
    ///   - queue: The most calls that wait for a permit; 0 or more.
    ///   - maxWait: The longest wait of a call for a permit; from zero, for none, to a year.
    /// - Returns: The policy.
    public static func adaptive(
        _ limit: AdaptiveLimit = .gradient(), queue: Int = 0, maxWait: Duration = .seconds(30)
    ) -> BulkheadPolicy {
        checked { () throws(InvalidPolicyError) in
            try BulkheadPolicy(validatingAdaptive: limit, queue: queue, maxWait: maxWait)
        }
    }
}

// MARK: Values from a flag or a file

extension BulkheadPolicy {
    /// Creates the policy of ``permits(_:queue:maxWait:)`` from values known only at run time.
    ///
    /// - Throws: ``InvalidPolicyError`` that names the first invalid setting.
    public init(
        validatingPermits permits: Int, queue: Int = 0, maxWait: Duration = .seconds(30)
    ) throws(InvalidPolicyError) {
        try self.init(.permits(permits), queue: queue, maxWait: maxWait.saturatedNanoseconds)
    }

    /// Creates the policy of ``adaptive(_:queue:maxWait:)`` from values known only at run time.
    ///
    /// - Throws: ``InvalidPolicyError`` that names the first invalid setting.
    public init(
        validatingAdaptive limit: AdaptiveLimit, queue: Int = 0, maxWait: Duration = .seconds(30)
    ) throws(InvalidPolicyError) {
        try self.init(.adaptive(limit), queue: queue, maxWait: maxWait.saturatedNanoseconds)
    }
}
