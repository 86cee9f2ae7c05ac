import Foundation
import RetryAsync

extension ConformanceRun {
    mutating func cpexTrackers() throws {
        for version in ["0.2.0", "0.3.11"] {
            for ceiling in [1, 3, 10] {
                let key = "cpex/\(version)_ceiling\(ceiling)"
                try cpexVerdicts(key, ceiling)
                try cpexSequences(key, ceiling)
                try cpexMetadata(key, ceiling)
                try cpexZeroDraws(key, ceiling)
            }
        }
        try cpexKeys()
    }

    private mutating func cpexVerdicts(_ key: String, _ ceiling: Int) throws {
        for (path, checksText) in [("fast", false), ("text", true)] {
            for (name, recorded) in vectors[key]["is_failure_\(path)"].members {
                let policy = ToolRetryPolicy(checksTextContent: checksText)
                let tracker = try RetryTracker(
                    configuration: ToolRetryConfiguration(base: policy), ceiling: ceiling, textReader: .cpex)
                let decision = tracker.record(try .cpex(name), tool: "t", request: "1")
                compare(key, "\(path) \(name)", recorded: recorded, ours: .bool(decision.isRetry))
            }
        }
    }

    private mutating func cpexSequences(_ key: String, _ ceiling: Int) throws {
        for (name, sequence) in vectors[key]["sequences"].members {
            let recorded = sequence["error"].isNull ? sequence["delays_ms"] : "refused"
            let tracker: RetryTracker
            do {
                tracker = try Self.tracker(sequence["config"], ceiling)
            } catch is DecodingError {
                compare(key, "sequence \(name)", recorded: recorded, ours: "refused")
                continue
            }
            let delays = sequence["results"].array.map { step -> JSON in
                let tool = step[0].string ?? "t"
                let result = step.array.isEmpty ? step : step[1]
                return .milliseconds(tracker.record(.cpex(result), tool: tool, request: "1"))
            }
            compare(key, "sequence \(name)", recorded: recorded, ours: .array(delays))
        }
    }

    private mutating func cpexMetadata(_ key: String, _ ceiling: Int) throws {
        let tracker = try RetryTracker(ceiling: ceiling)
        let answer = tracker.toolPostInvoke(RetryTracker.ToolResult(), tool: "t", request: "1")
        let metadata = [("tool_metadata", answer.metadata), ("resource_metadata", tracker.resourcePostFetch())]
        for (name, metadata) in metadata {
            let ours = try JSONDecoder().decode(JSON.self, from: JSONEncoder().encode(metadata))
            compare(key, name, recorded: vectors[key][name], ours: ours)
        }
    }

    /// Counts the failures out of 400 that got no retry because their wait was drawn as zero.
    private mutating func cpexZeroDraws(_ key: String, _ ceiling: Int) throws {
        let policy = ToolRetryPolicy(backoffBaseMilliseconds: 1, maxBackoffMilliseconds: 1)
        let tracker = try RetryTracker(configuration: ToolRetryConfiguration(base: policy), ceiling: ceiling)
        let lost = (0..<400).count {
            !tracker.record(RetryTracker.ToolResult(isError: true), tool: "t", request: "\($0)").isRetry
        }
        let name = "jitter_base1_cap1_zero_draws_of_400"
        compare(key, name, recorded: vectors[key][name], ours: .number(Double(lost)))
    }

    private mutating func cpexKeys() throws {
        let shared = "cpex/state_shared_across_managers_0_2_0"
        let config: JSON = ["backoff_base_ms": 100, "jitter": false]
        let (one, other) = (try Self.tracker(config, 3), try Self.tracker(config, 3))
        let first = JSON.milliseconds(one.record(RetryTracker.ToolResult(isError: true), tool: "t", request: "1"))
        let second = JSON.milliseconds(other.record(RetryTracker.ToolResult(isError: true), tool: "t", request: "1"))
        compare(
            shared, "all", recorded: vectors[shared],
            ours: [[true, first], .number(Double(one.count)), [true, second]])
        let collision = "cpex/key_collision_0_2_0"
        let tracker = try Self.tracker(config, 3)
        let counts = [("a:b", "c"), ("a", "b:c")].map { tool, request -> JSON in
            _ = tracker.record(RetryTracker.ToolResult(isError: true), tool: tool, request: request)
            return .number(Double(tracker.count))
        }
        compare(collision, "all", recorded: vectors[collision], ours: .array(counts))
    }

