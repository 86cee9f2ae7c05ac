extension RetryPolicy: Codable {
    /// Decodes a policy: the name of a preset, or an object that refines one.
    ///
    /// ```json
    /// {
    ///     "preset": "api", "max_attempts": 6, "deadline": "30s",
    ///     "retry_limits": {"unknown": 1, "auth": "never"},
    ///     "backoffs": {"rate_limit": {"initial": "1s", "cap": "1m"}}
    /// }
    /// ```
    ///
    /// Durations are texts such as `"200ms"`, `"1.5s"` and `"2m"`, or numbers of seconds; `deadline_s` and `deadline_ms`
    /// take numbers in these units.
    ///
    /// - Throws: `DecodingError` with the path and the value of a setting that makes no sense, or that is not known.
    public init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            self = try Self.preset(name, path: decoder.codingPath)
            return
        }
        var reader = try SettingsReader(decoder)
        var settings = RetryPolicy.default.settings
        settings.name = ""
        if let name = try reader.value("preset", as: String.self) {
            let path: [any CodingKey] = decoder.codingPath + [SettingsReader.Key(stringValue: "preset")]
            settings = try Self.preset(name, path: path).settings
        }
        try settings.read(&reader)
        try reader.finish()
        self.init(try reader.checked { () throws(PolicyError) in try settings.validated() })
    }

    private static func preset(_ name: String, path: [any CodingKey]) throws -> RetryPolicy {
        if let preset = Preset.allCases.first(where: { "\($0)" == name && $0 != .none }) {
            return RetryPolicy(preset: preset)
        }
        let known = Preset.allCases.dropFirst().map { "\($0)" }.joined(separator: ", ")
        throw DecodingError.dataCorrupted(
            DecodingError.Context(
                codingPath: path, debugDescription: "There is no policy named \"\(name)\"; known are \(known)"))
    }

    private enum CodingKeys: String, CodingKey {
        case name, backoff, backoffs, deadline, hints, guarantee
        case maxAttempts = "max_attempts"
        case retryLimits = "retry_limits"
        case deadlineBehavior = "deadline_behavior"
        case attemptTimeout = "attempt_timeout"
        case openCircuit = "open_circuit"
        case failsImmediately = "fails_immediately"
    }

    /// Encodes all settings.
    ///
    /// - Throws: `EncodingError` if the policy has a custom backoff.
    public func encode(to encoder: any Encoder) throws {
        let settings = settings
        var container = encoder.container(keyedBy: CodingKeys.self)
        if !settings.name.isEmpty { try container.encode(settings.name, forKey: .name) }
        try container.encode(settings.maxAttempts, forKey: .maxAttempts)
        try container.encode(settings.backoff, forKey: .backoff)
        try container.encode(Dictionary(settings.backoffs.entries), forKey: .backoffs)
        try container.encode(Dictionary(settings.limitsBesideStandard), forKey: .retryLimits)
        try container.encodeIfPresent(deadline?.text, forKey: .deadline)
        try container.encode(settings.deadlineBehavior, forKey: .deadlineBehavior)
        try container.encodeIfPresent(attemptTimeout?.text, forKey: .attemptTimeout)
        try container.encode(settings.hints, forKey: .hints)
        try container.encode(settings.openCircuit, forKey: .openCircuit)
        try container.encode(settings.failsImmediately, forKey: .failsImmediately)
        try container.encode(settings.guarantee, forKey: .guarantee)
    }
}

extension PolicySettings {
    fileprivate mutating func read(_ reader: inout SettingsReader) throws {
        name = try reader.value("name") ?? name
        maxAttempts = try reader.value("max_attempts") ?? maxAttempts
        backoff = try reader.value("backoff") ?? backoff
        for (id, backoff) in try reader.value("backoffs", as: ClassKeyed<Backoff>.self)?.values ?? [] {
            backoffs[id] = backoff
        }
        for (id, limit) in try reader.value("retry_limits", as: ClassKeyed<RetryLimit>.self)?.values ?? [] {
            limits[id] = limit == .unlimited ? nil : limit
        }
        deadline = try reader.duration("deadline")?.saturatedNanoseconds ?? deadline
        deadlineBehavior = try reader.value("deadline_behavior") ?? deadlineBehavior
        attemptTimeout = try reader.duration("attempt_timeout")?.saturatedNanoseconds ?? attemptTimeout
        hints = try reader.value("hints") ?? hints
        openCircuit = try reader.value("open_circuit") ?? openCircuit
        failsImmediately = try reader.value("fails_immediately") ?? failsImmediately
        guarantee = try reader.value("guarantee") ?? guarantee
    }
}

