import RetryCore

/// The check for unknown names in a configuration.
struct ConfigurationCheck {
    let file: String?
    let errors: ErrorTypeRegistry

    /// Returns the policies that sections can name.
    mutating func catalog(of configuration: RetryConfiguration, over catalog: RetryPolicyCatalog) throws
        -> RetryPolicyCatalog
    {
        var catalog = catalog
        for (name, policy) in configuration.policies.sorted(by: { $0.key < $1.key }) {
            do {
                catalog = try catalog.adding(policy, validating: name)
            } catch {
                throw self.error("retry_policy.policies", error)
            }
        }
        return catalog
    }

    /// Returns the problems with names of error types that are not registered.
    mutating func problems(
        of configuration: RetryConfiguration, catalog: RetryPolicyCatalog, isStrict: Bool
    ) throws -> [RetryConfigurationError] {
        var sections = [("retry_policy", configuration.base)]
        sections += configuration.operations.map { ("retry_policy.operations.\($0.key)", $0.value) }
        var problems: [RetryConfigurationError] = []
        for (path, section) in sections.sorted(by: { $0.0 < $1.0 }) {
            if let name = section.policy {
                do { _ = try catalog.resolve(named: name) } catch { throw self.error("\(path).policy", error) }
            }
            try check(section.rateLimiter, "\(path).rate_limiter", in: "rate_limiters", configuration.rateLimiters)
            try check(section.coolDown, "\(path).cool_down", in: "cool_downs", configuration.coolDowns)
            try check(section.bulkhead, "\(path).bulkhead", in: "bulkheads", configuration.bulkheads)
            try check(section.throttle, "\(path).throttle", in: "throttles", configuration.throttles)
            try check(section.hedger, "\(path).hedger", in: "hedgers", configuration.hedgers)
            problems += section.customExceptions.enumerated().compactMap {
                unknown($1, "\(path).custom_exceptions[\($0)]")
            }
        }
        if isStrict, let first = problems.first { throw first }
        return problems
    }

    private func unknown(_ name: String, _ setting: String) -> RetryConfigurationError? {
        if errors.test(name) != nil { return nil }
        let known = errors.names.isEmpty ? "none" : errors.names.joined(separator: ", ")
        return RetryConfigurationError(
            .invalidSetting, file: file, setting: setting,
            problem: "is \"\(name.shortened)\", an error type that is not registered",
            advice: "Registered are: \(known).")
    }

    /// Throws if a section names what is not in a list.
    private func check(_ name: String?, _ setting: String, in list: String, _ known: [String: some Any]) throws {
        if let name, known[name] == nil { throw unknown(name, setting, in: list, known.keys.sorted()) }
    }

    private func unknown(
        _ name: String, _ setting: String, in list: String, _ names: [String]
    ) -> RetryConfigurationError {
        let known = names.isEmpty ? "none" : names.map(\.shortened).joined(separator: ", ")
        let similar = SimilarName.of(name, among: names).map { " Did you mean \"\($0.shortened)\"?" } ?? ""
        return RetryConfigurationError(
            .invalidSetting, file: file, setting: setting, problem: "is \"\(name.shortened)\", which is not in \(list)",
            advice: "Known are: \(known).\(similar)")
    }

    private func error(_ setting: String, _ cause: InvalidPolicyError) -> RetryConfigurationError {
        RetryConfigurationError(
            .invalidSetting, file: file, setting: setting, problem: "is \(cause.value)",
            advice: "It \(cause.requirement).")
    }
}
