/// The state machine of an adaptive throttle: how many calls were made in a sliding window, and how many were accepted.
///
/// It is pure: it takes no lock, reads no clock, and is handed its random numbers. With *n* the calls, those included that
/// it rejected, *a* the accepted ones and *K* the multiplier, a call is rejected with the probability
///
/// ```text
/// p = max(0, (n − K · a) / (n + 1)), at most maxRejection
/// ```
///
/// Under a steady overload *K* times as many calls are sent as the service accepts.
///
/// Source: Beyer et al., "Site Reliability Engineering", chapter 21, "Client-side throttling".
package struct ThrottleStateMachine: Sendable, Hashable {
    private static let bucketCount: Int64 = 10

    private struct Bucket: Sendable, Hashable {
        var calls = 0
        var accepted = 0
    }

    let policy: ThrottlePolicy
    private let width: Int64
    private var buckets = Array(repeating: Bucket(), count: Int(bucketCount))
    /// The number of the newest bucket since the beginning of time.
    private var newest = Int64.min
    /// The calls in the window, with those that were rejected.
    package private(set) var calls = 0
    /// The calls in the window that the service accepted.
    package private(set) var accepted = 0

    package init(_ policy: ThrottlePolicy) {
        self.policy = policy
        width = policy.windowNanoseconds / Self.bucketCount
    }

    /// The probability by which the next call is rejected.
    package mutating func rejection(at now: Int64) -> Double {
        advance(to: now)
        let (n, a) = (Double(calls), Double(accepted))
        guard n >= policy.minimumRate * Double(policy.windowNanoseconds) / 1e9 else { return 0 }
        return min(policy.maxRejection, max(0, (n - policy.multiplier * a) / (n + 1)))
    }

    /// Admits or rejects a call, and counts it.
    ///
    /// - Parameters:
    ///   - draw: A random number from 0 to below 1.
    ///   - now: The time.
    /// - Returns: `true` if the call may start.
    package mutating func admit(_ draw: Double, at now: Int64) -> Bool {
        let rejection = rejection(at: now)
        buckets[index].calls += 1
        calls += 1
        return draw >= rejection
    }

    /// Records a call that the service accepted.
    package mutating func accepted(at now: Int64) {
        advance(to: now)
        buckets[index].accepted += 1
        accepted += 1
    }

    /// Takes back a call that was not made, or says nothing of the service.
    package mutating func forget(at now: Int64) {
        advance(to: now)
        guard buckets[index].calls > 0 else { return }
        buckets[index].calls -= 1
        calls -= 1
    }

    private var index: Int { Int(newest % Self.bucketCount) }

    /// Drops the buckets that are too old; a clock that jumps back empties the window.
    private mutating func advance(to now: Int64) {
        let current = max(0, now) / width
        if current == newest { return }
        if current < newest || current.saturatingSubtract(newest) >= Self.bucketCount {
            buckets = Array(repeating: Bucket(), count: Int(Self.bucketCount))
            (calls, accepted, newest) = (0, 0, current)
            return
        }
        while newest < current {
            newest += 1
            calls -= buckets[index].calls
            accepted -= buckets[index].accepted
            buckets[index] = Bucket()
        }
    }
}
