extension CircuitBreakerObserver {
    /// Writes one line of text per event to any sink.
    ///
    /// ```swift
    /// let log = CircuitBreakerObserver.log { level, line in print(level, line) }
    /// // error circuit_open breaker=payments from=closed cause=consecutive_failures failures=5 break=1m
    /// ```
    ///
    /// An open circuit has the level error, lost events and manual changes warning, all else info.
    ///
    /// - Parameters:
    ///   - level: The minimum level; events below it are left out.
    ///   - sink: The receiver of the lines, which hold no line breaks.
    /// - Returns: The observer.
    public static func log(
        from level: LogLevel = .debug, to sink: @escaping @Sendable (LogLevel, String) -> Void
    ) -> CircuitBreakerObserver {
        CircuitBreakerObserver { event in
            if event.logLevel >= level { sink(event.logLevel, event.logLine) }
        }
    }
}

extension CircuitBreakerEvent {
    /// The level of this event.
    public var logLevel: LogLevel {
        switch change?.to {
        case .open: .error
        case .closed, .halfOpen: .info
        case .isolated, .forcedOpen, .forcedClosed, .disabled, nil: .warning
        }
    }

    /// This event as one line of text: its code, then its fields as `name=value`.
    public var logLine: String {
        var line = "\(code) breaker=\(breaker.logValue)"
        guard let change else { return line + " lost=\(lost)" }
        line += " from=\(change.from.rawValue) cause=\(change.cause)"
        if change.to == .open { line += " failures=\(consecutiveFailures)" }
        if let time = change.breakDuration { line += " break=\(time.text)" }
        return line
    }
}
