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

    /// Encodes the rule.
    public func encode(to encoder: any Encoder) throws {
        var writer = SettingsWriter(encoder)
        try writer.write("ratio", ratio)
        try writer.write("calls", calls)
        try writer.write("minimum_calls", minimumCalls)
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

    /// Encodes the rule.
    public func encode(to encoder: any Encoder) throws {
        var writer = SettingsWriter(encoder)
        try writer.write("ratio", ratio)
        try writer.write("window", window.settingText)
        try writer.write("minimum_calls", minimumCalls)
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

    /// Encodes the rule.
    public func encode(to encoder: any Encoder) throws {
        var writer = SettingsWriter(encoder)
        try writer.write("ratio", ratio)
        try writer.write("slower_than", threshold.settingText)
        try writer.write("window", window.settingText)
        try writer.write("minimum_calls", minimumCalls)
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
            throw DecodingError.setting(
                at: decoder.codingPath,
                "failures must have the classes that count under only, or those that don't "
                    + "under except, and not both")
        }
    }

    /// Encodes the names of the classes, sorted.
    public func encode(to encoder: any Encoder) throws {
        var writer = SettingsWriter(encoder)
        try writer.write(isExcept ? "except" : "only", classes.map(\.id).sorted())
    }
}
