/// Reads the settings of one object from outside: strictly, and with errors that name the path and the value.
///
/// A key that nobody asked for is an error, so that a misspelt setting is not silently left out. `null` counts as
/// absent.
struct SettingsReader {
    private let container: KeyedDecodingContainer<Key>
    private var known: Set<String> = []

    struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(_ decoder: any Decoder) throws {
        container = try decoder.container(keyedBy: Key.self)
    }

    /// The value of a setting, or `nil` if it is absent.
    mutating func value<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value? {
        known.insert(name)
        return try container.decodeIfPresent(type, forKey: Key(stringValue: name))
    }

    /// A duration, under its own name as text or as a number of seconds, or as a number under `name_s` or `name_ms`.
    mutating func duration(_ name: String) throws -> Duration? {
        var found: Duration?
        for (suffix, unit) in [("", 1e9), ("_s", 1e9), ("_ms", 1e6)] {
            let key = Key(stringValue: name + suffix)
            known.insert(key.stringValue)
            guard container.contains(key), try !container.decodeNil(forKey: key) else { continue }
            if found != nil { throw error(key, "\(name) is given twice, in two units") }
            found = try duration(key, unit: unit, allowsText: suffix.isEmpty)
        }
        return found
    }

    private func duration(_ key: Key, unit: Double, allowsText: Bool) throws -> Duration {
        if allowsText, let text = try? container.decode(String.self, forKey: key) {
            if let duration = Duration(text: text) { return duration }
            throw error(key, "\(key.stringValue) is \"\(text)\": it must be a duration such as 200ms, 1.5s or 2m")
        }
        let number = try container.decode(Double.self, forKey: key)
        let nanoseconds = (number * unit).rounded()
        guard nanoseconds >= 0, nanoseconds < 0x1p63 else {
            throw error(key, "\(key.stringValue) is \(number): it must be from 0 to 292 years")
        }
        return .nanoseconds(Int64(nanoseconds))
    }

    /// Throws if there is a setting that nobody asked for.
    func finish() throws {
        for key in container.allKeys where !known.contains(key.stringValue) {
            let names = known.filter { !$0.hasSuffix("_s") && !$0.hasSuffix("_ms") }.sorted().joined(separator: ", ")
            throw error(key, "There is no setting \(key.stringValue) here; known are \(names)")
        }
    }

    /// The error of a setting, with its path.
    func error(_ key: Key, _ description: String) -> DecodingError {
        .dataCorrupted(
            DecodingError.Context(codingPath: container.codingPath + [key], debugDescription: description))
    }

    /// The value that `body` makes; what the settings' own check throws becomes an error with the path.
    func checked<Value>(_ body: () throws(PolicyError) -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            let path = error.setting.split(separator: ".").map { Key(stringValue: String($0)) }
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: container.codingPath + path, debugDescription: error.description,
                    underlyingError: error))
        }
    }
}
