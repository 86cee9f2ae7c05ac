extension RetryBudgetObserver {
    /// Writes one line of text per event to any sink.
    ///
    /// ```swift
    /// let budget = RetryBudget(named: "users", observer: .log { level, line in print(level, line) })
    /// // warning budget_exhausted budget=users class=server_error refusals=1
    /// ```
    ///
    /// Exhausted budgets and lost events have the level warning, recovered budgets info.
    ///
    /// - Parameters:
    ///   - level: The minimum level; events below it are left out.
    ///   - sink: The receiver of the lines, which hold no line breaks.
    /// - Returns: The observer.
    public static func log(
        from level: LogLevel = .debug, to sink: @escaping @Sendable (LogLevel, String) -> Void
    ) -> RetryBudgetObserver {
        RetryBudgetObserver { event in
            if event.logLevel >= level { sink(event.logLevel, event.logLine) }
        }
    }
}

extension RetryBudgetEvent {
    /// The level of this event.
    public var logLevel: LogLevel {
        switch kind {
        case .exhausted, .eventsLost: .warning
        case .recovered: .info
        }
    }

    /// This event as one line of text: its code, then its fields as `name=value`.
    ///
    /// A name with characters other than letters and signs is in quotes, with backslashes before special characters.
    public var logLine: String {
        var line = code
        if let budget { line += " budget=\(budget.logValue)" }
        if let errorClass { line += " class=\(errorClass.id.logValue)" }
        return line + (kind == .eventsLost ? " lost=\(lost)" : " refusals=\(refusals)")
    }
}
