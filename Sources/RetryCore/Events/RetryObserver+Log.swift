/// How important a line of a log is.
public enum LogLevel: String, Sendable, Hashable, CaseIterable, Comparable {
    /// For those who look for a fault: each attempt, each success at the first try.
    case debug
    /// Worth knowing: a success after retries, a cancellation.
    case info
    /// A retry.
    case warning
    /// A call that was given up.
    case error

    /// Orders levels from debug to error.
    public static func < (one: LogLevel, other: LogLevel) -> Bool {
        one.rank < other.rank
    }

    private var rank: Int { LogLevel.allCases.firstIndex(of: self) ?? 0 }
}

extension RetryObserver {
    /// Writes one line of text per event to any sink.
    ///
    /// ```swift
    /// let log = RetryObserver.log { level, line in print(level, line) }
    /// // warning retry operation=users attempt=1 class=server_error error=HTTPError delay=0.25s elapsed=0.031s
    /// ```
    ///
    /// Attempts are told at debug, retries at warning, calls given up at error.
    ///
    /// - Parameters:
    ///   - level: Events below it are left out.
    ///   - includesMessages: Whether lines carry the texts of errors. They can hold secrets: off unless asked for.
    ///   - sink: Takes the lines, which hold no line breaks.
    /// - Returns: The observer.
    public static func log(
        from level: LogLevel = .debug, includesMessages: Bool = false,
        to sink: @escaping @Sendable (LogLevel, String) -> Void
    ) -> RetryObserver {
        RetryObserver(includesMessages: includesMessages) { event in
            if event.logLevel >= level { sink(event.logLevel, event.logLine) }
        }
    }
}

extension RetryEvent {
    /// How important this event is.
    public var logLevel: LogLevel {
        switch kind {
        case .attempt: .debug
        case .retry: .warning
        case .stop(.succeeded): attempt == 1 ? .debug : .info
        case .stop(.cancelled): .info
        case .stop: .error
        }
    }

    /// This event as one line of text: its code, then what is known as `name=value`.
    public var logLine: String {
        var line = code
        func add(_ name: String, _ value: String?) {
            if let value { line += " \(name)=\(value.singleLine)" }
        }
        add("operation", operation)
        add("policy", policy.isEmpty ? nil : policy)
        add("attempt", String(attempt))
        add("class", errorClass?.id)
        add("error", errorType)
        add("delay", kind == .retry ? delay.text : nil)
        add("elapsed", elapsed.text)
        add("message", message.map { "\"\($0)\"" })
        return line
    }
}

extension String {
    /// The text with line breaks and other control characters made visible, so that no text can forge a log line.
    fileprivate var singleLine: String {
        guard unicodeScalars.contains(where: \.isControl) else { return self }
        return unicodeScalars.reduce(into: "") { text, scalar in
            text += scalar.isControl ? scalar.escaped(asASCII: true) : String(scalar)
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool {
        value < 0x20 || (0x7F...0x9F).contains(value) || value == 0x2028 || value == 0x2029
    }
}
