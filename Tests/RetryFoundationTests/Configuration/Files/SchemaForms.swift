/// Breakers and budgets as they may be written, right and wrong.
///
/// What the schema cannot say is not among them: that one number is at most another, how long a text's time is, that a
/// backoff starts above zero where it is a break, and which settings go with which family, jitter or rule of hints.
enum SchemaForms {
    static let breakers =
        ["null", "3", "[]", "\"\"", "\"stable\"", "\"odd\"", "{}"]
        + ["preset": ["\"default\"", "\"unstable\"", "\"odd\""]].forms() + breakerSettings.forms()
        + [
            "{\"consecutive_failures\": \"off\", \"hint_opens_ms\": 5}",
            "{\"consecutive_failures\": \"off\", \"failure_ratio\": {\"ratio\": 1, \"calls\": 1, \"minimum_calls\": 1}}",
            "{\"consecutive_failures\": \"off\", \"probes\": 5}",
            "{\"preset\": \"stable\", \"consecutive_failures\": \"off\"}",
        ]
        + rule("failure_ratio", ["ratio": "0.5", "calls": "1000000", "minimum_calls": "1"])
        + rule("failure_ratio_over_time", ["ratio": "0.5", "window": "\"30s\"", "minimum_calls": "20"])
        + rule("slow_calls", ["ratio": "1", "slower_than_ms": "1", "window_s": "3", "minimum_calls": "1"])

    private static let breakerSettings: [String: [String]] = [
        "consecutive_failures": ["\"off\""], "other_classes": ["\"success\"", "\"neutral\""],
        "break_duration": ["{\"initial\": \"10s\", \"cap\": \"5m\"}", "{\"initial\": -1}", "{\"odd\": 1}"],
        "failures": [
            "{\"only\": [\"transient\"]}", "{\"except\": []}", "{\"only\": [], \"except\": []}", "{\"only\": [\"\"]}",
            "{\"only\": null, \"except\": [\"auth\"]}", "{\"only\": [1]}", "{\"only\": \"auth\"}", "{\"odd\": []}",
        ],
        "probes": ["1000", "1001"], "successes_to_close": ["9"], "allowed_probe_failures": [],
        "probe_lease": [], "probe_lease_s": [], "probe_lease_ms": [],
        "hint_opens": [], "hint_opens_s": [], "hint_opens_ms": [], "odd": [], "name": [], "law": [],
    ]

    /// A rule with each of its settings in turn left out, and given each value.
    private static func rule(_ name: String, _ settings: [String: String]) -> [String] {
        settings.variants().map { "{\"\(name)\": \($0)}" }
    }

    static let budgets =
        [
            "null", "3", "[]", "\"\"", "\"ratio\"", "\"throttle\"", "\"quota\"", "\"limit\"", "\"unlimited\"",
            "\"odd\"", "{}",
        ]
        + ["law": ["\"odd\""]].forms() + ["{\"law\": \"limit\"}", "{\"law\": \"ratio\"}", "{\"law\": \"quota\"}"]
        + law("ratio", ["ratio": "0.2", "floor": "10", "ttl": "\"1ms\""])
        + law("ratio", ["ttl_s": "31536000"]) + law("ratio", ["ttl_ms": "1"])
        + law("throttle", ["max_tokens": "1000", "token_ratio": "0.1"])
        + law("quota", ["capacity": "1000000000", "cost": "1", "costs": "{\"rate_limit\": 1}", "deposit": "0"])
        + law("quota", ["costs": "{\"rate_limit\": 5, \"auth\": 1}"])
        + law("limit", ["retries": "100000", "per": "\"1m\""])
        + law("limit", ["retries": "0", "per_ms": "31536000000"])
        + law("limit", ["retries": "1", "per_s": "60"]) + law("unlimited", [:])

    private static func law(_ name: String, _ settings: [String: String]) -> [String] {
        settings.merging(["law": "\"\(name)\""]) { $1 }.variants()
    }

    /// Values of every kind.
    fileprivate static let values = [
        "null", "true", "0", "1", "-1", "0.5", "1.5", "1e3", "1e-12", "1001", "100001", "1e10", "1e13", "\"\"",
        "\"10s\"", "\"s\"",
        "\"-1s\"", "[]", "{}", "{\"x\": 1}", "{\"x\": 0}", "{\"x\": 1.5}", "{\"x\": null}", "{\"\": 1}",
    ]
}

extension [String: [String]] {
    /// Objects of one setting each, with each value of its own and each of every kind.
    fileprivate func forms() -> [String] {
        flatMap { setting, own in (own + SchemaForms.values).map { "{\"\(setting)\": \($0)}" } }
    }
}

extension [String: String] {
    /// The object, and every one in which a setting is left out or has another value, or there is one more.
    fileprivate func variants() -> [String] {
        var objects = [self, merging(["odd": "1"]) { $1 }]
        for setting in keys {
            objects.append(filter { $0.key != setting })
            objects += SchemaForms.values.map { value in merging([setting: value]) { $1 } }
        }
        return objects.map { object in
            "{" + object.map { "\"\($0.key)\": \($0.value)" }.sorted().joined(separator: ", ") + "}"
        }
    }
}
