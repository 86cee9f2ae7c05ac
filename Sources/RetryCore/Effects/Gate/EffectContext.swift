/// The context of an effect: its id, its claim and its attempt.
public struct EffectContext: Sendable {
    /// The id of the effect.
    public let id: ActionID
    /// The token of the claim, for a receiver that rejects requests with an older one.
    public let token: FencingToken
    /// A Boolean value that indicates whether an earlier owner may have had the effect already.
    public let isTakeover: Bool
    /// The attempt that runs.
    public let attempt: RetryAttempt
    private let lease: @Sendable () -> Duration

    package init(
        _ ticket: EffectClaimTicket, isTakeover: Bool, attempt: RetryAttempt,
        leaseLeft: @escaping @Sendable () -> Duration
    ) {
        id = ticket.id
        token = ticket.token
        self.isTakeover = isTakeover
        self.attempt = attempt
        lease = leaseLeft
    }

    /// The idempotency key for the receiver, which deduplicates by it; the same after a takeover.
    public var key: String { id.idempotencyKey }

    /// The time until the lease of the key ends; zero when it is over.
    ///
    /// The effect should end before that.
    public var timeLeft: Duration { lease() }
}
