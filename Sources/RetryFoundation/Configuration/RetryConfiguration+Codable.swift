import RetryCore

extension RetryConfiguration: Codable {
    private enum FileKeys: String, CodingKey {
        case retryPolicy = "retry_policy"
    }

    /// Decodes a file: an object of which only the member `retry_policy` is read, and similar names are checked.
    ///
    /// A file without that member is an empty configuration, unless it has a member whose name is most probably a
    /// misspelt `retry_policy`: that is an error.
    ///
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    public init(from decoder: any Decoder) throws {
        try Self.checkNames(decoder.container(keyedBy: SettingsReader.Key.self))
        self =
            try decoder.container(keyedBy: FileKeys.self).decodeIfPresent(Body.self, forKey: .retryPolicy)?
            .configuration ?? RetryConfiguration()
    }

    /// Throws if a member of the file is most probably meant to be `retry_policy`.
    ///
    /// Beside a `retry_policy` only its other spellings count, such as `retryPolicy`: a similar member of the user's
    /// must be possible.
    private static func checkNames(_ container: KeyedDecodingContainer<SettingsReader.Key>) throws {
        let name = FileKeys.retryPolicy.rawValue
        let names = container.allKeys.filter { $0.stringValue != name }
        let isThere = names.count < container.allKeys.count
        let misspelt = names.first {
            isThere
                ? SimilarName.isSpelling($0.stringValue, of: name)
                : SimilarName.of($0.stringValue, among: [name]) != nil
        }
        guard let misspelt else { return }
        let error = InvalidPolicyError(
            setting: misspelt.stringValue, value: "not known",
            requirement: isThere
                ? "must be left out beside \(name)"
                : "must be \(name), which is probably meant; if it is not, add \"\(name)\": {} to the file")
        throw DecodingError.dataCorrupted(
            DecodingError.Context(
                codingPath: container.codingPath + [misspelt], debugDescription: error.description,
                underlyingError: error))
    }

    /// Encodes the configuration, under `retry_policy`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: FileKeys.self)
        try container.encode(Body(configuration: self), forKey: .retryPolicy)
    }
}

/// The member `retry_policy`.
private struct Body: Codable {
    var configuration: RetryConfiguration

    private enum Keys: String, CodingKey, CaseIterable {
        case policies, operations, budget, bulkheads, throttles, hedgers
        case coolDowns = "cool_downs"
        case rateLimiters = "rate_limiters"
        case circuitBreaker = "circuit_breaker"
    }

    init(configuration: RetryConfiguration) {
        self.configuration = configuration
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        configuration = RetryConfiguration()
        configuration.base = try RetryConfiguration.Section(from: decoder, besides: Keys.allCases.map(\.rawValue))
        configuration.budget = try container.decodeIfPresent(RetryBudgetPolicy.self, forKey: .budget)
        configuration.rateLimiters = try container.named(.rateLimiters, "A rate limiter")
        configuration.coolDowns = try container.named(.coolDowns, "A cool-down gate")
        configuration.bulkheads = try container.named(.bulkheads, "A bulkhead")
        configuration.throttles = try container.named(.throttles, "A throttle")
        configuration.hedgers = try container.named(.hedgers, "A hedger")
        configuration.circuitBreaker = try container.decodeIfPresent(
            CircuitBreakerPolicy.self, forKey: .circuitBreaker)
        configuration.policies = try container.named(.policies, "A policy")
        let operations = try container.decodeIfPresent(
            [String: RetryConfiguration.Section].self, forKey: .operations)
        for (name, section) in operations ?? [:] { configuration.operations[RetryOperationKind(name)] = section }
    }

    func encode(to encoder: any Encoder) throws {
        try configuration.base.encode(to: encoder)
        var container = encoder.container(keyedBy: Keys.self)
        try container.encodeIfPresent(configuration.budget, forKey: .budget)
        try container.encodeIfPresent(configuration.circuitBreaker, forKey: .circuitBreaker)
        try container.encode(named: configuration.rateLimiters, forKey: .rateLimiters)
        try container.encode(named: configuration.coolDowns, forKey: .coolDowns)
        try container.encode(named: configuration.bulkheads, forKey: .bulkheads)
        try container.encode(named: configuration.throttles, forKey: .throttles)
        try container.encode(named: configuration.hedgers, forKey: .hedgers)
        try container.encode(named: configuration.policies, forKey: .policies)
        if !configuration.operations.isEmpty {
            let sections = configuration.operations.map { ($0.key.name, $0.value) }
            try container.encode(Dictionary(uniqueKeysWithValues: sections), forKey: .operations)
        }
    }
}

extension KeyedDecodingContainer {
    /// Decodes values by their names, which are not empty; none if the member is missing.
    fileprivate func named<Value: Decodable>(_ key: Key, _ what: String) throws -> [String: Value] {
        let values = try decodeIfPresent([String: Value].self, forKey: key) ?? [:]
        if values[""] == nil { return values }
        throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "\(what) has no name")
    }
}

extension KeyedEncodingContainer {
    /// Encodes values by their names; nothing if there are none.
    fileprivate mutating func encode(named values: [String: some Encodable], forKey key: Key) throws {
        if !values.isEmpty { try encode(values, forKey: key) }
    }
}

extension RetryConfiguration.Section: Codable {
    private enum Keys: String, CodingKey, CaseIterable {
        case enabled, policy, bulkhead, throttle, hedger
        case coolDown = "cool_down"
        case rateLimiter = "rate_limiter"
        case customExceptions = "custom_exceptions"
    }

    /// Decodes a section.
    ///
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    public init(from decoder: any Decoder) throws {
        try self.init(from: decoder, besides: [])
    }

    fileprivate init(from decoder: any Decoder, besides others: [String]) throws {
        let refinement = try PolicyRefinement(from: decoder, besides: Keys.allCases.map(\.rawValue) + others)
        let container = try decoder.container(keyedBy: Keys.self)
        isEnabled = try container.decodeIfPresent(Bool.self, forKey: .enabled)
        policy = try container.decodeIfPresent(String.self, forKey: .policy)
        rateLimiter = try container.decodeIfPresent(String.self, forKey: .rateLimiter)
        coolDown = try container.decodeIfPresent(String.self, forKey: .coolDown)
        bulkhead = try container.decodeIfPresent(String.self, forKey: .bulkhead)
        throttle = try container.decodeIfPresent(String.self, forKey: .throttle)
        hedger = try container.decodeIfPresent(String.self, forKey: .hedger)
        customExceptions = try container.decodeIfPresent([String].self, forKey: .customExceptions) ?? []
        self.refinement = refinement.isEmpty ? nil : refinement
    }

    /// Encodes the section.
    public func encode(to encoder: any Encoder) throws {
        try refinement?.encode(to: encoder)
        var container = encoder.container(keyedBy: Keys.self)
        try container.encodeIfPresent(isEnabled, forKey: .enabled)
        try container.encodeIfPresent(policy, forKey: .policy)
        try container.encodeIfPresent(rateLimiter, forKey: .rateLimiter)
        try container.encodeIfPresent(coolDown, forKey: .coolDown)
        try container.encodeIfPresent(bulkhead, forKey: .bulkhead)
        try container.encodeIfPresent(throttle, forKey: .throttle)
        try container.encodeIfPresent(hedger, forKey: .hedger)
        if !customExceptions.isEmpty { try container.encode(customExceptions, forKey: .customExceptions) }
    }
}
