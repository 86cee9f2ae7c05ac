package import Logging
package import RetryCore

extension RetryObserver {
    /// Logs events over swift-log, at the level that each event suggests.
    ///
    /// The message is the name of the event; the rest is metadata, for searches.
    package static func swiftLog(_ logger: Logger) -> RetryObserver {
        RetryObserver { event in
            logger.log(level: .init(event.logLevel), "\(event.code)", metadata: metadata(of: event))
        }
    }

    private static func metadata(of event: RetryEvent) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "attempt": "\(event.attempt)", "sleep_s": "\(event.delay / .seconds(1))",
        ]
        for (name, value) in event.tags where !value.isEmpty { metadata[name] = "\(value)" }
        return metadata
    }
}

extension Logger.Level {
    fileprivate init(_ level: LogLevel) {
        self =
            switch level {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
    }
}
