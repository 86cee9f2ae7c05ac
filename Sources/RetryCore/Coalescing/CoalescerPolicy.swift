/// The settings of a coalescer of calls: its bound, and the callers that get the error of a run.
public struct CoalescerPolicy: Sendable, Hashable {
    /// The callers that get the error of a run that they share.
    public enum FailureSharing: String, Sendable, Hashable, CaseIterable, Codable {
        /// All callers that wait. The default.
        case shared
        /// The caller whose operation ran; each other caller makes its own call, which no other one joins.
        case ownCall = "own_call"
    }

    /// The most keys with a run at a time; a call for a further key runs by itself.
    public let maxKeys: Int
    /// The callers that get the error of a run.
    public let failures: FailureSharing

    /// Creates the settings of a coalescer; invalid ones trap.
    ///
    /// - Parameters:
    ///   - maxKeys: From 1 to 1,000,000.
    ///   - failures: The callers that get the error of a run.
    public init(maxKeys: Int = 10_000, failures: FailureSharing = .shared) {
        self = checked { () throws(InvalidPolicyError) in
            try CoalescerPolicy(validating: maxKeys, failures: failures)
        }
    }

    /// Creates the settings of a coalescer from values known only at run time.
    ///
    /// - Throws: ``InvalidPolicyError`` that names the invalid setting.
    public init(validating maxKeys: Int, failures: FailureSharing = .shared) throws(InvalidPolicyError) {
        try check("max_keys", maxKeys, (1...1_000_000).contains(maxKeys), "must be from 1 to 1,000,000")
        (self.maxKeys, self.failures) = (maxKeys, failures)
    }
}

extension CoalescerPolicy: Codable {
    /// Decodes the settings: an object such as `{"max_keys": 10000, "failures": "shared"}`, of which each may be left out.
    ///
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    public init(from decoder: any Decoder) throws {
        var reader = try SettingsReader(decoder)
        let maxKeys = try reader.value("max_keys", as: Int.self) ?? 10_000
        let failures = try reader.word("failures", as: FailureSharing.self) ?? .shared
        try reader.finish()
        self = try reader.checked { () throws(InvalidPolicyError) in
            try CoalescerPolicy(validating: maxKeys, failures: failures)
        }
    }

    /// Encodes the settings.
    public func encode(to encoder: any Encoder) throws {
        var writer = SettingsWriter(encoder)
        try writer.write("max_keys", maxKeys)
        try writer.write("failures", failures.rawValue)
    }
}

extension CoalescerPolicy: CustomStringConvertible, CustomDebugStringConvertible {
    /// The settings in words, such as `up to 10000 keys, failures shared`.
    public var description: String {
        "up to \(maxKeys.of("key")), \(failures == .shared ? "failures shared" : "own calls after failures")"
    }

    /// All settings.
    public var debugDescription: String { fullDescription(of: self) }
}
