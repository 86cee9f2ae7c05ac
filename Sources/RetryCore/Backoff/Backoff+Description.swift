extension Backoff: CustomStringConvertible {
    /// The delays in words, such as `250ms doubling up to 15s, full jitter`.
    public var description: String {
        let spread = jitter == .none ? "" : ", \(jitter)"
        switch family {
        case .constant: return initial == .zero ? "none" : "\(initial.text)\(spread)"
        case .linear:
            let increment = Duration.nanoseconds(incrementNanoseconds)
            return "\(initial.text) and \(increment.text) more each time\(limit)\(spread)"
        case .exponential:
            let growth = factor == 2 ? "doubling" : "times \(factor)"
            return "\(initial.text) \(growth)\(limit)\(spread)"
        case .fibonacci: return "\(initial.text) in Fibonacci steps\(limit)\(spread)"
        case .list:
            let delays = (extra?.list ?? []).map { Duration.nanoseconds($0).text }
            return "\(delays.joined(separator: ", "))\(spread)"
        case .custom: return "by \(extra?.name ?? "a closure")\(limit)\(spread)"
        }
    }

    private var limit: String { capNanoseconds == .max ? "" : " up to \(cap.text)" }
}

extension Jitter: CustomStringConvertible {
    /// The spread in words, such as `full jitter`.
    public var description: String {
        let amount = Duration.nanoseconds(nanoseconds).text
        switch kind {
        case .none: return "no jitter"
        case .full: return "full jitter"
        case .equal: return "equal jitter"
        case .decorrelated: return "decorrelated jitter"
        case .proportional: return "±\(fraction.percent) jitter"
        case .floor: return "jitter from \(amount)"
        case .additive: return "jitter of \(amount) more"
        }
    }
}
