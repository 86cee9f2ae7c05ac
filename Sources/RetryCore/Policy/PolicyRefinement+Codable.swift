// The names of a policy's settings in files are defined here alone.
extension PolicyRefinement {
    /// Reads the settings of a policy, and leaves the others to the caller.
    init(_ reader: inout SettingsReader) throws {
        maxAttempts = try reader.value("max_attempts")
        backoff = try reader.value("backoff")
        backoffs = try reader.value("backoffs", as: ClassKeyed<Backoff>.self)?.values ?? [:]
        limits = try reader.value("retry_limits", as: ClassKeyed<RetryLimit>.self)?.values ?? [:]
        deadline = try reader.duration("deadline")
        deadlineBehavior = try reader.word("deadline_behavior")
        attemptTimeout = try reader.duration("attempt_timeout")
        hints = try reader.value("hints")
        whenRejected = try reader.word("when_rejected")
        nested = try reader.word("nested")
        failsImmediately = try reader.value("fails_immediately")
        guarantee = try reader.word("guarantee")
    }

    /// Reads the settings of a section, besides those named in `others`, which the caller reads.
    ///
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    package init(from decoder: any Decoder, besides others: [String]) throws {
        var reader = try SettingsReader(decoder)
        try self.init(&reader)
        minWait = try reader.duration("min_wait")
        maxWait = try reader.duration("max_wait")
        for name in others { _ = try reader.value(name, as: Unread.self) }
        try reader.finish()
        try reader.checked { () throws(InvalidPolicyError) in try check() }
    }

    /// A setting that the caller reads.
    private struct Unread: Decodable {
        init(from decoder: any Decoder) {}
    }

    private func check() throws(InvalidPolicyError) {
        if let minWait, let maxWait {
            try RetryCore.check("min_wait", minWait, minWait <= maxWait, "must be at most max_wait, \(maxWait)")
        }
        if backoff != nil {
            try RetryCore.check(
                "backoff", "given", minWait == nil && maxWait == nil,
                "must be left out where min_wait or max_wait is given")
        }
        _ = try refine(.default)
    }
}

extension PolicyRefinement: Encodable {
    /// Creates a refinement that names every setting of a policy.
    init(all settings: PolicySettings) {
        let policy = RetryPolicy(settings)
        maxAttempts = settings.maxAttempts
        backoff = settings.backoff
        backoffs = Dictionary(uniqueKeysWithValues: settings.backoffs.entries.map { ($0.errorClass, $0.value) })
        limits = Dictionary(uniqueKeysWithValues: settings.limitsBesideStandard.map { ($0.errorClass, $0.value) })
        deadline = policy.deadline
        deadlineBehavior = settings.deadlineBehavior
        attemptTimeout = policy.attemptTimeout
        hints = settings.hints
        whenRejected = settings.whenRejected
        nested = settings.nested
        failsImmediately = settings.failsImmediately
        guarantee = settings.guarantee
    }

    /// Encodes the named settings.
    package func encode(to encoder: any Encoder) throws {
        var writer = SettingsWriter(encoder)
        try writer.write("max_attempts", maxAttempts)
        try writer.write("min_wait", minWait?.text)
        try writer.write("max_wait", maxWait?.text)
        try writer.write("backoff", backoff)
        if !backoffs.isEmpty { try writer.write("backoffs", backoffs) }
        if !limits.isEmpty { try writer.write("retry_limits", limits) }
        try writer.write("deadline", deadline?.text)
        try writer.write("deadline_behavior", deadlineBehavior)
        try writer.write("attempt_timeout", attemptTimeout?.text)
        try writer.write("hints", hints)
        try writer.write("when_rejected", whenRejected)
        try writer.write("nested", nested)
        try writer.write("fails_immediately", failsImmediately)
        try writer.write("guarantee", guarantee)
    }
}

extension PolicySettings {
    /// The limits, and the classes without a limit that have one in a policy without settings.
    fileprivate var limitsBesideStandard: [(errorClass: ErrorClass, value: RetryLimit)] {
        let lifted = ClassTable<RetryLimit>.standard.entries.filter { limits[$0.errorClass] == nil }
        return limits.entries + lifted.map { (errorClass: $0.errorClass, value: .unlimited) }
    }
}
