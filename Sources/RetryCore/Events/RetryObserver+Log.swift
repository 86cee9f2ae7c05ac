/// The severity of a line of a log.
public enum LogLevel: String, Sendable, Hashable, CaseIterable, Comparable {
    /// Details for debugging: each attempt, each success at the first try.
    case debug
    /// A notable event: a success after retries, a cancellation.
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
    /// // warning retry operation=users policy=api attempt=1 class=server_error error=HTTPError delay=97ms elapsed=31ms
    /// ```
    ///
    /// Attempts are logged at debug, retries at warning, calls given up at error.
    ///
    /// - Parameters:
    ///   - level: The minimum level; events below it are left out.
    ///   - includesMessages: Pass `true` for lines with the texts of errors. They can hold secrets: off by default.
    ///   - sink: The receiver of the lines, which hold no line breaks.
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
    /// The severity of this event.
    public var logLevel: LogLevel {
        switch kind {
        case .attempt: .debug
        case .retry, .circuitWait: .warning
        case .stop(.succeeded): attempt == 1 ? .debug : .info
        case .stop(.replayed): .debug
        case .stop(.cancelled), .stop(.inProgress): .info
        default: .error
        }
    }

    /// This event as one line of text: its code, then its fields as `name=value`.
    ///
    /// A value with characters other than letters and signs is in quotes, with backslashes before special characters,
    /// so that no text of an error can forge a field or a line.
    public var logLine: String {
        var line = code
        func add(_ name: String, _ value: String?) {
            if let value { line += " \(name)=\(value.logValue)" }
        }
        add("operation", operation)
        add("policy", policy.isEmpty ? nil : policy)
        add("attempt", String(attempt))
        add("class", errorClass?.id)
        add("error", errorType)
        add("delay", kind == .retry || kind == .circuitWait ? delay.text : nil)
        add("elapsed", elapsed.text)
        add("message", message)
        return line
    }
}

extension String {
    /// The text as one value of a line, in quotes if it needs them.
    var logValue: String {
        if !isEmpty, !unicodeScalars.contains(where: \.needsQuotes) { return self }
        var text = "\""
        for scalar in unicodeScalars {
            text += scalar.needsEscape ? scalar.escaped(asASCII: true) : String(scalar)
        }
        return text + "\""
    }
}

extension Unicode.Scalar {
    fileprivate var needsQuotes: Bool {
        self == "=" || properties.isWhitespace || needsEscape
    }

    /// A Boolean value that indicates whether the character ends a value or a line, or disguises a line.
    fileprivate var needsEscape: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: self == "\"" || self == "\\" || properties.isBidiControl
        }
    }
}
