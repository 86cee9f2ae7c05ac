public import RetryCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension RetryPolicy {
    /// Reads a policy from JSON.
    ///
    /// The text is the name of a preset, such as `"api"`, or an object that refines one:
    ///
    /// ```json
    /// {
    ///     "preset": "api", "max_attempts": 6, "deadline": "30s",
    ///     "backoff": {"initial": "500ms", "factor": 2, "cap": "15s", "jitter": "full"},
    ///     "retry_limits": {"unknown": 1, "auth": "never"}
    /// }
    /// ```
    ///
    /// Nothing is guessed: an unknown key, a key that is given twice, a value of the wrong type or out of its range is an
    /// error that names the setting. `null` counts as absent.
    ///
    /// - Parameter json: The text in UTF-8, at most 1 MiB.
    /// - Throws: ``ConfigurationError``.
    public init(json: Data) throws {
        self = try ConfigurationText(data: json).decode(RetryPolicy.self)
    }

    /// Reads a policy from a file with JSON, as ``init(json:)`` does.
    ///
    /// ```swift
    /// let policy = try RetryPolicy(contentsOf: URL(filePath: "/etc/shop/retry.json"))
    /// ```
    ///
    /// - Parameter file: The URL of a file. One of more than 1 MiB is refused, and not read into memory.
    /// - Throws: ``ConfigurationError`` that names the file as well.
    public init(contentsOf file: URL) throws {
        self = try ConfigurationText(contentsOf: file).decode(RetryPolicy.self)
    }
}
