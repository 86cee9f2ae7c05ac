import Foundation
import RetryAsync
import RetryFoundation

extension ConformanceRun {
    mutating func binduConfigurations() throws {
        for row in vectors["bindu_retry_config"].array {
            let input = "\(row["input"])"
            let ours: JSON
            do {
                ours = try Self.configuration(input)
            } catch let error as RetryConfigurationError {
                ours = .string("refused: \(error.setting ?? "") \(error.problem)")
            }
            compare("bindu_retry_config", input, recorded: row.without("input"), ours: ours)
        }
    }

    /// Returns the values of a configuration, under the seed's names.
    private static func configuration(_ text: String) throws -> JSON {
        let errors = ErrorTypeRegistry()
            .registering(ValueError.self).registering(JSONDecodeError.self, as: "json.JSONDecodeError")
        let operations = try RetryOperations(RetryConfiguration(json: Data(text.utf8)), errors: errors)
        let base = operations.configuration.base
        let skipped = Set(operations.problems.compactMap(\.setting))
        let exceptions = base.customExceptions.enumerated()
            .filter { !skipped.contains("retry_policy.custom_exceptions[\($0.offset)]") }
            .map { JSON.string($0.element.split(separator: ".").last.map(String.init) ?? "") }
        return [
            "enabled": .bool(base.isEnabled ?? true),
            "max_attempts": base.maxAttempts.map { .number(Double($0)) } ?? .null,
            "min_wait": base.minWait.map(JSON.seconds) ?? .null,
            "max_wait": base.maxWait.map(JSON.seconds) ?? .null, "custom_exceptions": .array(exceptions),
        ]
    }
}

private struct JSONDecodeError: Error {}