    private static func tracker(_ config: JSON, _ ceiling: Int) throws -> RetryTracker {
        let data = Data("\(config)".utf8)
        let configuration = try JSONDecoder().decode(ToolRetryConfiguration.self, from: data)
        return try RetryTracker(configuration: configuration, ceiling: ceiling)
    }
}

extension RetryTrackerDecision {
    fileprivate var isRetry: Bool {
        if case .retry = self { true } else { false }
    }
}

extension JSON {
    /// The wait of a decision as the seed has it, where zero is no retry.
    fileprivate static func milliseconds(_ decision: RetryTrackerDecision) -> JSON {
        if case .retry(let delay) = decision { .number(delay / .milliseconds(1)) } else { 0 }
    }
}

extension ToolTextReader {
    /// Reads the texts of the cases below.
    fileprivate static let cpex = ToolTextReader { text in
        guard let json = try? JSONDecoder().decode(JSON.self, from: Data(text.utf8)), case .object = json else {
            return nil
        }
        return .init(isError: json["isError"] == true, statusCode: json["status_code"].int)
    }
}

extension RetryTracker.ToolResult {
    /// A result as it was sent.
    fileprivate static func cpex(_ json: JSON) -> RetryTracker.ToolResult {
        guard case .object = json else { return RetryTracker.ToolResult(malformedParts: .notAnObject) }
        var result = RetryTracker.ToolResult(isError: json["isError"] == true)
        if !json["isError"].isNull, json["isError"].bool == nil { result.malformedParts.insert(.isErrorNotABool) }
        if case .object = json["structuredContent"] {
            let content = json["structuredContent"]
            result.structured = .init(isError: content["isError"] == true, statusCode: content["status_code"].int)
        }
        result.texts = json["content"].array.compactMap { $0["type"] == "text" ? $0["text"].string : nil }
        return result
    }

    /// The result that a case stands for.
    fileprivate static func cpex(_ name: String) throws -> RetryTracker.ToolResult {
        if name.hasPrefix("sc"), let status = Int(name.dropFirst(2)) {
            return .cpex(structured(["status_code": .number(Double(status))]))
        }
        return try .cpex(cases[name].unwrapped("there is no result \(name)"))
    }

    private static let cases: [String: JSON] = [
        "isError_true": ["isError": true], "isError_false": ["isError": false], "empty": [:],
        "non_dict_string": "failed", "none": nil,
        "isError_with_400": ["isError": true, "structuredContent": ["status_code": 400]],
        "isError_with_503": ["isError": true, "structuredContent": ["status_code": 503]],
        "isError_empty_structured": ["isError": true, "structuredContent": [:]],
        "structured_isError": structured(["isError": true]),
        "structured_isError_with_400": structured(["isError": true, "status_code": 400]),
        "structured_isError_with_503": structured(["isError": true, "status_code": 503]),
        "status_as_string": structured(["status_code": "503"]),
        "isError_status_as_string": ["isError": true, "structuredContent": ["status_code": "503"]],
        "isError_truthy_int": ["isError": 1], "snake_case_is_error": ["is_error": true],
        "isError_string": ["isError": "true"],
        "text503_structured_none": text("{\"status_code\": 503}"), "text_isError": text("{\"isError\": true}"),
        "text_400": text("{\"status_code\": 400}"),
        "text_isError_with_400": text("{\"isError\": true, \"status_code\": 400}"),
        "text_array": text("[{\"isError\": true}]"), "text_notjson": text("503 failed"),
        "text_second_item": text("all is well", "{\"status_code\": 503}"),
        "image_item": ["content": [["type": "image", "text": "{\"isError\": true}"]]],
        "text_but_structured_present": [
            "structuredContent": [:], "content": [["type": "text", "text": "{\"isError\": true}"]],
        ],
    ]

    private static func structured(_ content: JSON) -> JSON { ["structuredContent": content] }

    private static func text(_ texts: String...) -> JSON {
        ["structuredContent": nil, "content": .array(texts.map { ["type": "text", "text": .string($0)] })]
    }
}
