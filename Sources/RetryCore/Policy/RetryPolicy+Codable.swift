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
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    public init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            self = try Self.preset(name, path: decoder.codingPath)
            return
        }
        var reader = try SettingsReader(decoder)
        var policy = RetryPolicy.default.named("")
        if let name = try reader.value("preset", as: String.self) {
            policy = try Self.preset(name, path: decoder.codingPath.adding("preset"))
        }
        if let name = try reader.value("name", as: String.self) { policy = policy.named(name) }
        let refinement = try PolicyRefinement(&reader)
        try reader.finish()
        self = try reader.checked { () throws(InvalidPolicyError) in try refinement.refine(policy) }
    }

    private static func preset(_ name: String, path: [any CodingKey]) throws -> RetryPolicy {
        if let preset = Preset.allCases.first(where: { "\($0)" == name && $0 != .none }) {
            return RetryPolicy(preset: preset)
        }
        let known = Preset.allCases.dropFirst().map { "\($0)" }.joined(separator: ", ")
        throw DecodingError.setting(at: path, "There is no policy named \"\(name.shortened)\"; known are \(known)")
    }

    /// Encodes all settings.
    ///
    /// - Throws: `EncodingError` if the policy has a custom backoff.
    public func encode(to encoder: any Encoder) throws {
        var writer = SettingsWriter(encoder)
        if !name.isEmpty { try writer.write("name", name) }
        try PolicyRefinement(all: settings).encode(to: encoder)
    }
}

extension RetryLimit: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        switch try? container.decode(String.self) {
        case "never": self = .never
        case "unlimited": self = .unlimited
        case let other?: throw Self.error("\"\(other.shortened)\"", in: container)
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

extension RetryHintPolicy: Codable {
    /// Decodes a rule: `"obey"`, `"exact"`, `"clamp"` or `"ignore"`, or one with its bound.
    ///
    /// The bounds are written as in `{"rule": "obey", "at_most": "1m", "beyond": "cut"}` and
    /// `{"rule": "clamp", "within": "2s"}`.
    ///
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    public init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            self = try Self.named(name, path: decoder.codingPath)
            return
        }
        var reader = try SettingsReader(decoder)
        let name = try reader.value("rule", as: String.self) ?? Kind.obey.rawValue
        let rule = try Self.named(name, path: decoder.codingPath.adding("rule"))
        let bound = try rule.kind.boundKey.flatMap { try reader.duration($0) }
        let beyond = rule.kind.canCut ? try reader.word("beyond", as: LongHintBehavior.self) : nil
        try reader.finish()
        // The reader has refused what is below zero.
        self.init(
            kind: rule.kind, nanoseconds: bound?.saturatedNanoseconds ?? rule.nanoseconds, cuts: beyond == .cut)
    }

    private static func named(_ name: String, path: [any CodingKey]) throws -> RetryHintPolicy {
        switch Kind(rawValue: name) {
        case .obey: return .obey
        case .exact: return .exact()
        case .clamp: return .clamp()
        case .ignore: return .ignore
        case nil:
            throw DecodingError.setting(
                at: path, "\"\(name.shortened)\" is no rule: it must be obey, exact, clamp or ignore")
        }
    }

    /// Encodes the rule and its bound.
    public func encode(to encoder: any Encoder) throws {
        var writer = SettingsWriter(encoder)
        try writer.write("rule", kind.rawValue)
        if cuts { try writer.write("beyond", LongHintBehavior.cut) }
        if let key = kind.boundKey { try writer.write(key, Duration.nanoseconds(nanoseconds).text) }
    }
}

extension RetryHintPolicy.Kind {
    /// A Boolean value that indicates whether a hint beyond the bound can be cut.
    fileprivate var canCut: Bool { self == .obey || self == .exact }

    /// The key of the rule's bound; `nil` for a rule without.
    fileprivate var boundKey: String? {
        switch self {
        case .obey, .exact: "at_most"
        case .clamp: "within"
        case .ignore: nil
        }
    }
}
