extension CircuitBreakerPolicy: Codable {
    /// Decodes a policy: the name of a preset, or an object that refines one.
    ///
    /// ```json
    /// {
    ///     "preset": "stable", "consecutive_failures": 8,
    ///     "failure_ratio": {"ratio": 0.5, "calls": 100, "minimum_calls": 20},
    ///     "failure_ratio_over_time": {"ratio": 0.5, "window": "30s", "minimum_calls": 20},
    ///     "slow_calls": {"ratio": 0.8, "slower_than": "2s", "window": "30s", "minimum_calls": 10},
    ///     "failures": {"except": ["permanent", "auth"]}, "other_classes": "neutral",
    ///     "shortest_timeout": "1s", "rejects": "all",
    ///     "break_duration": "30s", "probes": 1, "successes_to_close": 2, "hint_opens": "5m"
    /// }
    /// ```
    ///
    /// `"consecutive_failures": "off"` leaves the circuit to the other rules. The break is a duration, or a backoff
    /// such as `{"initial": "10s", "cap": "5m", "jitter": "none"}` for one that grows.
    ///
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    public init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            self = try Self.preset(name, path: decoder.codingPath)
            return
        }
        var reader = try SettingsReader(decoder)
        var policy = CircuitBreakerPolicy.default
        if let name = try reader.value("preset", as: String.self) {
            policy = try Self.preset(name, path: decoder.codingPath.adding("preset"))
        }
        try policy.read(&reader)
        try reader.finish()
        self = try reader.checked { () throws(InvalidPolicyError) in try policy.validatedWithRule() }
    }

    private static func preset(_ name: String, path: [any CodingKey]) throws -> CircuitBreakerPolicy {
        if let preset = presets.first(where: { $0.name == name }) { return preset.policy }
        let known = presets.map(\.name).joined(separator: ", ")
        throw DecodingError.setting(
            at: path, "There is no breaker policy named \"\(name.shortened)\"; known are \(known)")
    }

    private mutating func read(_ reader: inout SettingsReader) throws {
        if let failures = try reader.value("consecutive_failures", as: CountOrOff.self) {
            consecutiveFailures = failures.count
        }
        countRule = try reader.value("failure_ratio") ?? countRule
        timeRule = try reader.value("failure_ratio_over_time") ?? timeRule
        slowCallRule = try reader.value("slow_calls") ?? slowCallRule
        failures = try reader.value("failures") ?? failures
        otherClasses = try reader.word("other_classes") ?? otherClasses
        breakDuration = try reader.value("break_duration", as: BreakDuration.self)?.backoff ?? breakDuration
        probes = try reader.value("probes") ?? probes
        successesToClose = try reader.value("successes_to_close") ?? successesToClose
        allowedProbeFailures = try reader.value("allowed_probe_failures") ?? allowedProbeFailures
        probeLease = try reader.duration("probe_lease") ?? probeLease
        longestHint = try reader.duration("hint_opens") ?? longestHint
        shortestTimeout = try reader.duration("shortest_timeout") ?? shortestTimeout
        rejects = try reader.value("rejects") ?? rejects
    }

    /// Encodes all settings.
    public func encode(to encoder: any Encoder) throws {
        var writer = SettingsWriter(encoder)
        try writer.write("consecutive_failures", CountOrOff(count: consecutiveFailures))
        try writer.write("failure_ratio", countRule)
        try writer.write("failure_ratio_over_time", timeRule)
        try writer.write("slow_calls", slowCallRule)
        try writer.write("failures", failures)
        try writer.write("other_classes", otherClasses)
        try writer.write("break_duration", BreakDuration(backoff: breakDuration))
        try writer.write("probes", probes)
        try writer.write("successes_to_close", successesToClose)
        try writer.write("allowed_probe_failures", allowedProbeFailures)
        try writer.write("probe_lease", probeLease.settingText)
        try writer.write("hint_opens", longestHint?.settingText)
        try writer.write("shortest_timeout", shortestTimeout?.settingText)
        try writer.write("rejects", rejects)
    }
}

/// A number of failures, or `"off"`.
private struct CountOrOff: Codable {
    let count: Int?

    init(count: Int?) { self.count = count }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let text = try? container.decode(String.self) else {
            count = try container.decode(Int.self)
            return
        }
        guard text == "off" else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "\"\(text.shortened)\" is no number of failures: it must be one, or off")
        }
        count = nil
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let count { try container.encode(count) } else { try container.encode("off") }
    }
}

/// A duration as text or as a number of seconds, or a backoff.
private struct BreakDuration: Codable {
    let backoff: Backoff

    init(backoff: Backoff) { self.backoff = backoff }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            let duration = SettingsReader.duration(text)
            backoff = CircuitBreakerPolicy.fixed(try Self.known(duration, "\"\(text.shortened)\"", container))
        } else if let number = try? container.decode(Double.self) {
            let duration = SettingsReader.duration(number, unit: 1e9)
            backoff = CircuitBreakerPolicy.fixed(try Self.known(duration, "\(number)", container))
        } else {
            backoff = try container.decode(Backoff.self)
        }
    }

    private static func known(
        _ duration: Duration?, _ value: String, _ container: any SingleValueDecodingContainer
    ) throws -> Duration {
        if let duration { return duration }
        throw DecodingError.dataCorruptedError(
            in: container, debugDescription: "\(value) is no break: it must be \(SettingsReader.durations)")
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        let isFixed = backoff == CircuitBreakerPolicy.fixed(backoff.initial)
        if isFixed { try container.encode(backoff.initial.text) } else { try container.encode(backoff) }
    }
}
