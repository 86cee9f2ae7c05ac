/// The state machine of chaos: decides from a seed what is injected into each attempt.
///
/// Each attempt draws the same number of random numbers, whatever fires and whatever the rates are. So the same seed gives
/// the same injections, and a rate that changes leaves those of the others as they are.
package struct ChaosStateMachine: Sendable {
    /// The rate and the effect of an injection, as far as the decision needs them.
    package struct Injection: Sendable, Hashable {
        let kind: ChaosEvent.Kind
        let rate: Double
        /// The bounds of a delay in nanoseconds; zero for another kind.
        let delay: ClosedRange<Int64>

        package init(kind: ChaosEvent.Kind, rate: Double, delay: ClosedRange<Int64> = 0...0) {
            (self.kind, self.rate, self.delay) = (kind, rate, delay)
        }
    }

    /// The injections into one attempt, by their places in the policy.
    package struct Plan: Sendable, Hashable {
        package fileprivate(set) var behaviors: [Int] = []
        /// The delay in nanoseconds: the sum of all latencies that fire.
        package fileprivate(set) var latency: Int64 = 0
        /// The first fault that fires.
        package fileprivate(set) var fault: Int?
        /// The first outcome that fires.
        package fileprivate(set) var outcome: Int?

        package var isEmpty: Bool { behaviors.isEmpty && latency == 0 && fault == nil && outcome == nil }
    }

    private var random: SplitMix64

    package init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    /// An attempt starts.
    package mutating func next(_ injections: [Injection]) -> Plan {
        var plan = Plan()
        for (place, one) in injections.enumerated() {
            let fires = fraction() < one.rate
            let position = one.kind == .latency ? fraction() : 0
            guard fires else { continue }
            switch one.kind {
            case .behavior: plan.behaviors.append(place)
            case .latency: plan.latency = plan.latency.saturatingAdd(Self.delay(one.delay, position))
            case .fault: plan.fault = plan.fault ?? place
            case .outcome: plan.outcome = plan.outcome ?? place
            }
        }
        return plan
    }

    private static func delay(_ bounds: ClosedRange<Int64>, _ position: Double) -> Int64 {
        let width = Double(bounds.upperBound - bounds.lowerBound)
        return min(bounds.upperBound, bounds.lowerBound.saturatingAdd(Int64(saturating: (width * position).rounded())))
    }

    /// A number from 0 up to, and without, 1.
    private mutating func fraction() -> Double { Double(random.next() >> 11) * 0x1p-53 }
}
