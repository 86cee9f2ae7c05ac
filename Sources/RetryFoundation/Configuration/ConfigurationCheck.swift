import RetryCore

/// The check for unknown names in a configuration.
struct ConfigurationCheck {
    let file: String?
    let errors: ErrorTypeRegistry

    /// Returns the policies that sections can name.
    mutating func catalog(of configuration: RetryConfiguration, over catalog: PolicyCatalog) throws -> PolicyCatalog {
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
        of configuration: RetryConfiguration, catalog: PolicyCatalog, isStrict: Bool
    ) throws -> [ConfigurationError] {
        var sections = [("retry_policy", configuration.base)]
        sections += configuration.operations.map { ("retry_policy.operations.\($0.key)", $0.value) }
        var problems: [ConfigurationError] = []
        for (path, section) in sections.sorted(by: { $0.0 < $1.0 }) {
            if let name = section.policy {
                do { _ = try catalog.resolve(named: name) } catch { throw self.error("\(path).policy", error) }
            }
            problems += section.customExceptions.enumerated().compactMap {
                unknown($1, "\(path).custom_exceptions[\($0)]")
            }
        }
        if isStrict, let first = problems.first { throw first }
        return problems
    }

    private func unknown(_ name: String, _ setting: String) -> ConfigurationError? {
        if errors.test(name) != nil { return nil }
        let known = errors.names.isEmpty ? "none" : errors.names.joined(separator: ", ")
        return ConfigurationError(
            .invalidSetting, file: file, setting: setting,
            problem: "is \"\(name.shortened)\", an error type that is not registered",
            advice: "Registered are: \(known).")
    }

    private func error(_ setting: String, _ cause: PolicyError) -> ConfigurationError {
        ConfigurationError(
            .invalidSetting, file: file, setting: setting, problem: "is \(cause.value)",
            advice: "It \(cause.requirement).")
    }
}
