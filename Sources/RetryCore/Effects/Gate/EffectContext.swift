/// What an effect may know of its claim.
public struct EffectContext: Sendable {
    /// The id of the effect.
    public let id: ActionID
    /// The token of the claim, for a receiver that refuses what comes from an older one.
    public let token: FencingToken
    /// Whether an earlier owner may have had the effect already.
    public let isTakeover: Bool
    /// The attempt that runs.
    public let attempt: RetryAttempt
    private let lease: @Sendable () -> Duration

    package init(
        _ ticket: ClaimTicket, isTakeover: Bool, attempt: RetryAttempt, leaseLeft: @escaping @Sendable () -> Duration
    ) {
        id = ticket.id
        token = ticket.token
        self.isTakeover = isTakeover
        self.attempt = attempt
        lease = leaseLeft
    }

    /// What to hand to the receiver, so that it drops what it has seen before; the same after a takeover.
    public var key: String { id.idempotencyKey }

    /// The time until the key is not the caller's any more; zero when it is over.
    ///
    /// The effect should be through by then.
    public var timeLeft: Duration { lease() }
}
