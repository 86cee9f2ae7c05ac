import Foundation
import RetryFoundation
import Testing

/// A kind of object in a configuration.
struct SettingsObject: Sendable, CustomTestStringConvertible {
    /// What the schema calls it.
    let definition: String
    /// The member `retry_policy` with such an object in it, in each of its forms, and `?` where a setting can stand.
    let forms: [String]

    init(_ definition: String, _ forms: [String]) {
        (self.definition, self.forms) = (definition, forms)
    }

    var testDescription: String { definition }

    static let all = [
        SettingsObject("configuration", ["{?}"]),
        SettingsObject("operation", [#"{"operations": {"api": {?}}}"#]),
        SettingsObject("policy", [#"{"policies": {"x": {?}}}"#]),
        SettingsObject(
            "backoff",
            ["constant", "linear", "exponential", "fibonacci", "list"].map { #"{"backoff": {"family": "\#($0)", ?}}"# }),
        SettingsObject(
            "jitter",
            [#""full""#, #""proportional", "fraction": 1"#, #""floor", "amount": 1"#, #""additive", "amount_s": 1"#].map
            {
                #"{"backoff": {"jitter": {"kind": \#($0), ?}}}"#
            }),
        SettingsObject("hints", ["obey", "clamp", "ignore"].map { #"{"hints": {"rule": "\#($0)", ?}}"# }),
        SettingsObject("breaker", [#"{"circuit_breaker": {?}}"#]),
        SettingsObject(
            "ratioByCount",
            [#"{"circuit_breaker": {"failure_ratio": {"ratio": 1, "calls": 1, "minimum_calls": 1, ?}}}"#]),
        SettingsObject(
            "ratioOverTime",
            [#"{"circuit_breaker": {"failure_ratio_over_time": {"ratio": 1, "window": 1, "minimum_calls": 1, ?}}}"#]),
        SettingsObject(
            "slowCalls",
            [
                #"{"circuit_breaker": {"slow_calls": {"ratio": 1, "slower_than": 1, "window": 1, "minimum_calls": 1, "#
                    + "?}}}"
            ]),
        SettingsObject("failures", [#"{"circuit_breaker": {"failures": {?}}}"#]),
        SettingsObject("ratioBudget", [#"{"budget": {"law": "ratio", ?}}"#]),
        SettingsObject("throttleBudget", [#"{"budget": {"law": "throttle", ?}}"#]),
        SettingsObject("quotaBudget", [#"{"budget": {"law": "quota", ?}}"#]),
        SettingsObject("limitBudget", [#"{"budget": {"law": "limit", "retries": 1, "per": 1, ?}}"#]),
        SettingsObject("unlimitedBudget", [#"{"budget": {"law": "unlimited", ?}}"#]),
    ]
}

@Suite("The settings of the schema", .timeLimit(.minutes(5)))
struct SchemaSettingsTests {
    @Test("are those that the decoder reads", arguments: SettingsObject.all)
    func areThoseThatAreRead(_ object: SettingsObject) throws {
        let read = object.forms.reduce(into: Set<String>()) { $0.formUnion(Self.settings(in: $1)) }
        #expect(try Schema(contentsOf: SchemaTests.file).settings(of: object.definition) == read)
    }

    /// The settings that the decoder reads: those that it names where there is one that it does not know, and of them
    /// those that it also takes with a unit in their name.
    private static func settings(in form: String) -> Set<String> {
        let names = refusal(of: "odd", in: form)?.split(separator: "known are ").last?.split(separator: ", ") ?? []
        let all = names.flatMap { ["\($0)", "\($0)_s", "\($0)_ms"] }
        return Set(all.filter { refusal(of: $0, in: form) == nil })
    }

    /// What the decoder says of a setting that it does not know; `nil` if it knows it.
    private static func refusal(of setting: String, in form: String) -> String? {
        let object = form.replacingOccurrences(of: "?", with: "\"\(setting)\": null")
        let text = "{\"retry_policy\": \(object)}"
        do {
            _ = try JSONDecoder().decode(RetryConfiguration.self, from: Data(text.utf8))
            return nil
        } catch DecodingError.dataCorrupted(let context) {
            return context.debugDescription.hasPrefix("There is no setting \(setting) here")
                ? context.debugDescription : nil
        } catch {
            return nil
        }
    }
}
