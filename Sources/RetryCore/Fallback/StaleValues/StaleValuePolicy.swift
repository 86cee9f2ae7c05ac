/// The settings of a holder of stale values: the age up to which a value is served, and their number.
public struct StaleValuePolicy: Sendable, Hashable {
    let maxAgeNanoseconds: Int64
    /// The most values that are held; the one stored the longest time ago is evicted first.
    public let capacity: Int

    /// The greatest age of a value that is served.
    public var maxAge: Duration { .nanoseconds(maxAgeNanoseconds) }

    /// Creates the settings; invalid ones trap.
    ///
    /// - Parameters:
    ///   - maxAge: The greatest age of a value that is served; above zero, and at most a year.
    ///   - capacity: The most values that are held, from 1 to 1,000,000.
    public init(maxAge: Duration, capacity: Int = 1_000) {
        self = checked { () throws(InvalidPolicyError) in
            try StaleValuePolicy(validating: maxAge, capacity: capacity)
        }
    }

    /// Creates the settings from values known only at run time.
    ///
    /// - Throws: ``InvalidPolicyError`` that names the first invalid setting.
    public init(validating maxAge: Duration, capacity: Int = 1_000) throws(InvalidPolicyError) {
        let year = Duration.seconds(365 * 86_400)
        try check("max_age", maxAge, maxAge > .zero && maxAge <= year, "must be above zero, and at most a year")
        try check("capacity", capacity, (1...1_000_000).contains(capacity), "must be from 1 to 1,000,000")
        (maxAgeNanoseconds, self.capacity) = (maxAge.saturatedNanoseconds, capacity)
    }
}

extension StaleValuePolicy: Codable {
    /// Decodes the settings: an object such as `{"max_age": "5m", "capacity": 1000}`, of which the capacity may be left
    /// out.
    ///
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    public init(from decoder: any Decoder) throws {
        var reader = try SettingsReader(decoder)
        guard let maxAge = try reader.duration("max_age") else { throw reader.missing("max_age") }
        let capacity = try reader.value("capacity", as: Int.self) ?? 1_000
        try reader.finish()
        self = try reader.checked { () throws(InvalidPolicyError) in
            try StaleValuePolicy(validating: maxAge, capacity: capacity)
        }
    }

    /// Encodes the settings.
    public func encode(to encoder: any Encoder) throws {
        var writer = SettingsWriter(encoder)
        try writer.write("max_age", maxAge.text)
        try writer.write("capacity", capacity)
    }
}

extension StaleValuePolicy: CustomStringConvertible, CustomDebugStringConvertible {
    /// The settings in words, such as `at most 5m old, up to 1000 values`.
    public var description: String { "at most \(maxAge.text) old, up to \(capacity.of("value"))" }

    /// All settings.
    public var debugDescription: String { fullDescription(of: self) }
}
