/// Decides what may happen to one key of an effect store.
///
/// Every store of the library asks this machine. It is pure: it keeps the record of one key, reads no clock, and locks
/// nothing. A store looks the record up, asks, and keeps the changed record, all in one step that nobody can get
/// between.
///
/// | from | event | to / answer |
/// |---|---|---|
/// | absent | claim | running / execute |
/// | running, lease live | claim | unchanged / in progress |
/// | running, lease over | claim, halt | abandoned / indeterminate |
/// | running with its lease over, abandoned, indeterminate | claim, take over | running, new token / execute |
/// | abandoned, indeterminate | claim, halt | unchanged / indeterminate |
/// | succeeded, failed | claim | unchanged / replay |
/// | any, other fingerprint | claim | unchanged / fingerprint mismatch |
/// | running | renew by its token | running, longer lease / renewed |
/// | running, abandoned | settle by its token | settled / recorded |
/// | running, abandoned | settle failed before the effect by its token | released / recorded |
/// | settled, released | settle by the same token and outcome | unchanged / already recorded |
/// | anything else | settle, renew | unchanged / fenced, lost |
/// | abandoned, indeterminate, running with its lease over | reconcile with its token | succeeded or absent |
/// | failed | reconcile with its token | succeeded or absent |
/// | succeeded without a result | reconcile as happened with its token | succeeded with it |
/// | succeeded, failed past retention; released, after a while | any | absent |
///
/// A record whose outcome is not known never goes away by itself: somebody reconciles it, or takes it over.
///
/// All times are nanoseconds on the store's clock, whatever that counts from.
public struct EffectLedger: Sendable, Hashable {
    /// How far a key has come.
    ///
    /// The numbers are for stored rows, and never change.
    public enum Phase: UInt8, Sendable, Hashable, CaseIterable {
        /// Nothing is known of the key.
        case absent = 0
        /// Somebody runs the effect.
        case running = 1
        /// The lease ended without an outcome, and somebody has been told so. The owner may still settle.
        case abandoned = 2
        /// The owner settled that nobody knows.
        case indeterminate = 3
        /// The effect happened.
        case succeeded = 4
        /// The effect did not happen, and will not.
        case failed = 5
        /// The effect did not happen, and the key is free; kept for a while to know a repeated settlement by.
        case released = 6
    }

    enum Body: Sendable, Hashable {
        case none
        case result([UInt8])
        indirect case failure(EffectFailure)
    }

    /// How far the key has come.
    public private(set) var phase: Phase
    var body: Body
    /// The token of the last claim; 0 where there was none.
    public private(set) var token: FencingToken
    /// What the key stands for.
    public private(set) var fingerprint: EffectFingerprint
    /// When the key was claimed, or settled if it is.
    public private(set) var since: Int64
    /// When the lease ends, or the record if it is settled.
    public private(set) var until: Int64

    /// Creates the ledger of a key of which nothing is known.
    public init() {
        self.init(phase: .absent, token: FencingToken(0), fingerprint: .none, since: 0, until: 0)
    }

    /// Creates a ledger from a stored row.
    ///
    /// - Parameters:
    ///   - phase: How far the key has come.
    ///   - token: The token of the last claim.
    ///   - fingerprint: What the key stands for.
    ///   - since: When the key was claimed or settled, in nanoseconds on the store's clock.
    ///   - until: When the lease or the record ends, in nanoseconds on the store's clock.
    ///   - result: The result, where the phase is succeeded; `nil` where it is not kept.
    ///   - failure: The failure, where the phase is failed or indeterminate, or what kept the result from being kept.
    public init(
        phase: Phase, token: FencingToken, fingerprint: EffectFingerprint, since: Int64, until: Int64,
        result: [UInt8]? = nil, failure: EffectFailure? = nil
    ) {
        self.phase = phase
        self.token = token
        self.fingerprint = fingerprint
        self.since = since
        self.until = until
        switch phase {
        case .succeeded: body = result == nil ? failure.map { .failure($0) } ?? .result([]) : .result(result ?? [])
        case .failed: body = .failure(failure ?? EffectFailure(type: ""))
        case .indeterminate: body = failure.map { .failure($0) } ?? .none
        case .absent, .running, .abandoned, .released: body = .none
        }
    }

    /// The result, where the phase is succeeded and the result is kept.
    public var result: [UInt8]? {
        if case .result(let bytes) = body { bytes } else { nil }
    }

    /// The failure, where the phase is failed or indeterminate, or what kept a result from being kept.
    public var failure: EffectFailure? {
        if case .failure(let failure) = body { failure } else { nil }
    }

    /// For how many nanoseconds a released key is remembered, unless the store keeps records for a shorter time.
    public static let releaseMemory: Int64 = 60_000_000_000

    /// Whether the record may go away: it is settled or released, and its time is over.
    public func isExpired(now: Int64) -> Bool {
        switch phase {
        case .succeeded, .failed, .released: now >= until
        case .absent, .running, .abandoned, .indeterminate: false
        }
    }

    /// What the store tells of the key; `nil` if nothing is known, or nothing any more.
    public func record(now: Int64) -> EffectRecord? {
        if isExpired(now: now) { return nil }
        let state: EffectRecord.State
        switch phase {
        case .absent, .released: return nil
        case .running where now < until: state = .running(leaseLeft: leaseLeft(now))
        case .running, .abandoned, .indeterminate: state = .indeterminate(failure)
        case .succeeded:
            if case .failure(let reason) = body {
                state = .succeededWithoutResult(reason)
            } else {
                state = .succeeded(result ?? [])
            }
        case .failed: state = .failed(failure ?? EffectFailure(type: ""))
        }
        return EffectRecord(state: state, token: token, fingerprint: fingerprint, age: age(now))
    }

    func age(_ now: Int64) -> Duration { .nanoseconds(max(0, now.saturatingSubtract(since))) }

    func leaseLeft(_ now: Int64) -> Duration { .nanoseconds(max(0, until.saturatingSubtract(now))) }

    mutating func enter(_ phase: Phase, body: Body = .none, since: Int64, until: Int64) {
        self.phase = phase
        self.body = body
        self.since = since
        self.until = until
    }

    mutating func enter(_ phase: Phase) {
        self.phase = phase
    }

    mutating func own(_ token: FencingToken, fingerprint: EffectFingerprint) {
        self.token = token
        self.fingerprint = fingerprint
    }

    mutating func extend(until: Int64) {
        self.until = max(self.until, until)
    }
}

extension Int64 {
    /// The difference, held at the ends of the range.
    fileprivate func saturatingSubtract(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (self < 0 ? .min : .max) : difference
    }
}
