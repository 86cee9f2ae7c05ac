// The rules are checked with the policy that they are a part of, so that the names of settings come from one place.
extension CircuitBreakerPolicy.CountRule: Codable {
    /// Decodes a rule such as `{"ratio": 0.5, "calls": 100, "minimum_calls": 20}`.
    ///
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    public init(from decoder: any Decoder) throws {
        var reader = try SettingsReader(decoder)
        self.init(
            ratio: try reader.required("ratio"), calls: try reader.required("calls"),
            minimumCalls: try reader.required("minimum_calls"))
        try reader.finish()
    }

    private enum CodingKeys: String, CodingKey {
        case ratio, calls
        case minimumCalls = "minimum_calls"
    }

    /// Encodes the rule.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(ratio, forKey: .ratio)
        try container.encode(calls, forKey: .calls)
        try container.encode(minimumCalls, forKey: .minimumCalls)
    }
}

extension CircuitBreakerPolicy.TimeRule: Codable {
    /// Decodes a rule such as `{"ratio": 0.5, "window": "30s", "minimum_calls": 20}`.
    ///
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    public init(from decoder: any Decoder) throws {
        var reader = try SettingsReader(decoder)
        let ratio = try reader.required("ratio", as: Double.self)
        guard let window = try reader.duration("window") else { throw reader.missing("window") }
        self.init(ratio: ratio, window: window, minimumCalls: try reader.required("minimum_calls"))
        try reader.finish()
    }

    private enum CodingKeys: String, CodingKey {
        case ratio, window
        case minimumCalls = "minimum_calls"
    }

    /// Encodes the rule.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(ratio, forKey: .ratio)
        try container.encode(window.settingText, forKey: .window)
        try container.encode(minimumCalls, forKey: .minimumCalls)
    }
}

extension CircuitBreakerPolicy.SlowCallRule: Codable {
    /// Decodes a rule such as `{"ratio": 0.8, "slower_than": "2s", "window": "30s", "minimum_calls": 10}`.
    ///
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    public init(from decoder: any Decoder) throws {
        var reader = try SettingsReader(decoder)
        let ratio = try reader.required("ratio", as: Double.self)
        guard let threshold = try reader.duration("slower_than") else { throw reader.missing("slower_than") }
        guard let window = try reader.duration("window") else { throw reader.missing("window") }
        self.init(
            ratio: ratio, threshold: threshold, window: window, minimumCalls: try reader.required("minimum_calls"))
        try reader.finish()
    }

    private enum CodingKeys: String, CodingKey {
        case ratio, window
        case threshold = "slower_than"
        case minimumCalls = "minimum_calls"
    }

    /// Encodes the rule.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(ratio, forKey: .ratio)
        try container.encode(threshold.settingText, forKey: .threshold)
        try container.encode(window.settingText, forKey: .window)
        try container.encode(minimumCalls, forKey: .minimumCalls)
    }
}

extension CircuitBreakerPolicy.FailureClasses: Codable {
    /// Decodes `{"only": ["transient"]}` or `{"except": ["permanent", "auth"]}`.
    ///
    /// - Throws: `DecodingError` if neither or both are there, or a class has no name.
    public init(from decoder: any Decoder) throws {
        var reader = try SettingsReader(decoder)
        let only = try reader.value("only", as: [ErrorClass].self)
        let except = try reader.value("except", as: [ErrorClass].self)
        try reader.finish()
        switch (only, except) {
        case (let only?, nil): self.init(classes: Set(only), isExcept: false)
        case (nil, let except?): self.init(classes: Set(except), isExcept: true)
        default:
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath,
                    debugDescription: "failures must have the classes that count under only, or those that don't "
                        + "under except, and not both"))
        }
    }

    private enum CodingKeys: String, CodingKey { case only, except }

    /// Encodes the names of the classes, sorted.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(classes.map(\.id).sorted(), forKey: isExcept ? .except : .only)
    }
}