extension PolicySettings {
    /// The limits, and which classes have none that have one in a policy that starts from nothing.
    fileprivate var limitsBesideStandard: [(errorClass: ErrorClass, value: RetryLimit)] {
        let lifted = ClassTable<RetryLimit>.standard.entries.filter { limits[$0.errorClass] == nil }
        return limits.entries + lifted.map { (errorClass: $0.errorClass, value: .unlimited) }
    }
}

/// An object whose keys are names of error classes.
private struct ClassKeyed<Value: Decodable>: Decodable {
    let values: [(ErrorClass, Value)]

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: SettingsReader.Key.self)
        values = try container.allKeys.map { key in
            do {
                return (try ErrorClass(validating: key.stringValue), try container.decode(Value.self, forKey: key))
            } catch let error as PolicyError {
                throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "\(error)")
            }
        }
    }
}

extension Dictionary {
    fileprivate init(_ entries: [(errorClass: ErrorClass, value: Value)]) where Key == String {
        self.init(entries.map { ($0.errorClass.id, $0.value) }) { $1 }
    }
}

extension RetryLimit: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        switch try? container.decode(String.self) {
        case "never": self = .never
        case "unlimited": self = .unlimited
        case let other?: throw Self.error("\"\(other)\"", in: container)
        case nil: self = .retries(try Self.count(in: container))
        }
    }

    private static func count(in container: any SingleValueDecodingContainer) throws -> Int {
        if let count = try? container.decode(Int.self), count >= 0 { return count }
        throw error((try? container.decode(Double.self)).map { "\($0)" } ?? "This", in: container)
    }

    private static func error(_ value: String, in container: any SingleValueDecodingContainer) -> DecodingError {
        .dataCorruptedError(
            in: container,
            debugDescription: "\(value) is no limit: it must be a whole number from 0 on, never or unlimited")
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .never: try container.encode("never")
        case .unlimited: try container.encode("unlimited")
        case .retries(let count): try container.encode(count)
        }
    }
}

extension HintRule: Codable {
    /// Decodes a rule: `"obey"`, `"clamp"` or `"ignore"`, or one with its bound.
    ///
    /// The bounds are written as in `{"rule": "obey", "at_most": "1m"}` and `{"rule": "clamp", "within": "2s"}`.
    ///
    /// - Throws: `DecodingError` with the path and the value of a setting that makes no sense, or that is not known.
    public init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            self = try Self.named(name, path: decoder.codingPath)
            return
        }
        var reader = try SettingsReader(decoder)
        let name = try reader.value("rule", as: String.self) ?? Kind.obey.rawValue
        let rule = try Self.named(name, path: decoder.codingPath + [SettingsReader.Key(stringValue: "rule")])
        let bound = try rule.kind.boundKey.flatMap { try reader.duration($0.stringValue) }
        try reader.finish()
        // The reader has refused what is below zero.
        self.init(kind: rule.kind, nanoseconds: bound?.saturatedNanoseconds ?? rule.nanoseconds)
    }

    private static func named(_ name: String, path: [any CodingKey]) throws -> HintRule {
        switch Kind(rawValue: name) {
        case .obey: return .obey
        case .clamp: return .clamp()
        case .ignore: return .ignore
        case nil:
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: path, debugDescription: "\"\(name)\" is no rule: it must be obey, clamp or ignore"))
        }
    }

    fileprivate enum CodingKeys: String, CodingKey {
        case rule, within
        case atMost = "at_most"
    }

    /// Encodes the rule and its bound.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind.rawValue, forKey: .rule)
        if let key = kind.boundKey { try container.encode(Duration.nanoseconds(nanoseconds).text, forKey: key) }
    }
}

extension HintRule.Kind {
    /// What the bound of the rule is called; `nil` for one without.
    fileprivate var boundKey: HintRule.CodingKeys? {
        switch self {
        case .obey: .atMost
        case .clamp: .within
        case .ignore: nil
        }
    }
}
