/// The right to settle a key, proven by the token of the claim.
public struct EffectClaimTicket: Sendable, Hashable, CustomStringConvertible {
    /// The id of the effect.
    public let id: ActionID
    /// The token of the claim.
    public let token: FencingToken

    /// Creates the ticket of a claim.
    public init(_ id: ActionID, _ token: FencingToken) {
        self.id = id
        self.token = token
    }

    /// Eight digits of the id, and the token.
    public var description: String { "\(id)#\(token)" }
}
