import RetryCore
import RetryTesting

let oneSecond: Int64 = 1_000_000_000

/// A limiter's state machine on times that a test sets, in milliseconds.
final class LimiterBench {
    private let policy: RateLimiterPolicy
    var machine: RateLimiterStateMachine
    var now: Int64 = 0

    init(_ policy: RateLimiterPolicy) {
        self.policy = policy
        machine = RateLimiterStateMachine(policy, at: 0)
    }

    /// A bench in the same state.
    var copy: LimiterBench {
        let copy = LimiterBench(policy)
        (copy.machine, copy.now) = (machine, now)
        return copy
    }

    private var time: Int64 { now * 1_000_000 }

    /// The wait of a call in milliseconds; `nil` if it is refused.
    func wait(_ cost: Int64 = 1, maxWait: Int64 = .max) -> Int64? {
        reserve(cost, maxWait: maxWait)?.wait
    }

    func reserve(_ cost: Int64 = 1, maxWait: Int64 = .max) -> (reservation: RateReservation, wait: Int64)? {
        let longest = maxWait.multipliedReportingOverflow(by: 1_000_000)
        let answer = machine.reserve(cost, maxWait: longest.overflow ? .max : longest.partialValue, at: time)
        guard case .admitted(let reservation, let wait) = answer else { return nil }
        return (reservation, wait / 1_000_000)
    }

    func waitLeft(_ reservation: RateReservation) -> Int64 {
        machine.waitLeft(reservation, at: time) / 1_000_000
    }

    @discardableResult
    func giveBack(_ reservation: RateReservation) -> Bool { machine.giveBack(reservation, at: time) }

    @discardableResult
    func hold(_ milliseconds: Int64) -> Bool {
        machine.hold(until: (now + milliseconds) * 1_000_000, at: time)
    }

    func settle(_ estimate: Int64, actual: Int64) { machine.settle(estimate, actual: actual, at: time) }

    var available: Int64 { machine.available(at: time) }
}

extension RateLimiterPolicy {
    /// Ten a second, bursts of three.
    static let ten = RateLimiterPolicy.tokenBucket(10, per: .seconds(1), burst: 3)
    /// Three in any second.
    static let three = RateLimiterPolicy.slidingLog(3, per: .seconds(1))
}
