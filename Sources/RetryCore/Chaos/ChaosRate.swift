/// The share of calls into which something is injected: a number, or a closure that is asked at each call.
///
/// ```swift
/// .fault(rate: 0.05, .serverError)
/// .fault(rate: ChaosRate { flags.faultRate }, .serverError)
/// ```
public struct ChaosRate: Sendable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    enum Kind: Sendable {
        case fixed(Double)
        case dynamic(@Sendable () -> Double)
    }

    let kind: Kind

    /// One call in a thousand.
    public static let usual: ChaosRate = 0.001

    /// Creates a rate that does not change.
    ///
    /// - Parameter share: From 0 to 1; the policy that it belongs to refuses another one.
    public init(_ share: Double) { kind = .fixed(share) }

    /// Creates a rate that is asked for at each call.
    ///
    /// - Parameter share: Returns the share. What is below 0, and a NaN, counts as 0; what is above 1 as 1.
    public init(_ share: @escaping @Sendable () -> Double) { kind = .dynamic(share) }

    /// Creates a rate that does not change.
    public init(floatLiteral share: Double) { self.init(share) }

    /// Creates a rate that does not change: 0 or 1.
    public init(integerLiteral share: Int) { self.init(Double(share)) }

    /// The share at this moment.
    var share: Double {
        switch kind {
        case .fixed(let share): return share
        case .dynamic(let closure):
            let share = closure()
            return share > 0 ? min(1, share) : 0
        }
    }

    func validate(_ setting: String) throws(InvalidPolicyError) {
        guard case .fixed(let share) = kind else { return }
        try check(setting, share, (0...1).contains(share), "must be from 0 to 1")
    }
}
