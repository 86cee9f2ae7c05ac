extension BulkheadPolicy: Codable {
    /// Decodes a policy: an object with its settings.
    ///
    /// ```json
    /// {"permits": 20, "queue": 50, "max_wait": "1s"}
    /// {"adaptive": {"law": "gradient", "start": 20, "min": 5, "max": 100}}
    /// ```
    ///
    /// Either `permits` or `adaptive` is required; another setting that is left out is as in the function of that name.
    ///
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    public init(from decoder: any Decoder) throws {
        var reader = try SettingsReader(decoder)
        let permits = try reader.value("permits", as: Int.self)
        let adaptive = try reader.value("adaptive", as: AdaptiveLimit.self)
        let queue = try reader.value("queue", as: Int.self) ?? 0
        let maxWait = try reader.duration("max_wait")?.saturatedNanoseconds ?? Self.usualMaxWait
        try reader.finish()
        guard let kind = permits.map(Kind.permits) ?? adaptive.map(Kind.adaptive) else {
            throw reader.missing("permits")
        }
        self = try reader.checked { () throws(InvalidPolicyError) in
            try check(
                "adaptive", "an adaptive limit", permits == nil || adaptive == nil,
                "must be left out where permits is given")
            return try BulkheadPolicy(kind, queue: queue, maxWait: maxWait)
        }
    }

    /// Encodes the settings.
    public func encode(to encoder: any Encoder) throws {
        var writer = SettingsWriter(encoder)
        try writer.write("permits", permits)
        try writer.write("adaptive", adaptiveLimit)
        try writer.write("queue", queue)
        try writer.write("max_wait", maxWait.text)
    }
}

extension AdaptiveLimit: Codable {
    private enum Name: String, CaseIterable {
        case gradient, aimd
    }

    /// Decodes a law: an object with its name and its settings.
    ///
    /// ```json
    /// {"law": "gradient", "start": 20, "min": 1, "max": 200}
    /// {"law": "aimd", "start": 20, "min": 1, "max": 200, "timeout": "5s"}
    /// ```
    ///
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    public init(from decoder: any Decoder) throws {
        var reader = try SettingsReader(decoder)
        let name = try reader.word("law", as: Name.self) ?? .gradient
        let min = try reader.value("min", as: Int.self) ?? Self.usualRange.lowerBound
        let max = try reader.value("max", as: Int.self) ?? Self.usualRange.upperBound
        let start = try reader.value("start", as: Int.self)
        let law: Law =
            switch name {
            case .gradient: .gradient
            case .aimd: .aimd(timeout: try reader.duration("timeout")?.saturatedNanoseconds ?? Self.usualTimeout)
            }
        try reader.finish()
        self = try reader.checked { () throws(InvalidPolicyError) in
            let usual = max >= min ? Self.usualStart(min...max) : min
            return try AdaptiveLimit(law, start: start ?? usual, min: min, max: max)
        }
    }

    /// Encodes the name of the law and its settings.
    public func encode(to encoder: any Encoder) throws {
        var writer = SettingsWriter(encoder)
        try writer.write("law", (timeout == nil ? Name.gradient : .aimd).rawValue)
        try writer.write("start", start)
        try writer.write("min", min)
        try writer.write("max", max)
        try writer.write("timeout", timeout?.text)
    }
}
