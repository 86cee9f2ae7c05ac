/// What a section of a configuration changes of a policy: only what it names.
///
/// The settings are those of a policy in a file, and the `min_wait` and `max_wait` of Bindu.
package struct PolicyRefinement: Sendable, Hashable {
    package var maxAttempts: Int?
    package var minWait: Duration?
    package var maxWait: Duration?
    package var backoff: Backoff?
    package var backoffs: [ErrorClass: Backoff] = [:]
    package var limits: [ErrorClass: RetryLimit] = [:]
    package var deadline: Duration?
    package var deadlineBehavior: DeadlineBehavior?
    package var attemptTimeout: Duration?
    package var hints: HintRule?
    package var openCircuit: OpenCircuitBehavior?
    package var failsImmediately: Bool?
    package var guarantee: ExecutionGuarantee?

    /// Reads the settings of an object; those named in `others` are somebody else's.
    ///
    /// - Throws: `DecodingError` with the path and the value of a setting that makes no sense, or that is not known.
    package init(from decoder: any Decoder, besides others: [String]) throws {
        var reader = try SettingsReader(decoder)
        maxAttempts = try reader.value("max_attempts")
        minWait = try reader.duration("min_wait")
        maxWait = try reader.duration("max_wait")
        backoff = try reader.value("backoff")
        backoffs = try Self.byClass(reader.value("backoffs"), "backoffs", reader)
        limits = try Self.byClass(reader.value("retry_limits"), "retry_limits", reader)
        deadline = try reader.duration("deadline")
        deadlineBehavior = try reader.value("deadline_behavior")
        attemptTimeout = try reader.duration("attempt_timeout")
        hints = try reader.value("hints")
        openCircuit = try reader.value("open_circuit")
        failsImmediately = try reader.value("fails_immediately")
        guarantee = try reader.value("guarantee")
        for name in others { _ = try reader.value(name, as: Unread.self) }
        try reader.finish()
        try reader.checked { () throws(PolicyError) in try check() }
    }

    /// Whether this names nothing.
    package var isEmpty: Bool {
        maxAttempts == nil && minWait == nil && maxWait == nil && backoff == nil && backoffs.isEmpty && limits.isEmpty
            && deadline == nil && deadlineBehavior == nil && attemptTimeout == nil && hints == nil
            && openCircuit == nil && failsImmediately == nil && guarantee == nil
    }

    /// A setting that somebody else reads.
    private struct Unread: Decodable {
        init(from decoder: any Decoder) {}
    }

    private static func byClass<Value>(
        _ values: [String: Value]?, _ name: String, _ reader: SettingsReader
    ) throws -> [ErrorClass: Value] {
        var result: [ErrorClass: Value] = [:]
        for (id, value) in values ?? [:] {
            let errorClass = try reader.checked(inside: name) { () throws(PolicyError) in
                try ErrorClass(validating: id)
            }
            result[errorClass] = value
        }
        return result
    }

    private func check() throws(PolicyError) {
        if let minWait, let maxWait {
            try RetryCore.check("min_wait", minWait, minWait <= maxWait, "must be at most max_wait, \(maxWait)")
        }
        if backoff != nil {
            try RetryCore.check(
                "backoff", "given", minWait == nil && maxWait == nil,
                "must be left out where min_wait or max_wait is given")
        }
        for (errorClass, limit) in limits {
            guard case .retries(let count) = limit else { continue }
            try RetryCore.check("retry_limits.\(errorClass)", count, count >= 0, "must not be negative")
        }
        _ = try refine(.default)
    }

    /// The policy `base` with what this names changed.
    package func applied(to base: RetryPolicy) -> RetryPolicy {
        checked { () throws(PolicyError) in try refine(base) }
    }

    private func refine(_ base: RetryPolicy) throws(PolicyError) -> RetryPolicy {
        var settings = base.settings
        settings.maxAttempts = maxAttempts ?? settings.maxAttempts
        settings.backoff = backoff ?? windowed(settings.backoff)
        for (errorClass, backoff) in backoffs { settings.backoffs[errorClass] = backoff }
        for (errorClass, limit) in limits { settings.limits[errorClass] = limit == .unlimited ? nil : limit }
        settings.deadline = deadline?.saturatedNanoseconds ?? settings.deadline
        settings.deadlineBehavior = deadlineBehavior ?? settings.deadlineBehavior
        settings.attemptTimeout = attemptTimeout?.saturatedNanoseconds ?? settings.attemptTimeout
        settings.hints = hints ?? settings.hints
        settings.openCircuit = openCircuit ?? settings.openCircuit
        settings.failsImmediately = failsImmediately ?? settings.failsImmediately
        settings.guarantee = guarantee ?? settings.guarantee
        return RetryPolicy(try settings.validated())
    }

    /// The waits with the window that this names; of two that exclude each other the one named here counts.
    private func windowed(_ backoff: Backoff) -> Backoff {
        guard minWait != nil || maxWait != nil else { return backoff }
        let shortest = minWait ?? min(backoff.shortestWait, maxWait ?? .longest)
        let longest = maxWait ?? max(backoff.cap, shortest)
        return .window(from: shortest, to: longest)
    }
}

extension Backoff {
    /// Bindu's waits: one second doubling up to `longest`, each drawn from `shortest` on.
    package static func window(from shortest: Duration, to longest: Duration) -> Backoff {
        .exponential(initial: min(.seconds(1), longest), cap: longest, jitter: .floor(shortest))
    }

    /// The wait that no draw of Bindu's jitter falls below; zero for others.
    fileprivate var shortestWait: Duration {
        jitter.kind == .floor ? .nanoseconds(jitter.nanoseconds) : .zero
    }
}

extension PolicyRefinement: Encodable {
    private enum CodingKeys: String, CodingKey {
        case backoff, backoffs, deadline, hints, guarantee
        case maxAttempts = "max_attempts"
        case minWait = "min_wait"
        case maxWait = "max_wait"
        case retryLimits = "retry_limits"
        case deadlineBehavior = "deadline_behavior"
        case attemptTimeout = "attempt_timeout"
        case openCircuit = "open_circuit"
        case failsImmediately = "fails_immediately"
    }

    /// Encodes what this names.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(maxAttempts, forKey: .maxAttempts)
        try container.encodeIfPresent(minWait?.text, forKey: .minWait)
        try container.encodeIfPresent(maxWait?.text, forKey: .maxWait)
        try container.encodeIfPresent(backoff, forKey: .backoff)
        if !backoffs.isEmpty { try container.encode(Self.byName(backoffs), forKey: .backoffs) }
        if !limits.isEmpty { try container.encode(Self.byName(limits), forKey: .retryLimits) }
        try container.encodeIfPresent(deadline?.text, forKey: .deadline)
        try container.encodeIfPresent(deadlineBehavior, forKey: .deadlineBehavior)
        try container.encodeIfPresent(attemptTimeout?.text, forKey: .attemptTimeout)
        try container.encodeIfPresent(hints, forKey: .hints)
        try container.encodeIfPresent(openCircuit, forKey: .openCircuit)
        try container.encodeIfPresent(failsImmediately, forKey: .failsImmediately)
        try container.encodeIfPresent(guarantee, forKey: .guarantee)
    }

    private static func byName<Value>(_ values: [ErrorClass: Value]) -> [String: Value] {
        Dictionary(uniqueKeysWithValues: values.map { ($0.key.id, $0.value) })
    }
}
