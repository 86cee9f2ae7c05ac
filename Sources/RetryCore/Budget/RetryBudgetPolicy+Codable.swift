extension RetryBudgetPolicy: Codable {
    /// Decodes a policy: its name, such as `"unlimited"`, or an object with its name and its settings.
    ///
    /// ```json
    /// {"law": "token_bucket", "per_success": 0.1, "floor": 0.01, "capacity": 5}
    /// {"law": "ratio", "ratio": 0.2, "floor": 10, "ttl": "10s"}
    /// {"law": "throttle", "max_tokens": 10, "token_ratio": 0.1}
    /// {"law": "quota", "capacity": 500, "cost": 14, "costs": {"rate_limit": 5}, "deposit": 1}
    /// {"law": "limit", "retries": 100, "per": "1m"}
    /// ```
    ///
    /// A setting that is left out is as in the function of that name. Durations are texts such as `"10s"`, or numbers
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
        self = try reader.checked { () throws(InvalidPolicyError) in try RetryBudgetPolicy(kind) }
    }

    fileprivate enum Name: String, CaseIterable {
        case tokenBucket = "token_bucket"
        case ratio, throttle, quota, limit, unlimited
    }

    private static func name(_ text: String, path: [any CodingKey]) throws -> Name {
        if let name = Name(rawValue: text) { return name }
        let names = Name.allCases.map(\.rawValue).joined(separator: ", ")
        throw DecodingError.setting(at: path, "law is \"\(text.shortened)\": it must be one of \(names)")
    }

    /// A policy that is given by its name alone.
    private static func alone(_ name: Name, path: [any CodingKey]) throws -> RetryBudgetPolicy {
        switch name {
        case .tokenBucket: return .tokenBucket()
        case .ratio: return .ratio()
        case .throttle: return .throttle()
        case .quota: return .quota()
        case .unlimited: return .unlimited
        case .limit:
            throw DecodingError.setting(
                at: path, "limit needs settings: {\"law\": \"limit\", \"retries\": 100, \"per\": \"1m\"}")
        }
    }

    /// Encodes the name of the policy and its settings.
    public func encode(to encoder: any Encoder) throws {
        var writer = SettingsWriter(encoder)
        switch kind {
        case .tokenBucket(let perSuccess, let floor, let capacity):
            try writer.write("law", Name.tokenBucket.rawValue)
            try writer.write("per_success", perSuccess)
            try writer.write("floor", floor)
            try writer.write("capacity", capacity)
        case .ratio(let ratio, let floor, let ttl):
            try writer.write("law", Name.ratio.rawValue)
            try writer.write("ratio", ratio)
            try writer.write("floor", floor)
            try writer.write("ttl", Duration.nanoseconds(ttl).text)
        case .throttle(let maxTokens, let tokenRatio):
            try writer.write("law", Name.throttle.rawValue)
            try writer.write("max_tokens", maxTokens)
            try writer.write("token_ratio", tokenRatio)
        case .quota(let capacity, let cost, let costs, let deposit):
            try writer.write("law", Name.quota.rawValue)
            try writer.write("capacity", capacity)
            try writer.write("cost", cost)
            try writer.write("costs", costs)
            try writer.write("deposit", deposit)
        case .limit(let retries, let window):
            try writer.write("law", Name.limit.rawValue)
            try writer.write("retries", retries)
            try writer.write("per", Duration.nanoseconds(window).text)
        case .unlimited:
            try writer.write("law", Name.unlimited.rawValue)
        }
    }
}

extension RetryBudgetPolicy.Name {
    fileprivate func read(_ reader: inout SettingsReader) throws -> RetryBudgetPolicy.Kind {
        switch self {
        case .tokenBucket:
            return .tokenBucket(
                perSuccess: try reader.value("per_success") ?? 0.1, floor: try reader.value("floor") ?? 0.01,
                capacity: try reader.value("capacity") ?? 5)
        case .ratio:
            return .ratio(
                try reader.value("ratio") ?? 0.2, floor: try reader.value("floor") ?? 10,
                ttl: try reader.duration("ttl")?.saturatedNanoseconds ?? 10_000_000_000)
        case .throttle:
            return .throttle(
                maxTokens: try reader.value("max_tokens") ?? 10, tokenRatio: try reader.value("token_ratio") ?? 0.1)
        case .quota:
            return .quota(
                capacity: try reader.value("capacity") ?? 500, cost: try reader.value("cost") ?? 14,
                costs: try reader.value("costs", as: ClassKeyed<Int>.self)?.values ?? [.rateLimit: 5],
                deposit: try reader.value("deposit") ?? 1)
        case .limit:
            let retries = try reader.required("retries", as: Int.self)
            guard let window = try reader.duration("per") else { throw reader.missing("per") }
            return .limit(retries, per: window.saturatedNanoseconds)
        case .unlimited:
            return .unlimited
        }
    }
}
