/// The retry policies of the tools behind a gateway: one base policy, and overrides for single tools.
///
/// ```json
/// {"max_retries": 3, "tool_overrides": {"payments": {"max_retries": 0}, "search": {"backoff_base_ms": 50}}}
/// ```
public struct ToolRetryConfiguration: Sendable, Hashable {
    /// The policy of every tool without one of its own.
    public let base: ToolRetryPolicy
    /// The overrides of single tools, by their names.
    public let overrides: [String: ToolRetryOverride]
    /// The policies of the overridden tools.
    let policies: [String: ToolRetryPolicy]

    /// Creates a configuration.
    ///
    /// - Parameters:
    ///   - base: The policy of every tool without one of its own.
    ///   - overrides: The overrides of single tools, by their names.
    public init(base: ToolRetryPolicy = ToolRetryPolicy(), overrides: [String: ToolRetryOverride] = [:]) {
        self = checked { () throws(InvalidPolicyError) in
            try ToolRetryConfiguration(validating: base, overrides: overrides)
        }
    }

    /// Creates a configuration from overrides known only at run time.
    ///
    /// - Parameters:
    ///   - base: The policy of every tool without one of its own.
    ///   - overrides: The overrides of single tools, by their names.
    /// - Throws: ``InvalidPolicyError`` that names the tool, the setting and its value.
    public init(
        validating base: ToolRetryPolicy, overrides: [String: ToolRetryOverride]
    ) throws(InvalidPolicyError) {
        self.base = base
        self.overrides = overrides
        var policies: [String: ToolRetryPolicy] = [:]
        for (tool, override) in overrides.sorted(by: { $0.key < $1.key }) {
            do {
                policies[tool] = try override.applied(to: base)
            } catch {
                throw error.inside("tool_overrides.\(tool)")
            }
        }
        self.policies = policies
    }
}

extension ToolRetryConfiguration: Codable {
    /// Decodes a configuration; the defaults are those of ``ToolRetryPolicy``.
    ///
    /// The keys are `max_retries`, `backoff_base_ms`, `max_backoff_ms`, `retry_on_status`, `jitter`,
    /// `check_text_content` and `tool_overrides`, an object of tools with any of the other keys.
    ///
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    public init(from decoder: any Decoder) throws {
        var reader = try SettingsReader(decoder)
        let settings = try ToolRetryOverride(&reader)
        let overrides = try reader.value("tool_overrides", as: [String: ToolRetryOverride].self) ?? [:]
        try reader.finish()
        self = try reader.checked { () throws(InvalidPolicyError) in
            try ToolRetryConfiguration(validating: settings.applied(to: ToolRetryPolicy()), overrides: overrides)
        }
    }

    /// Encodes all settings.
    public func encode(to encoder: any Encoder) throws {
        try ToolRetryOverride(base).encode(to: encoder)
        var writer = SettingsWriter(encoder)
        try writer.write("tool_overrides", overrides)
    }
}

extension ToolRetryOverride: Codable {
    /// Decodes an override: any of the keys of a configuration but `tool_overrides`.
    ///
    /// - Throws: `DecodingError` with the path and the value of an unknown setting, or of one with the wrong type.
    public init(from decoder: any Decoder) throws {
        var reader = try SettingsReader(decoder)
        self = try ToolRetryOverride(&reader)
        try reader.finish()
    }

    /// Encodes the settings that are not `nil`.
    public func encode(to encoder: any Encoder) throws {
        var writer = SettingsWriter(encoder)
        try writer.write("max_retries", maxRetries)
        try writer.write("backoff_base_ms", backoffBaseMilliseconds)
        try writer.write("max_backoff_ms", maxBackoffMilliseconds)
        try writer.write("retry_on_status", retryOnStatus)
        try writer.write("jitter", jitter)
        try writer.write("check_text_content", checksTextContent)
    }

    fileprivate init(_ reader: inout SettingsReader) throws {
        self.init(
            maxRetries: try reader.value("max_retries"), backoffBaseMilliseconds: try reader.value("backoff_base_ms"),
            maxBackoffMilliseconds: try reader.value("max_backoff_ms"),
            retryOnStatus: try reader.value("retry_on_status"), jitter: try reader.value("jitter"),
            checksTextContent: try reader.value("check_text_content"))
    }

    fileprivate init(_ policy: ToolRetryPolicy) {
        self.init(
            maxRetries: policy.maxRetries, backoffBaseMilliseconds: policy.backoffBaseMilliseconds,
            maxBackoffMilliseconds: policy.maxBackoffMilliseconds, retryOnStatus: policy.retryOnStatus,
            jitter: policy.jitter, checksTextContent: policy.checksTextContent)
    }
}
