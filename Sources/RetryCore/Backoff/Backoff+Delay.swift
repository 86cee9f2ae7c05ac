/// The input of a custom backoff.
public struct BackoffContext: Sendable {
    /// The attempt that has just failed, from 1; the delay leads to the next one.
    public let attempt: Int
    /// The class of the failure.
    public let errorClass: ErrorClass
    /// The delay before this attempt, as it was drawn; `nil` before the first retry.
    public let previousDelay: Duration?
    /// A random number from 0 up to 1, 1 excluded, from the call's generator.
    public let random: Double
}

extension Backoff {
    /// Returns the delay before retry `retry` with its jitter, in nanoseconds: from 0 to the cap, for any input.
    package func delay(
        beforeRetry retry: Int, errorClass: ErrorClass, previous: Int64?,
        using generator: inout some RandomNumberGenerator
    ) -> Int64 {
        // A retry at once needs no arithmetic.
        if capNanoseconds == 0, family != .custom { return 0 }
        let delay =
            family == .custom
            ? customDelay(retry, errorClass, previous, using: &generator) : delayWithoutJitter(beforeRetry: retry)
        return min(capNanoseconds, range(of: delay, previous: previous).draw(using: &generator))
    }

    /// Returns the minimum and the maximum of `delay` with jitter, in nanoseconds.
    func bounds(of delay: Int64, previous: Int64?) -> ClosedRange<Int64> {
        let range = range(of: delay, previous: previous)
        return range.lowerBound...min(capNanoseconds, range.upperBound)
    }

    private func range(of delay: Int64, previous: Int64?) -> ClosedRange<Int64> {
        jitter.range(delay, initial: initialNanoseconds, cap: capNanoseconds, previous: previous)
    }

    /// Returns dₖ = min(cap, curve(k)) in nanoseconds; zero before the first attempt (k < 1) and for a custom backoff.
    ///
    /// - Complexity: O(1), and at most 92 steps for a Fibonacci backoff.
    func delayWithoutJitter(beforeRetry retry: Int) -> Int64 {
        guard retry >= 1 else { return 0 }
        return min(capNanoseconds, uncappedDelay(Int64(retry)))
    }

    private func uncappedDelay(_ retry: Int64) -> Int64 {
        switch family {
        case .constant:
            return initialNanoseconds
        case .linear:
            return initialNanoseconds.saturatingAdd(incrementNanoseconds.saturatingMultiply(retry - 1))
        case .exponential:
            guard initialNanoseconds > 0 else { return 0 }
            return Int64(saturating: Double(initialNanoseconds) * power(factor, retry - 1))
        case .fibonacci:
            return initialNanoseconds.saturatingMultiply(fibonacciNumber(retry))
        case .list:
            guard let list = extra?.list, !list.isEmpty else { return 0 }
            return list[Int(min(retry, Int64(list.count))) - 1]
        case .custom:
            return 0
        }
    }

    private func customDelay(
        _ retry: Int, _ errorClass: ErrorClass, _ previous: Int64?, using generator: inout some RandomNumberGenerator
    ) -> Int64 {
        let context = BackoffContext(
            attempt: retry, errorClass: errorClass, previousDelay: previous.map { .nanoseconds($0) },
            random: Double(generator.next() >> 11) * 0x1p-53)
        let delay = extra?.delay?(context).saturatedNanoseconds ?? 0
        return max(0, min(capNanoseconds, delay))
    }
}

/// Returns `base` to the power of `exponent`; infinity if it does not fit.
private func power(_ base: Double, _ exponent: Int64) -> Double {
    // Powers of two below 2⁶³ are by far the most frequent ones, and exact without a call of the math library.
    base == 2 && exponent < 63 ? Double(UInt64(1) << UInt64(exponent)) : SystemFunctions.power(base, Double(exponent))
}

/// Returns the Fibonacci number Fₙ, saturating: F₉₂ is the last one that fits.
private func fibonacciNumber(_ n: Int64) -> Int64 {
    guard n <= 92 else { return .max }
    var (current, next): (Int64, Int64) = (0, 1)
    for _ in 0..<n {
        (current, next) = (next, current.saturatingAdd(next))
    }
    return current
}
