extension Backoff: Codable {
    /// Decodes a backoff such as `{"family": "exponential", "initial": "250ms", "cap": "15s", "jitter": "full"}`.
    ///
    /// The family is `exponential` unless it is named; what is left out is as in the function of that name.
    ///
    /// - Throws: `DecodingError` with the path and the value of a setting that makes no sense, or that is not known.
    public init(from decoder: any Decoder) throws {
        var settings = try SettingsReader(decoder)
        let name = try settings.value("family", as: String.self) ?? Family.exponential.rawValue
        guard let family = Family(rawValue: name), family != .custom else {
            let names = Family.allCases.filter { $0 != .custom }.map(\.rawValue).joined(separator: ", ")
            throw settings.error(.init(stringValue: "family"), "family is \"\(name)\": it must be one of \(names)")
        }
        let list = family == .list ? try settings.value("delays", as: DurationList.self)?.durations ?? [] : []
        let initial = family == .list ? nil : try settings.duration("initial")
        let increment = family == .linear ? try settings.duration("increment") : nil
        let factor = family == .exponential ? try settings.value("factor", as: Double.self) : nil
        let isFlat = family == .constant || family == .list
        let cap = try settings.duration("cap") ?? (isFlat ? initial ?? list.max() ?? .zero : .seconds(20))
        let jitter = try settings.value("jitter", as: Jitter.self) ?? (isFlat ? .none : .full)
        try settings.finish()
        let first = initial ?? .milliseconds(100)
        self = try settings.checked { () throws(PolicyError) in
            try Self.make(
                family, initial: first, increment: increment ?? first, factor: factor ?? 2, cap: cap, jitter: jitter,
                list: list)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case family, initial, increment, factor, delays, cap, jitter
    }

    /// Encodes the settings of the backoff.
    ///
    /// - Throws: `EncodingError` for a custom backoff: a closure cannot be written down.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        if family == .custom {
            throw EncodingError.invalidValue(
                self,
                EncodingError.Context(
                    codingPath: encoder.codingPath,
                    debugDescription: "The custom backoff \"\(extra?.name ?? "")\" is a closure, which cannot be "
                        + "encoded. Encode the policy with another backoff, and set this one after decoding."))
        }
        try container.encode(family.rawValue, forKey: .family)
        if family == .list {
            try container.encode((extra?.list ?? []).map { Duration.nanoseconds($0).text }, forKey: .delays)
        } else {
            try container.encode(initial.text, forKey: .initial)
        }
        if family == .linear {
            try container.encode(Duration.nanoseconds(incrementNanoseconds).text, forKey: .increment)
        }
        if family == .exponential { try container.encode(factor, forKey: .factor) }
        try container.encode(cap.text, forKey: .cap)
        try container.encode(jitter, forKey: .jitter)
    }
}

extension Jitter: Codable {
    /// Decodes a jitter: `"full"`, or `{"kind": "proportional", "fraction": 0.5}`.
    ///
    /// - Throws: `DecodingError` with the path and the value of a setting that makes no sense, or that is not known.
    public init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            do {
                self = try Jitter(validating: name)
            } catch {
                throw DecodingError.dataCorrupted(
                    DecodingError.Context(
                        codingPath: decoder.codingPath, debugDescription: error.description, underlyingError: error))
            }
            return
        }
        var settings = try SettingsReader(decoder)
        let kind = try settings.value("kind", as: String.self) ?? ""
        let fraction = try settings.value("fraction", as: Double.self)
        let amount = try settings.duration("amount")
        try settings.finish()
        self = try settings.checked { () throws(PolicyError) in
            try Jitter(validating: kind, fraction: fraction ?? 0, amount: amount ?? .zero)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case kind, fraction, amount
    }

    /// Encodes the name, or the name with its amount.
    public func encode(to encoder: any Encoder) throws {
        switch kind {
        case .none, .full, .equal, .decorrelated:
            var container = encoder.singleValueContainer()
            try container.encode(kind.rawValue)
        case .proportional:
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(kind.rawValue, forKey: .kind)
            try container.encode(fraction, forKey: .fraction)
        case .floor, .additive:
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(kind.rawValue, forKey: .kind)
            try container.encode(Duration.nanoseconds(nanoseconds).text, forKey: .amount)
        }
    }
}

/// Durations as text or as numbers of seconds.
struct DurationList: Decodable {
    let durations: [Duration]

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        var durations: [Duration] = []
        while !container.isAtEnd {
            let path = container.codingPath
            if let text = try? container.decode(String.self) {
                guard let duration = Duration(text: text) else { throw Self.error(path, "\"\(text)\"") }
                durations.append(duration)
            } else {
                let seconds = try container.decode(Double.self)
                guard seconds >= 0, seconds * 1e9 < 0x1p63 else { throw Self.error(path, "\(seconds)") }
                durations.append(.nanoseconds(Int64((seconds * 1e9).rounded())))
            }
        }
        self.durations = durations
    }

    private static func error(_ path: [any CodingKey], _ value: String) -> DecodingError {
        .dataCorrupted(
            DecodingError.Context(
                codingPath: path, debugDescription: "A delay is \(value): it must be such as 200ms, 1.5s or 2m"))
    }
}
