import Foundation
import RetryFoundation
import Testing

@Suite("Invalid breakers and budgets", .timeLimit(.minutes(20)))
struct HostileGuardsTests {
    /// A breaker or a budget, and the setting of it that the error must name.
    private static func breaker(_ text: String, _ setting: String) -> (String, String) {
        ("{\"circuit_breaker\": \(text)}", setting.isEmpty ? "circuit_breaker" : "circuit_breaker.\(setting)")
    }

    private static func budget(_ text: String, _ setting: String) -> (String, String) {
        ("{\"budget\": \(text)}", setting.isEmpty ? "budget" : "budget.\(setting)")
    }

    static let breakers = [
        breaker("\"nope\"", ""), breaker("\"\"", ""), breaker("5", ""), breaker("[]", ""),
        breaker("{\"preset\": \"nope\"}", "preset"), breaker("{\"odd\": 1}", "odd"),
        breaker("{\"consecutive_failures\": 0}", "consecutive_failures"),
        breaker("{\"consecutive_failures\": -1}", "consecutive_failures"),
        breaker("{\"consecutive_failures\": 2.5}", "consecutive_failures"),
        breaker("{\"consecutive_failures\": 1e400}", "consecutive_failures"),
        breaker("{\"consecutive_failures\": 9223372036854775808}", "consecutive_failures"),
        breaker("{\"consecutive_failures\": \"off\"}", "consecutive_failures"),
        breaker("{\"failure_ratio\": {}}", "failure_ratio.ratio"),
        breaker("{\"failure_ratio\": {\"ratio\": null}}", "failure_ratio.ratio"),
        breaker("{\"failure_ratio\": {\"ratio\": 1e-400}}", "failure_ratio.ratio"),
        breaker("{\"failure_ratio\": {\"ratio\": 1.01, \"calls\": 1, \"minimum_calls\": 1}}", "failure_ratio.ratio"),
        breaker(
            "{\"failure_ratio\": {\"ratio\": 1, \"calls\": 1, \"minimum_calls\": 2}}", "failure_ratio.minimum_calls"),
        breaker("{\"failure_ratio\": {\"ratio\": 1, \"calls\": 1e18, \"minimum_calls\": 2}}", "failure_ratio.calls"),
        breaker("{\"slow_calls\": {\"ratio\": 1, \"slower_than\": \"-1s\"}}", "slow_calls.slower_than"),
        breaker("{\"break_duration\": 0}", "break_duration"), breaker("{\"break_duration\": -1}", "break_duration"),
        breaker("{\"break_duration\": 1e300}", "break_duration"), breaker("{\"break_duration\": []}", "break_duration"),
        breaker("{\"break_duration\": {\"initial\": \"1m\", \"cap\": \"1s\"}}", "break_duration.cap"),
        breaker("{\"break_duration\": {\"factor\": 0}}", "break_duration.factor"),
        breaker("{\"failures\": {}}", "failures"), breaker("{\"failures\": {\"only\": [\"\"]}}", "failures.only[0]"),
        breaker("{\"failures\": {\"only\": []}}", "failures.only"),
        breaker("{\"failures\": {\"only\": []}, \"hint_opens\": 5}", "failures.only"),
        breaker("{\"failures\": {\"only\": [\"ratelimit\"]}}", "failures.only[0]"),
        breaker("{\"failures\": {\"except\": [\"auth\", \"server-error\"]}}", "failures.except[1]"),
        breaker("{\"shortest_timeout_ms\": -1}", "shortest_timeout_ms"), breaker("{\"rejects\": 1}", "rejects"),
        breaker("{\"probes\": 1001}", "probes"), breaker("{\"hint_opens_ms\": -1}", "hint_opens_ms"),
    ]

