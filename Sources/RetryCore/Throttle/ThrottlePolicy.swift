/// The policy of an ``AdaptiveThrottle``: how many more calls are sent than the service accepts.
///
/// ```swift
/// let usual = ThrottlePolicy()                        // twice what the service accepts, over 30 seconds
/// let strict = ThrottlePolicy(multiplier: 1.1)
/// ```
///
/// The initializer traps on invalid settings; the throwing one and decoding throw instead.
public struct ThrottlePolicy: Sendable, Hashable {
    /// The calls that are sent for each one that the service accepts: 2 unless given.
    public let multiplier: Double
    let windowNanoseconds: Int64
    /// The greatest share of calls that is rejected: 0.9 unless given, so that a recovery is noticed.
    public let maxRejection: Double
    /// The calls per second below which none is rejected: 5 unless given.
    public let minimumRate: Double
    /// The classes of failures that say that the service has too much to do.
    public let overload: Set<ErrorClass>

    /// The time over which calls are counted: 30 seconds unless given.
    public var window: Duration { .nanoseconds(windowNanoseconds) }

    /// The classes that count unless given: rate limits, server errors, and transient failures.
    public static let usualOverload: Set<ErrorClass> = [.rateLimit, .serverError, .transient]

    /// Creates a policy.
    ///
    /// - Parameters:
    ///   - multiplier: The calls that are sent for each one that the service accepts; from 1 to 100. 2 finds a recovery
    ///     soon, 1.1 sends hardly more than the service bears.
    ///   - window: The time over which calls are counted; from a second to an hour.
    ///   - maxRejection: The greatest share of calls that is rejected; from 0 to 1.
    ///   - minimumRate: The calls per second below which none is rejected; 0 or more.
    ///   - overload: The classes of failures that count as not accepted. A call that a time limit ended, and a failure whose
    ///     service names a time to come back, always do.
    public init(
        multiplier: Double = 2, window: Duration = .seconds(30), maxRejection: Double = 0.9, minimumRate: Double = 5,
        overload: Set<ErrorClass> = usualOverload
    ) {
        self = checked { () throws(InvalidPolicyError) in
            try ThrottlePolicy(
                validatingMultiplier: multiplier, window: window, maxRejection: maxRejection, minimumRate: minimumRate,
                overload: overload)
        }
    }

    /// Creates a policy from values known only at run time.
    ///
    /// - Throws: ``InvalidPolicyError`` that names the first invalid setting.
    public init(
        validatingMultiplier multiplier: Double, window: Duration = .seconds(30), maxRejection: Double = 0.9,
        minimumRate: Double = 5, overload: Set<ErrorClass> = usualOverload
    ) throws(InvalidPolicyError) {
        (self.multiplier, windowNanoseconds) = (multiplier, window.saturatedNanoseconds)
        (self.maxRejection, self.minimumRate, self.overload) = (maxRejection, minimumRate, overload)
        try check("multiplier", multiplier, (1...100).contains(multiplier), "must be from 1 to 100")
        let isRightWindow = (1_000_000_000...3_600_000_000_000).contains(windowNanoseconds)
        try check("window", window, isRightWindow, "must be from a second to an hour")
        try check("max_rejection", maxRejection, (0...1).contains(maxRejection), "must be from 0 to 1")
        try check("minimum_rate", minimumRate, (0...1e9).contains(minimumRate), "must be from 0 to 1,000,000,000")
    }

    /// Returns what the result of a call says of the service; `nil` if it says nothing.
    package func accepts(_ result: AttemptResult) -> Bool? {
        switch result {
        case .success: true
        case .neutral: nil
        case .cutOff: false
        case .failure(let failure): result.throttling == nil && !overload.contains(failure.errorClass)
        }
    }
}

extension ThrottlePolicy: Codable {
    /// Decodes a policy: an object with its settings.
    ///
    /// ```json
    /// {"multiplier": 2, "window": "30s", "max_rejection": 0.9, "minimum_rate": 5, "overload": ["rate_limit"]}
    /// ```
    ///
    /// A setting that is left out is as in the initializer.
    ///
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    public init(from decoder: any Decoder) throws {
        var reader = try SettingsReader(decoder)
        let multiplier = try reader.value("multiplier", as: Double.self) ?? 2
        let window = try reader.duration("window") ?? .seconds(30)
        let maxRejection = try reader.value("max_rejection", as: Double.self) ?? 0.9
        let minimumRate = try reader.value("minimum_rate", as: Double.self) ?? 5
        let overload = try reader.value("overload", as: Set<ErrorClass>.self) ?? Self.usualOverload
        try reader.finish()
        self = try reader.checked { () throws(InvalidPolicyError) in
            try ThrottlePolicy(
                validatingMultiplier: multiplier, window: window, maxRejection: maxRejection, minimumRate: minimumRate,
                overload: overload)
        }
    }

    /// Encodes the settings.
    public func encode(to encoder: any Encoder) throws {
        var writer = SettingsWriter(encoder)
        try writer.write("multiplier", multiplier)
        try writer.write("window", window.text)
        try writer.write("max_rejection", maxRejection)
        try writer.write("minimum_rate", minimumRate)
        try writer.write("overload", overload.sorted { $0.id < $1.id })
    }
}
