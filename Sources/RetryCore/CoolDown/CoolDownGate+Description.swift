extension CoolDownGate: CustomStringConvertible, CustomDebugStringConvertible {
    /// The state in one line: `cool-down gate search: open`.
    public var description: String { "cool-down gate \(snapshot())" }

    /// All counts.
    public var debugDescription: String { String(reflecting: snapshot()) }
}

extension CoolDownSnapshot: CustomStringConvertible, CustomDebugStringConvertible {
    /// The name and the state in one line: `search: closed for 2s, then a call each 100ms, 12 calls wait`.
    public var description: String {
        var text = name.map { "\($0): " } ?? ""
        let pace = interval.map { "a call each \($0.text)" } ?? "open"
        text += holdLeft > .zero ? "closed for \(holdLeft.text), then \(pace)" : pace
        if waiting > 0 { text += ", \(waiting.of("call")) \(waiting == 1 ? "waits" : "wait")" }
        return refusals == 0 ? text : text + ", \(refusals.of("call")) rejected"
    }

    /// All counts.
    public var debugDescription: String { fullDescription(of: self) }
}

extension CoolDownPolicy: CustomStringConvertible, CustomDebugStringConvertible {
    /// The policy in words, such as `holds of 1s doubling up to 1m, then 10 calls per 1s`.
    public var description: String {
        let pace =
            knownPace.map { "\($0.calls.of("call")) per \(Duration.nanoseconds($0.period).text)" } ?? "a learned pace"
        return "holds of \(first.text) doubling up to \(longest.text), then \(pace)"
    }

    /// All settings.
    public var debugDescription: String { fullDescription(of: self) }
}

extension CoolDownEvent: CustomStringConvertible {
    /// The event as a line of a log.
    public var description: String { logLine }
}

extension CoolDownGuard: CustomStringConvertible, CustomDebugStringConvertible {
    /// The state of the gate in one line.
    package var description: String { gate.description }

    /// All counts of the gate.
    package var debugDescription: String { gate.debugDescription }
}
