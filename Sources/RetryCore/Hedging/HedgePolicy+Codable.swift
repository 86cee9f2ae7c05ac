extension HedgePolicy: Codable {
    /// Decodes a policy.
    ///
    /// ```json
    /// {
    ///     "delay": {"law": "quantile", "quantile": 0.95}, "max_attempts": 2,
    ///     "fatal_classes": ["permanent", "auth", "permission"], "max_hint": "5m",
    ///     "budget": {"law": "ratio", "ratio": 0.05, "floor": 0}
    /// }
    /// ```
    ///
    /// A setting that is left out is as in the initializer.
    ///
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    public init(from decoder: any Decoder) throws {
        var reader = try SettingsReader(decoder)
        let delay = try reader.value("delay", as: HedgeDelay.self) ?? .quantile()
        let maxAttempts = try reader.value("max_attempts", as: Int.self) ?? 2
        let fatalClasses = try reader.value("fatal_classes", as: ClassList.self)?.classes
        let maxHint = try reader.duration("max_hint") ?? .seconds(300)
        let budget = try reader.value("budget", as: RetryBudgetPolicy.self)
        try reader.finish()
        self = try reader.checked { () throws(InvalidPolicyError) in
            try HedgePolicy(
                validating: delay, maxAttempts: maxAttempts, fatalClasses: fatalClasses ?? Self.defaultFatalClasses,
                maxHint: maxHint, budget: budget)
        }
    }

    /// Encodes all settings.
    public func encode(to encoder: any Encoder) throws {
        var writer = SettingsWriter(encoder)
        try writer.write("delay", delay)
        try writer.write("max_attempts", maxAttempts)
        try writer.write("fatal_classes", fatalClasses.map(\.id).sorted())
        try writer.write("max_hint", maxHint.text)
        try writer.write("budget", budget)
    }
}

/// A list of the names of classes.
private struct ClassList: Decodable {
    var classes: Set<ErrorClass> = []

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        while !container.isAtEnd {
            let path = container.codingPath + [SettingsReader.Key(index: container.currentIndex)]
            let name = try container.decode(String.self)
            classes.insert(try ErrorClass(decoding: name, path: path))
        }
    }
}
