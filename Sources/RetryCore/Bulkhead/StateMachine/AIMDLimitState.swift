/// Additive increase, multiplicative decrease.
///
/// After a success, with half of the limit in use: *L* ← *L* + 1 / *L*, which adds 1 in the time of *L* calls. After a
/// refusal: *L* ← 0.9 · *L*, once for all calls that were under way.
///
/// Source: Chiu and Jain, "Analysis of the increase and decrease algorithms for congestion avoidance", 1989.
struct AIMDLimitState: LimitLaw, Sendable {
    private static let cut = 0.9

    private let timeout: Int64
    private var cutAt = Int64.min

    init(timeout: Int64) { self.timeout = timeout }

    mutating func next(_ limit: Double, after call: LimitedCall, at now: Int64) -> Double? {
        if call.isRefused || call.latency > timeout {
            // A call that began before the limit was cut says nothing about it.
            guard now.saturatingSubtract(call.latency) > cutAt else { return nil }
            cutAt = now
            return limit * Self.cut
        }
        return Double(call.inFlight) * 2 >= limit ? limit + 1 / limit : nil
    }
}
