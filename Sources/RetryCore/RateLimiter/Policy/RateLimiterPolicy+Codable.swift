extension RateLimiterPolicy: Codable {
    /// Decodes a policy: an object with its name and its settings.
    ///
    /// ```json
    /// {"law": "token_bucket", "limit": 100, "per": "1m", "burst": 10, "max_wait": "30s"}
    /// {"law": "sliding_log", "limit": 60, "per": "1m", "learns_up_to": 600}
    /// ```
    ///
    /// Without `law` it is a token bucket. The limit and the period are required; another setting that is left out is as
    /// in the function of that name. Durations are texts such as `"10s"`, or numbers of seconds.
    ///
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    public init(from decoder: any Decoder) throws {
        var reader = try SettingsReader(decoder)
        let name = try reader.word("law", as: Name.self) ?? .tokenBucket
        let limit = try reader.required("limit", as: Int.self)
        guard let period = try reader.duration("per")?.saturatedNanoseconds else { throw reader.missing("per") }
        let kind: Kind =
            switch name {
            case .tokenBucket:
                .tokenBucket(limit, per: period, burst: try reader.value("burst") ?? Self.usualBurst(limit))
            case .slidingLog: .slidingLog(limit, per: period)
            }
        let maxWait = try reader.duration("max_wait")?.saturatedNanoseconds ?? Self.usualMaxWait
        let greatest = try reader.value("learns_up_to", as: Int.self)
        try reader.finish()
        self = try reader.checked { () throws(InvalidPolicyError) in
            try RateLimiterPolicy(kind, maxWait: maxWait, greatestLearnedLimit: greatest)
        }
    }

    private enum Name: String, CaseIterable {
        case tokenBucket = "token_bucket"
        case slidingLog = "sliding_log"
    }

    /// Encodes the name of the policy and its settings.
    public func encode(to encoder: any Encoder) throws {
        var writer = SettingsWriter(encoder)
        switch kind {
        case .tokenBucket(let limit, let period, let burst):
            try writer.write("law", Name.tokenBucket.rawValue)
            try writer.write("limit", limit)
            try writer.write("per", Duration.nanoseconds(period).text)
            try writer.write("burst", burst)
        case .slidingLog(let limit, let period):
            try writer.write("law", Name.slidingLog.rawValue)
            try writer.write("limit", limit)
            try writer.write("per", Duration.nanoseconds(period).text)
        }
        try writer.write("max_wait", maxWait.text)
        try writer.write("learns_up_to", greatestLearnedLimit)
    }
}
