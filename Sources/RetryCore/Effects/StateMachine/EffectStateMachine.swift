/// The state machine of one key of an effect store.
///
/// Every store of the library asks this machine. It is pure: it keeps the record of one key, reads no clock, and takes
/// no lock. A store looks the record up, asks the machine, and keeps the changed record, all in one atomic step.
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
/// A record whose outcome is unknown is never evicted: it is reconciled, or taken over.
///
/// All times are nanoseconds on the store's clock, from any origin.
public struct EffectStateMachine: Sendable, Hashable {
    /// The phase of a key.
    ///
    /// The numbers are for stored rows, and never change.
    public enum Phase: UInt8, Sendable, Hashable, CaseIterable {
        /// There is no record of the key.
        case absent = 0
        /// A caller runs the effect.
        case running = 1
        /// The lease expired without settlement, and a claim has been answered so. The owner may still settle.
        case abandoned = 2
        /// The owner settled an unknown outcome.
        case indeterminate = 3
        /// The effect happened.
        case succeeded = 4
        /// The effect did not happen, and will not.
        case failed = 5
        /// The effect did not happen, and the key is free; kept for a while to recognise a repeated settlement.
        case released = 6
    }

    enum Body: Sendable, Hashable {
        case none
        case result([UInt8])
        indirect case failure(EffectFailure)
    }

    /// The phase of the key.
    public private(set) var phase: Phase
    var body: Body
    /// The token of the last claim; 0 before the first one.
    public private(set) var token: FencingToken
    /// The fingerprint of the request that the key was claimed for.
    public private(set) var fingerprint: EffectFingerprint
    /// The time of the claim, or of the settlement if it is settled.
    public private(set) var since: Int64
    /// The end of the lease, or of the record if it is settled.
    public private(set) var until: Int64

    /// Creates the machine of a key without a record.
    public init() {
        self.init(phase: .absent, token: FencingToken(0), fingerprint: .none, since: 0, until: 0)
    }

    /// Creates a machine from a stored row.
    ///
    /// - Parameters:
    ///   - phase: The phase of the key.
    ///   - token: The token of the last claim.
    ///   - fingerprint: The fingerprint of the request that the key was claimed for.
    ///   - since: The time of the claim or of the settlement, in nanoseconds on the store's clock.
    ///   - until: The end of the lease or of the record, in nanoseconds on the store's clock.
    ///   - result: The result, if the phase is succeeded; `nil` if it is not kept.
    ///   - failure: The failure, if the phase is failed or indeterminate, or the reason why the result is not kept.
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

    /// The result, if the phase is succeeded and the result is kept.
    public var result: [UInt8]? {
        if case .result(let bytes) = body { bytes } else { nil }
    }

    /// The failure, if the phase is failed or indeterminate, or the reason why a result is not kept.
    public var failure: EffectFailure? {
        if case .failure(let failure) = body { failure } else { nil }
    }

    /// The time for which a released key is remembered, in nanoseconds, unless the store keeps records for less.
    public static let releaseMemory: Int64 = 60_000_000_000

    /// Returns whether the record may be evicted: it is settled or released, and its time is over.
    public func isExpired(now: Int64) -> Bool {
        switch phase {
        case .succeeded, .failed, .released: now >= until
        case .absent, .running, .abandoned, .indeterminate: false
        }
    }

    /// Returns the store's record of the key; `nil` if there is none, or none any more.
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
