extension HedgeDelay: Codable {
    /// Decodes a delay: its name, `"quantile"`, `"zero"` or `"never"`, or an object with its name and its settings.
    ///
    /// ```json
    /// {"law": "fixed", "delay": "50ms"}
    /// {"law": "quantile", "quantile": 0.95, "minimum": 100, "floor": "1ms", "ceiling": "2s"}
    /// ```
    ///
    /// A setting that is left out is as in the function of that name. Durations are texts such as `"50ms"`, or numbers
    /// of seconds.
    ///
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    public init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            self = try Self.alone(try Self.name(name, path: decoder.codingPath), path: decoder.codingPath)
            return
        }
        var reader = try SettingsReader(decoder)
        let text = try reader.required("law", as: String.self)
        let name = try Self.name(text, path: decoder.codingPath.adding("law"))
        let kind = try name.read(&reader)
        try reader.finish()
        self = try reader.checked(inside: "delay") { () throws(InvalidPolicyError) in try HedgeDelay(kind) }
    }

    fileprivate enum Name: String, CaseIterable {
        case quantile, fixed, zero, never
    }

    private static func name(_ text: String, path: [any CodingKey]) throws -> Name {
        if let name = Name(rawValue: text) { return name }
        let names = Name.allCases.map(\.rawValue).joined(separator: ", ")
        throw DecodingError.setting(at: path, "law is \"\(text.shortened)\": it must be one of \(names)")
    }

    /// A delay that is given by its name alone.
    private static func alone(_ name: Name, path: [any CodingKey]) throws -> HedgeDelay {
        switch name {
        case .quantile: return .quantile()
        case .zero: return .zero
        case .never: return .never
        case .fixed:
            throw DecodingError.setting(
                at: path, "fixed needs a delay: {\"law\": \"fixed\", \"delay\": \"50ms\"}")
        }
    }

    /// Encodes the name of the delay and its settings.
    public func encode(to encoder: any Encoder) throws {
        var writer = SettingsWriter(encoder)
        switch kind {
        case .fixed(let delay):
            try writer.write("law", Name.fixed.rawValue)
            try writer.write("delay", Duration.nanoseconds(delay).text)
        case .never:
            try writer.write("law", Name.never.rawValue)
        case .quantile(let quantile, let minimum, let floor, let ceiling):
            try writer.write("law", Name.quantile.rawValue)
            try writer.write("quantile", quantile)
            try writer.write("minimum", minimum)
            try writer.write("floor", Duration.nanoseconds(floor).text)
            try writer.write("ceiling", Duration.nanoseconds(ceiling).text)
        }
    }
}

extension HedgeDelay.Name {
    fileprivate func read(_ reader: inout SettingsReader) throws -> HedgeDelay.Kind {
        switch self {
        case .quantile:
            return .quantile(
                try reader.value("quantile") ?? 0.95, minimum: try reader.value("minimum") ?? 100,
                floor: try reader.duration("floor")?.saturatedNanoseconds ?? 1_000_000,
                ceiling: try reader.duration("ceiling")?.saturatedNanoseconds ?? 2_000_000_000)
        case .fixed:
            guard let delay = try reader.duration("delay") else { throw reader.missing("delay") }
            return .fixed(delay.saturatedNanoseconds)
        case .zero:
            return .fixed(0)
        case .never:
            return .never
        }
    }
}
