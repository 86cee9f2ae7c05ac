extension EventObserver {
    /// Writes one line of text per event to any sink.
    ///
    /// ```swift
    /// let log = CircuitBreakerObserver.log { level, line in print(level, line) }
    /// // error circuit_open breaker=payments from=closed cause=consecutive_failures failures=5 break=1m
    /// ```
    ///
    /// - Parameters:
    ///   - level: The minimum level; events below it are left out.
    ///   - sink: The receiver of the lines, which hold no line breaks.
    /// - Returns: The observer.
    public static func log(
        from level: RetryLogLevel = .debug, to sink: @escaping @Sendable (RetryLogLevel, String) -> Void
    ) -> EventObserver {
        EventObserver { event in
            if event.logLevel >= level { sink(event.logLevel, event.logLine) }
        }
    }

    /// Logs each event with its fields as metadata, to a structured log.
    ///
    /// With swift-log:
    ///
    /// ```swift
    /// let log = RetryObserver.log { level, message, metadata in
    ///     let level = Logger.Level(rawValue: level.rawValue) ?? .info
    ///     logger.log(level: level, "\(message)", metadata: metadata.mapValues { "\($0)" })
    /// }
    /// ```
    ///
    /// The message is the event's code. The metadata's keys are those of ``EventField/key``; times are in seconds. A
    /// library does not decide what alarms an application: an event of a call is logged at `info` at most, a change of a
    /// breaker's or a budget's state at `warning` at most. Calls that a guard rejects are logged at `debug`.
    ///
    /// - Parameters:
    ///   - level: The minimum level; events below it are left out.
    ///   - sink: Receives the level, the message and the metadata.
    /// - Returns: The observer.
    public static func log(
        from level: RetryLogLevel = .debug,
        _ sink: @escaping @Sendable (RetryLogLevel, String, [String: String]) -> Void
    ) -> EventObserver {
        EventObserver { event in
            let own = min(event.logLevel, event.isOfOneCall ? .info : .warning)
            if own >= level { sink(own, event.code, event.metadata) }
        }
    }
}

extension EventObserver<RetryEvent> {
    /// Writes one line of text per event to any sink.
    ///
    /// ```swift
    /// let log = RetryObserver.log(includesMessages: true) { level, line in print(level, line) }
    /// // warning retry operation=users policy=api attempt=1 class=server_error error=HTTPError delay=97ms elapsed=31ms
    /// ```
    ///
    /// - Parameters:
    ///   - level: The minimum level; events below it are left out.
    ///   - includesMessages: Pass `true` for lines with the texts of errors. They can hold secrets: off by default.
    ///   - sink: The receiver of the lines, which hold no line breaks.
    /// - Returns: The observer.
    public static func log(
        from level: RetryLogLevel = .debug, includesMessages: Bool,
        to sink: @escaping @Sendable (RetryLogLevel, String) -> Void
    ) -> RetryObserver {
        RetryObserver(includesMessages: includesMessages) { event in
            if event.logLevel >= level { sink(event.logLevel, event.logLine) }
        }
    }
}

extension ObservedEvent {
    /// The fields for a structured log, times in seconds.
    fileprivate var metadata: [String: String] {
        Dictionary(fields.map { ($0.key, $0.value.plainText) }) { first, _ in first }
    }
}

extension EventField.Value {
    /// The value as programs read it: a time in seconds.
    fileprivate var plainText: String {
        if case .duration(let duration) = self { return duration.secondsText }
        return text
    }
}
