/// Reads the settings of one object from untrusted input: strictly, and with errors that name the path and the value.
///
/// A key that is not read is an error, so that a misspelt setting is not silently ignored. `null` counts as absent.
package struct SettingsReader {
    private let container: KeyedDecodingContainer<Key>
    private var known: Set<String> = []

    /// Any key.
    package struct Key: CodingKey {
        package let stringValue: String
        package var intValue: Int? { nil }

        package init(stringValue: String) { self.stringValue = stringValue }
        init(index: Int) { stringValue = "Index \(index)" }
        package init?(intValue: Int) { nil }
    }

    init(_ decoder: any Decoder) throws {
        container = try decoder.container(keyedBy: Key.self)
    }

    /// Returns the value of a setting, or `nil` if it is absent.
    mutating func value<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value? {
        known.insert(name)
        let key = Key(stringValue: name)
        return try located(key) { try container.decodeIfPresent(type, forKey: key) }
    }

    /// Returns the value of a required setting.
    mutating func required<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
        guard let value = try value(name, as: type) else { throw missing(name) }
        return value
    }

    /// Returns the value of a setting with a fixed set of words, or `nil` if it is absent.
    mutating func word<Word>(_ name: String, as type: Word.Type = Word.self) throws -> Word?
    where Word: RawRepresentable & CaseIterable, Word.RawValue == String {
        guard let text = try value(name, as: String.self) else { return nil }
        if let word = Word(rawValue: text) { return word }
        let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
        throw error(Key(stringValue: name), "\(name) is \"\(text.shortened)\": it must be one of \(words)")
    }

    /// Returns a duration, under its own name as text or as a number of seconds, or as a number under `name_s` or
    /// `name_ms`.
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
            if let duration = Self.duration(text) { return duration }
            throw error(key, "\(key.stringValue) is \"\(text.shortened)\": it must be \(Self.durations)")
        }
        let number = try located(key) { try container.decode(Double.self, forKey: key) }
        if let duration = Self.duration(number, unit: unit) { return duration }
        throw error(key, "\(key.stringValue) is \(number): it must be from 0 to 292 years")
    }

    /// The requirement for a duration.
    static let durations = "a duration such as 200ms, 1.5s or 2m, of whole nanoseconds, up to 292 years"

    /// Returns the duration that a text denotes, or `nil` if it is none, too fine, or too long.
    static func duration(_ text: String) -> Duration? {
        guard let duration = Duration(text: text), duration <= .longest else { return nil }
        // Settings hold nanoseconds: a finer part would be cut off silently.
        return duration == .nanoseconds(duration.saturatedNanoseconds) ? duration : nil
    }

    /// Returns a number of units of so many nanoseconds, or `nil` if that is no duration, or too long.
    static func duration(_ number: Double, unit: Double) -> Duration? {
        let nanoseconds = (number * unit).rounded()
        return number >= 0 && nanoseconds < 0x1p63 ? .nanoseconds(Int64(nanoseconds)) : nil
    }

    /// Throws if there is a setting that was not read.
    func finish() throws {
        for key in container.allKeys where !known.contains(key.stringValue) {
            let names = known.filter { !$0.hasSuffix("_s") && !$0.hasSuffix("_ms") }.sorted().joined(separator: ", ")
            throw error(key, "There is no setting \(key.stringValue.shortened) here; known are \(names)")
        }
    }

    /// Returns the error of a setting, with its path.
    func error(_ key: Key, _ description: String) -> DecodingError {
        .dataCorrupted(
            DecodingError.Context(codingPath: container.codingPath + [key], debugDescription: description))
    }

    /// Returns the error of a required setting that is absent.
    func missing(_ name: String) -> DecodingError {
        error(Key(stringValue: name), "\(name) is missing")
    }

    /// Returns the value that `body` makes; an error of the settings' own check becomes an error with the path.
    ///
    /// If the object is itself the value of a setting that the check names, that is `name`, and the path has it once.
    func checked<Value>(inside name: String? = nil, _ body: () throws(InvalidPolicyError) -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            var path = error.setting.split(separator: ".").map { Key(stringValue: String($0)) }
            if path.first?.stringValue == name { path.removeFirst() }
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: container.codingPath + path, debugDescription: error.description,
                    underlyingError: error))
        }
    }

    /// Returns the value that `body` decodes, and adds a path to every error of it.
    ///
    /// If a number does not fit, Foundation throws an error of its own that has none.
    private func located<Value>(_ key: Key, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let known as DecodingError {
            throw known
        } catch {
            let number = (try? container.decode(Double.self, forKey: key)).map { "\($0)" } ?? "out of range"
            throw self.error(key, "\(key.stringValue) is \(number): it must be a number that fits")
        }
    }
}
