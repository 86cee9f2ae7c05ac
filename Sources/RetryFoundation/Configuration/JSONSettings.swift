public import RetryCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Settings that are read from JSON, strictly: a policy, or a configuration.
///
/// Nothing is guessed: an unknown key, a key that is given twice, a value of the wrong type or out of its range is an
/// error that names the setting. `null` counts as absent.
public protocol JSONSettings: Decodable {}

extension JSONSettings {
    /// Reads the settings from JSON.
    ///
    /// - Parameter json: The text in UTF-8, at most 1 MiB.
    /// - Throws: ``RetryConfigurationError``.
    public init(json: Data) throws {
        self = try ConfigurationText(data: json).decode(Self.self)
    }

    /// Reads the settings from a file with JSON, as ``init(json:)`` does.
    ///
    /// ```swift
    /// let policy = try RetryPolicy(contentsOf: URL(filePath: "/etc/shop/retry.json"))
    /// ```
    ///
    /// - Parameter file: The URL of a file. One of more than 1 MiB is refused, and not read into memory.
    /// - Throws: ``RetryConfigurationError`` that names the file as well.
    public init(contentsOf file: URL) throws {
        self = try ConfigurationText(contentsOf: file).decode(Self.self)
    }
}

/// A policy is the name of a preset, such as `"api"`, or an object that refines one.
extension RetryPolicy: JSONSettings {}

/// A configuration is the whole of a file with a member `retry_policy`; other members are not read.
extension RetryConfiguration: JSONSettings {}

extension ToolRetryConfiguration: JSONSettings {}
