import Foundation
import RetryFoundation
import Testing

/// The configurations that were recorded from the system whose format this is.
@Suite("Recorded configurations", .timeLimit(.minutes(5)))
struct RecordedConfigurationTests {
    private struct ValueError: Error {}
    private struct JSONDecodeError: Error {}

    private static let vectors = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("ConformanceTests/Resources/vectors.json")

    private let errors = ErrorTypeRegistry()
        .registering(ValueError.self).registering(JSONDecodeError.self, as: "json.JSONDecodeError")

    @Test func eachIsReadAsRecorded() throws {
        let rows = try JSONParser.parse([UInt8](Data(contentsOf: Self.vectors))).members["bindu_retry_config"]
        var passed = 0
        var differing = 0
        for row in try #require(rows).elements.map(\.members) {
            guard let operations = try? RetryOperations(json: Data(text(row["input"]).utf8), errors: errors) else {
                // A policy that can run nothing is a mistake; the seed took it for one that was left out.
                #expect(row["max_attempts"] == .number("0"))
                differing += 1
                continue
            }
            let base = operations.configuration.base
            #expect(.bool(base.isEnabled ?? true) == row["enabled"])
            #expect(base.maxAttempts == row["max_attempts"].flatMap { Int($0.description) })
            #expect(base.minWait == row["min_wait"].flatMap { Double($0.description) }.map { .seconds($0) })
            #expect(base.maxWait == row["max_wait"].flatMap { Double($0.description) }.map { .seconds($0) })
            let skipped = Set(operations.problems.compactMap(\.setting))
            let used = base.customExceptions.enumerated()
                .filter { !skipped.contains("retry_policy.custom_exceptions[\($0.offset)]") }
                .map { $0.element.split(separator: ".").last.map(String.init) ?? "" }
            #expect(used == row["custom_exceptions"]?.elements.map(\.name))
            passed += 1
        }
        #expect(passed == 4 && differing == 1)
        print("bindu configurations: passed \(passed), differing \(differing)")
    }

    /// A value as JSON again.
    private func text(_ value: JSONValue?) -> String {
        switch value {
        case .object(let members):
            "{" + members.map { "\"\($0.key)\": \(text($0.value))" }.joined(separator: ", ") + "}"
        case .array(let elements): "[" + elements.map(text).joined(separator: ", ") + "]"
        case let scalar: scalar?.description ?? "null"
        }
    }
}
