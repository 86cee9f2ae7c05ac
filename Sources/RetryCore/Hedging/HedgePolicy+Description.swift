extension HedgeDelay: CustomStringConvertible, CustomDebugStringConvertible {
    /// The delay in words, such as `after the 95 % quantile of the latency, from 1ms to 2s`.
    public var description: String {
        switch kind {
        case .fixed(0): return "at once"
        case .fixed(let delay): return "after \(Duration.nanoseconds(delay).text)"
        case .never: return "after a failure"
        case .quantile(let quantile, let minimum, let floor, let ceiling):
            let range = "from \(Duration.nanoseconds(floor).text) to \(Duration.nanoseconds(ceiling).text)"
            return "after the \(quantile.percent) quantile of the latency, \(range), from \(minimum.of("call")) on"
        }
    }

    /// All settings.
    public var debugDescription: String { fullDescription(of: self) }
}

extension HedgePolicy: CustomStringConvertible, CustomDebugStringConvertible {
    /// The policy in words, such as `up to 2 attempts, the next one after 50ms`.
    ///
    /// The other settings are named where they differ from the defaults.
    public var description: String {
        if maxAttempts == 1 { return "no hedges" }
        var text = "up to \(maxAttempts) attempts, the next one \(delay)"
        if fatalClasses != Self.defaultFatalClasses {
            let names = fatalClasses.map(\.id).sorted().joined(separator: ", ")
            text += names.isEmpty ? "; no class is fatal" : "; fatal are \(names)"
        }
        if maxHint != .seconds(300) { text += "; hints up to \(maxHint.text)" }
        if budget != delay.defaultBudget { text += "; budget: \(budget)" }
        return text
    }

    /// All settings.
    public var debugDescription: String { fullDescription(of: self) }
}