    static let budgets = [
        budget("\"nope\"", ""), budget("\"\"", ""), budget("\"limit\"", ""), budget("5", ""), budget("[]", ""),
        budget("{}", "law"), budget("{\"law\": null}", "law"), budget("{\"law\": \"nope\"}", "law"),
        budget("{\"law\": \"ratio\", \"odd\": 1}", "odd"), budget("{\"law\": \"ratio\", \"retries\": 1}", "retries"),
        budget("{\"law\": \"ratio\", \"ratio\": -0.1}", "ratio"),
        budget("{\"law\": \"ratio\", \"ratio\": 1.1}", "ratio"),
        budget("{\"law\": \"ratio\", \"ratio\": 1e-400}", "ratio"),
        budget("{\"law\": \"ratio\", \"floor\": 1e308}", "floor"),
        budget("{\"law\": \"ratio\", \"floor\": -1}", "floor"),
        budget("{\"law\": \"ratio\", \"ttl\": 0}", "ttl"), budget("{\"law\": \"ratio\", \"ttl\": \"1000d\"}", "ttl"),
        budget("{\"law\": \"token_bucket\", \"per_success\": 2}", "per_success"),
        budget("{\"law\": \"token_bucket\", \"floor\": -1}", "floor"),
        budget("{\"law\": \"token_bucket\", \"capacity\": 0}", "capacity"),
        budget("{\"law\": \"throttle\", \"max_tokens\": 0}", "max_tokens"),
        budget("{\"law\": \"throttle\", \"max_tokens\": 1.5}", "max_tokens"),
        budget("{\"law\": \"throttle\", \"token_ratio\": 0}", "token_ratio"),
        budget("{\"law\": \"quota\", \"capacity\": 1e10}", "capacity"),
        budget("{\"law\": \"quota\", \"cost\": 501}", "cost"),
        budget("{\"law\": \"quota\", \"costs\": {\"rate_limit\": 501}}", "costs.rate_limit"),
        budget("{\"law\": \"quota\", \"costs\": {\"\": 1}}", "costs."),
        budget("{\"law\": \"quota\", \"costs\": {\"ratelimit\": 1}}", "costs.ratelimit"),
        budget("{\"law\": \"quota\", \"costs\": {\"auth\": null}}", "costs.auth"),
        budget("{\"law\": \"limit\", \"per\": 1}", "retries"), budget("{\"law\": \"limit\", \"retries\": 1}", "per"),
        budget("{\"law\": \"limit\", \"retries\": -1, \"per\": 1}", "retries"),
        budget("{\"law\": \"limit\", \"retries\": 1, \"per\": 1, \"per_ms\": 1}", "per_ms"),
        budget("{\"law\": \"unlimited\", \"ratio\": 1}", "ratio"),
    ]

    @Test(arguments: breakers + budgets)
    func isRefusedWithTheNameOfTheSetting(text: String, setting: String) {
        let error = #expect(throws: RetryConfigurationError.self) { try configuration(text) }
        #expect(error?.reason == .invalidSetting)
        #expect(error?.setting == "retry_policy.\(setting)")
    }

    static let malformed = [
        "", "{", "{\"budget\": {\"law\": \"ratio\", \"ratio\": NaN}}",
        "{\"circuit_breaker\": {\"probes\": 1, \"probes\": 1}}",
        "{\"budget\": {\"law\": \"ratio\", \"l\\u0061w\": \"ratio\"}}",
        String(repeating: "{\"circuit_breaker\":", count: 10_000),
        "{\"circuit_breaker\": {\"failures\": {\"only\": \(String(repeating: "[", count: 100_000))",
    ]

    @Test(arguments: malformed.indices)
    func isNoJSON(index: Int) {
        let error = #expect(throws: RetryConfigurationError.self) { try configuration(Self.malformed[index]) }
        #expect(error?.reason == .malformed)
    }

    @Test func whatIsNullIsLeftOut() throws {
        let breaker = try configuration(
            """
            {"circuit_breaker": {"preset": null, "consecutive_failures": null, "failure_ratio": null,
            "failure_ratio_over_time": null, "slow_calls": null, "failures": null, "other_classes": null,
            "break_duration": null, "probes": null, "successes_to_close": null, "allowed_probe_failures": null,
            "probe_lease": null, "hint_opens": null, "shortest_timeout": null, "rejects": null},
            "budget": {"law": "ratio", "ratio": null, "floor": null, "ttl": null}}
            """)
        #expect(breaker.circuitBreaker == .default)
        #expect(breaker.budget == .ratio())
    }

    private func configuration(_ section: String) throws -> RetryConfiguration {
        try RetryConfiguration(json: Data("{\"retry_policy\": \(section)}".utf8))
    }
}
