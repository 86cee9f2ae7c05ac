/// Writes the settings of one object, under the names that a ``SettingsReader`` reads.
struct SettingsWriter {
    private var container: KeyedEncodingContainer<SettingsReader.Key>

    init(_ encoder: any Encoder) {
        container = encoder.container(keyedBy: SettingsReader.Key.self)
    }

    /// Writes a setting, unless it is `nil`.
    mutating func write(_ name: String, _ value: (some Encodable)?) throws {
        try container.encodeIfPresent(value, forKey: SettingsReader.Key(stringValue: name))
    }
}

extension DecodingError {
    /// An error of a setting that no reader has at hand.
    static func setting(at path: [any CodingKey], _ description: String) -> DecodingError {
        .dataCorrupted(Context(codingPath: path, debugDescription: description))
    }
}

extension [any CodingKey] {
    func adding(_ name: String) -> [any CodingKey] {
        self + [SettingsReader.Key(stringValue: name)]
    }
}
