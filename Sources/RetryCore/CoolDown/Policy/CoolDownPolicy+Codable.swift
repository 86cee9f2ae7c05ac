extension CoolDownPolicy: Codable {
    /// Decodes a policy: an object with its settings.
    ///
    /// ```json
    /// {"first": "1s", "longest": "1m", "longest_hint": "1h", "max_wait": "1m", "calls": 10, "per": "1s"}
    /// ```
    ///
    /// A setting that is left out is as in the initializer; without `calls` the pace is learned.
    ///
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    public init(from decoder: any Decoder) throws {
        var reader = try SettingsReader(decoder)
        let first = try reader.duration("first")?.saturatedNanoseconds ?? CoolDownLaw.usualFirst
        let longest = try reader.duration("longest")?.saturatedNanoseconds ?? max(first, CoolDownLaw.usualLongest)
        let longestHint = try reader.duration("longest_hint")?.saturatedNanoseconds ?? CoolDownLaw.usualLongestHint
        let maxWait = try reader.duration("max_wait")?.saturatedNanoseconds ?? Self.usualMaxWait
        let calls = try reader.value("calls", as: Int.self)
        let period = try reader.duration("per")?.saturatedNanoseconds
        try reader.finish()
        if calls == nil, period != nil { throw reader.missing("calls") }
        if calls != nil, period == nil { throw reader.missing("per") }
        self = try reader.checked { () throws(InvalidPolicyError) in
            try CoolDownPolicy(
                first: first, longest: longest, longestHint: longestHint, maxWait: maxWait,
                pace: calls.map { Pace(calls: $0, period: period ?? 0) })
        }
    }

    /// Encodes the settings.
    public func encode(to encoder: any Encoder) throws {
        var writer = SettingsWriter(encoder)
        try writer.write("first", first.text)
        try writer.write("longest", longest.text)
        try writer.write("longest_hint", longestHint.text)
        try writer.write("max_wait", maxWait.text)
        try writer.write("calls", knownPace?.calls)
        try writer.write("per", knownPace.map { Duration.nanoseconds($0.period).text })
    }
}
