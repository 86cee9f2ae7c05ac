extension ErrorClass: Codable {
    /// Decodes a class from its name: a built-in one, or a custom one that the program has made before.
    ///
    /// Decoding never makes a class, so that a misspelt name is an error, and no untrusted data can fill the table of
    /// names. The classes that your code declares are made when they are first used: use them before you decode.
    ///
    /// ```swift
    /// extension ErrorClass {
    ///     static let warmingUp = ErrorClass("warming_up")
    /// }
    ///
    /// _ = ErrorClass.warmingUp                             // now "warming_up" is known
    /// ```
    ///
    /// - Throws: `DecodingError` with the path, the value and the most similar name, if the value is no text or no
    ///   class has that name.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        self = try ErrorClass(decoding: try container.decode(String.self), path: container.codingPath)
    }

    /// Creates the class with an untrusted name.
    init(decoding id: String, path: [any CodingKey]) throws {
        if let known = ErrorClass(known: id) {
            self = known
            return
        }
        let error = Self.unknown(id)
        throw DecodingError.dataCorrupted(
            DecodingError.Context(codingPath: path, debugDescription: error.description, underlyingError: error))
    }

    private static func unknown(_ id: String) -> InvalidPolicyError {
        if id.isEmpty {
            return InvalidPolicyError(setting: "error_class", value: "empty", requirement: "must have a name")
        }
        let names = builtIn.map(\.id).joined(separator: ", ")
        let guess =
            SimilarName.of(id, among: allNames.prefix(1_024)).map { "\($0.shortened), which is probably meant, or " }
            ?? ""
        return InvalidPolicyError(
            setting: "error_class", value: "\"\(id.shortened)\"",
            requirement:
                "must be \(guess)another class that is known: one of \(names), or one that the program has made "
                + "before, by ErrorClass(_:)")
    }

    /// Encodes the name of the class.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(id)
    }
}

/// An object whose keys are names of error classes.
struct ClassKeyed<Value: Decodable>: Decodable {
    var values: [ErrorClass: Value] = [:]

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: SettingsReader.Key.self)
        for key in container.allKeys {
            let errorClass = try ErrorClass(decoding: key.stringValue, path: container.codingPath + [key])
            values[errorClass] = try container.decode(Value.self, forKey: key)
        }
    }
}

extension SettingsWriter {
    /// Writes the values of classes, under the names of the classes.
    mutating func write(_ name: String, _ values: [ErrorClass: some Encodable]) throws {
        try write(name, Dictionary(uniqueKeysWithValues: values.map { ($0.key.id, $0.value) }))
    }
}
