import Foundation
import RetryFoundation
import Testing

@Suite("The schema of configurations", .timeLimit(.minutes(5)))
struct SchemaTests {
    static let file = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Sources/RetryFoundation/RetryFoundation.docc/Resources/retry-policy.schema.json")

    /// Values of every kind, for every setting.
    private static let values = [
        "null", "true", "0", "1", "-1", "2.5", "1e3", "\"\"", "\"api\"", "\"10s\"", "\"1m30s\"", "\"1.5s\"", "\"s\"",
        "\"-1s\"", "\"stop\"", "\"truncate\"", "\"exactly_once\"", "\"obey\"", "\"never\"", "\"ratio\"", "[]",
        "[\"x\"]",
        "[1]", "{}", "{\"x\": 1}", "{\"x\": -1}", "{\"x\": \"never\"}", "{\"x\": {}}", "{\"x\": \"api\"}",
        "{\"x\": {\"max_attempts\": 2}}", "{\"x\": {\"max_attempts\": 0}}", "{\"x\": {\"factor\": 2}}",
        "{\"x\": {\"enabled\": false}}", "{\"factor\": 0.5}", "{\"factor\": 3}",
        "{\"rule\": \"clamp\", \"within\": \"2s\"}",
        "{\"family\": \"list\", \"delays\": [1, \"2s\"]}", "{\"jitter\": \"full\"}", "{\"jitter\": \"odd\"}",
        "{\"jitter\": {\"kind\": \"proportional\", \"fraction\": 0.5}}", "{\"jitter\": {\"kind\": \"full\", \"x\": 1}}",
    ]

    private static let settings = [
        "enabled", "max_attempts", "min_wait", "min_wait_s", "max_wait", "max_wait_ms", "custom_exceptions", "backoff",
        "backoffs", "retry_limits", "deadline", "deadline_ms", "deadline_behavior", "attempt_timeout", "hints",
        "fails_immediately", "guarantee", "open_circuit", "policies", "operations", "budget", "odd", "name", "preset",
    ]

    @Test func schemaAndDecoderAgree() throws {
        let forms = Self.settings.flatMap { setting in
            Self.values.flatMap { value in
                ["{\"\(setting)\": \(value)}", "{\"operations\": {\"api\": {\"\(setting)\": \(value)}}}"]
            }
        }
        let counts = try Self.compare(forms)
        #expect(counts.accepted > 100 && counts.refused > 1_000)
    }

    @Test func theyAgreeOnBreakers() throws {
        let forms = SchemaForms.breakers.map { "{\"circuit_breaker\": \($0)}" }
        let counts = try Self.compare(forms)
        #expect(counts.accepted > 100 && counts.refused > 300)
    }

    @Test func theyAgreeOnBudgets() throws {
        let counts = try Self.compare(SchemaForms.budgets.map { "{\"budget\": \($0)}" })
        #expect(counts.accepted > 100 && counts.refused > 300)
    }

    @Test(arguments: ["3", "[]", "\"api\"", "null", "{}"])
    func theMemberItself(section: String) throws {
        _ = try Self.compare([section])
    }

    /// Compares what the schema says of each member `retry_policy` with what the decoder does.
    private static func compare(_ forms: [String]) throws -> (accepted: Int, refused: Int) {
        let schema = try Schema(contentsOf: file)
        var counts = (accepted: 0, refused: 0)
        for form in forms {
            let text = "{\"other\": 1, \"retry_policy\": \(form)}"
            let isRead = (try? RetryConfiguration(json: Data(text.utf8))) != nil
            let isAccepted = schema.accepts(try JSONParser.parse([UInt8](text.utf8)))
            #expect(isRead == isAccepted, "\(text) is \(isRead ? "" : "not ")read")
            if isRead { counts.accepted += 1 } else { counts.refused += 1 }
        }
        return counts
    }
}
