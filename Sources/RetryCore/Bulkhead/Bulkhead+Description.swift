extension Bulkhead: CustomStringConvertible, CustomDebugStringConvertible {
    /// The state in one line: `bulkhead search: 3 of 20 permits in use`.
    public var description: String { "bulkhead \(snapshot())" }

    /// All counts.
    public var debugDescription: String { String(reflecting: snapshot()) }
}

extension BulkheadSnapshot: CustomStringConvertible, CustomDebugStringConvertible {
    /// The name and the state in one line: `search: 20 of 20 permits in use, 3 calls wait, 12 calls rejected`.
    public var description: String {
        var text = name.map { "\($0): " } ?? ""
        text += "\(used) of \(permits.of("permit")) in use"
        if waiting > 0 { text += ", \(waiting.of("call")) \(waiting == 1 ? "waits" : "wait")" }
        let rejected = refusals + timeouts
        return rejected == 0 ? text : text + ", \(rejected.of("call")) rejected"
    }

    /// All counts.
    public var debugDescription: String { fullDescription(of: self) }
}

extension BulkheadPolicy: CustomStringConvertible, CustomDebugStringConvertible {
    /// The policy in words, such as `20 permits, a queue of 50 for up to 1s`.
    public var description: String {
        let permits = permits.map { $0.of("permit") } ?? adaptiveLimit?.description ?? ""
        return queue == 0 ? permits : "\(permits), a queue of \(queue) for up to \(maxWait.text)"
    }

    /// All settings.
    public var debugDescription: String { fullDescription(of: self) }
}

extension AdaptiveLimit: CustomStringConvertible, CustomDebugStringConvertible {
    /// The law in words, such as `1 to 200 permits by gradient, at first 20`.
    public var description: String {
        let law = timeout.map { "AIMD with a timeout of \($0.text)" } ?? "gradient"
        return "\(min) to \(max.of("permit")) by \(law), at first \(start)"
    }

    /// All settings.
    public var debugDescription: String { fullDescription(of: self) }
}

extension BulkheadEvent: CustomStringConvertible {
    /// The event as a line of a log.
    public var description: String { logLine }
}

extension BulkheadGuard: CustomStringConvertible, CustomDebugStringConvertible {
    /// The state of the bulkhead in one line.
    package var description: String { bulkhead.description }

    /// All counts of the bulkhead.
    package var debugDescription: String { bulkhead.debugDescription }
}
