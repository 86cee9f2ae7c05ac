extension Backoff: Codable {
    /// Decodes a backoff such as `{"family": "exponential", "initial": "250ms", "cap": "15s", "jitter": "full"}`.
    ///
    /// The family is `exponential` unless it is named; the defaults are those of the function of that name.
    ///
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    public init(from decoder: any Decoder) throws {
        var settings = try SettingsReader(decoder)
        let name = try settings.value("family", as: String.self) ?? Family.exponential.rawValue
        guard let family = Family(rawValue: name), family != .custom else {
            let names = Family.allCases.filter { $0 != .custom }.map(\.rawValue).joined(separator: ", ")
            throw settings.error(
                .init(stringValue: "family"), "family is \"\(name.shortened)\": it must be one of \(names)")
        }
        let list = family == .list ? try settings.value("delays", as: DurationList.self)?.durations ?? [] : []
        let initial = family == .list ? nil : try settings.duration("initial")
        let increment = family == .linear ? try settings.duration("increment") : nil
        let factor = family == .exponential ? try settings.value("factor", as: Double.self) : nil
        let first = initial ?? .milliseconds(100)
        let isFlat = family == .constant || family == .list
        let longest = family == .list ? list.max() ?? .zero : first
        let cap = try settings.duration("cap") ?? (isFlat ? longest : .seconds(20))
        let jitter = try settings.value("jitter", as: Jitter.self) ?? (isFlat ? .none : .full)
        try settings.finish()
        self = try settings.checked { () throws(InvalidPolicyError) in
            try Self.make(
                family, initial: first, increment: increment ?? first, factor: factor ?? 2, cap: cap, jitter: jitter,
                list: list)
        }
    }

    /// Encodes the settings of the backoff.
    ///
    /// - Throws: `EncodingError` for a custom backoff: a closure cannot be encoded.
    public func encode(to encoder: any Encoder) throws {
        var writer = SettingsWriter(encoder)
        if family == .custom {
            throw EncodingError.invalidValue(
                self,
                EncodingError.Context(
                    codingPath: encoder.codingPath,
                    debugDescription: "The custom backoff \"\(extra?.name ?? "")\" is a closure, which cannot be "
                        + "encoded. Encode the policy with another backoff, and set this one after decoding."))
        }
        try writer.write("family", family.rawValue)
        if family == .list {
            try writer.write("delays", (extra?.list ?? []).map { Duration.nanoseconds($0).text })
        } else {
            try writer.write("initial", initial.text)
        }
        if family == .linear {
            try writer.write("increment", Duration.nanoseconds(incrementNanoseconds).text)
        }
        if family == .exponential { try writer.write("factor", factor) }
        try writer.write("cap", cap.text)
        try writer.write("jitter", jitter)
    }
}

extension Jitter: Codable {
    /// Decodes a jitter: `"full"`, or `{"kind": "proportional", "fraction": 0.5}`.
    ///
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    public init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            self = try Self.named(name, path: decoder.codingPath)
            return
        }
        var settings = try SettingsReader(decoder)
        let name = try settings.required("kind", as: String.self)
        guard let kind = Kind(rawValue: name) else {
            throw settings.error(
                .init(stringValue: "kind"), "kind is \"\(name.shortened)\": it must be one of \(Kind.names)")
        }
        let fraction = kind.takesFraction ? try settings.required("fraction", as: Double.self) : 0
        let amount = kind.takesAmount ? try settings.duration("amount") : .zero
        try settings.finish()
        guard let amount else { throw settings.missing("amount") }
        self = try settings.checked(inside: "jitter") { () throws(InvalidPolicyError) in
            try Jitter(validating: name, fraction: fraction, amount: amount)
        }
    }

    /// A jitter without an amount, given by its name alone.
    private static func named(_ name: String, path: [any CodingKey]) throws -> Jitter {
        guard let kind = Kind(rawValue: name), !kind.takesFraction, !kind.takesAmount else {
            throw DecodingError.setting(
                at: path,
                "jitter is \"\(name.shortened)\": it must be one of \(Kind.names), with "
                    + "proportional as {\"kind\": \"proportional\", \"fraction\": 0.5}, floor and additive as "
                    + "{\"kind\": \"floor\", \"amount\": \"1s\"}")
        }
        return Jitter(kind: kind)
    }

    /// Encodes the name, or the name with its amount.
    public func encode(to encoder: any Encoder) throws {
        switch kind {
        case .none, .full, .equal, .decorrelated:
            var container = encoder.singleValueContainer()
            try container.encode(kind.rawValue)
        case .proportional:
            var writer = SettingsWriter(encoder)
            try writer.write("kind", kind.rawValue)
            try writer.write("fraction", fraction)
        case .floor, .additive:
            var writer = SettingsWriter(encoder)
            try writer.write("kind", kind.rawValue)
            try writer.write("amount", Duration.nanoseconds(nanoseconds).text)
        }
    }
}

/// A list of durations, as text or as numbers of seconds.
struct DurationList: Decodable {
    let durations: [Duration]

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        var durations: [Duration] = []
        while !container.isAtEnd { durations.append(try Self.next(&container)) }
        self.durations = durations
    }

    private static func next(_ container: inout any UnkeyedDecodingContainer) throws -> Duration {
        let key = SettingsReader.Key(index: container.currentIndex)
        var value = "neither a text nor a number that fits"
        if let text = try? container.decode(String.self) {
            if let duration = SettingsReader.duration(text) { return duration }
            value = "\"\(text.shortened)\""
        } else if let seconds = try? container.decode(Double.self) {
            if let duration = SettingsReader.duration(seconds, unit: 1e9) { return duration }
            value = "\(seconds)"
        }
        throw DecodingError.setting(
            at: container.codingPath + [key], "A delay is \(value): it must be \(SettingsReader.durations)")
    }
}
