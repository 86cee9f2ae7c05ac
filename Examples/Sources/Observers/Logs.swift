package import Logging
package import RetryCore

extension EventObserver {
    /// Logs events over swift-log.
    package static func swiftLog(_ logger: Logger) -> EventObserver {
        .log { level, message, metadata in
            let level = Logger.Level(rawValue: level.rawValue) ?? .info
            logger.log(level: level, "\(message)", metadata: metadata.mapValues { "\($0)" })
        }
    }
}
