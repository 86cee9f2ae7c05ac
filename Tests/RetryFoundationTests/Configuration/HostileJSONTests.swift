import Foundation
import RetryFoundation
import Testing

@Suite("Invalid configurations", .timeLimit(.minutes(20)))
struct HostileJSONTests {
    /// A log takes an error for one line.
    @Test(
        arguments: [
            "preset", "hints", "deadline", "deadline_behavior", "guarantee", "a\\nb", "backoff", "when_rejected",
        ])
    func anErrorIsOneLineHoweverTheTextIs(name: String) {
        let value = "\"a\\nb\\u0007\(String(repeating: "x", count: 10_000))\""
        for json in ["{\"\(name)\": \(value)}", "{\"\(name)\": {\"family\": \(value)}}"] {
            let error = #expect(throws: RetryConfigurationError.self) { try RetryPolicy(json: Data(json.utf8)) }
            let text = "\(error.map { "\($0)" } ?? "")"
            #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .control }, "\(text)")
            #expect(text.count < 600, "\(text.count)")
        }
    }

    /// A text, and the setting that its error must name.
    static let wrongSettings: [(String, String)] = [
        // Unknown keys.
        ("{\"max_attemps\": 3}", "max_attemps"),
        ("{\"backoff\": {\"initail\": 1}}", "backoff.initail"),
        ("{\"backoffs\": {\"rate_limit\": {\"increment\": 1}}}", "backoffs.rate_limit.increment"),
        ("{\"backoff\": {\"jitter\": {\"kind\": \"full\", \"seed\": 1}}}", "backoff.jitter.seed"),
        ("{\"preset\": \"aip\"}", "preset"),
        ("{\"retry_limits\": {\"\": 1}}", "retry_limits."),
        // Numbers.
        ("{\"max_attempts\": 0}", "max_attempts"),
        ("{\"max_attempts\": -1}", "max_attempts"),
        ("{\"max_attempts\": 2.5}", "max_attempts"),
        ("{\"max_attempts\": 1e-400}", "max_attempts"),
        ("{\"max_attempts\": 9223372036854775808}", "max_attempts"),
        ("{\"max_attempts\": 1e400}", "max_attempts"),
        ("{\"retry_limits\": {\"unknown\": -1}}", "retry_limits.unknown"),
        ("{\"retry_limits\": {\"unknown\": 0.5}}", "retry_limits.unknown"),
        ("{\"retry_limits\": {\"unknown\": \"often\"}}", "retry_limits.unknown"),
        ("{\"deadline\": 0}", "deadline"),
        ("{\"deadline\": -1}", "deadline"),
        ("{\"deadline\": 1e300}", "deadline"),
        ("{\"deadline\": 1e-400}", "deadline"),
        ("{\"deadline\": \"-1s\"}", "deadline"),
        ("{\"deadline\": \"soon\"}", "deadline"),
        ("{\"deadline\": 1, \"deadline_ms\": 1}", "deadline_ms"),
        ("{\"attempt_timeout_ms\": -0.001}", "attempt_timeout_ms"),
        ("{\"backoff\": {\"factor\": 0}}", "backoff.factor"),
        ("{\"backoff\": {\"factor\": -2}}", "backoff.factor"),
        ("{\"backoff\": {\"factor\": 1e309}}", "backoff.factor"),
        ("{\"backoff\": {\"initial\": 1e-400}}", "backoff.initial"),
        ("{\"backoff\": {\"initial\": 60}}", "backoff.cap"),
        ("{\"backoff\": {\"initial\": \"1s\", \"cap\": \"0.5s\"}}", "backoff.cap"),
        ("{\"backoff\": {\"jitter\": {\"kind\": \"proportional\", \"fraction\": 1.1}}}", "backoff.jitter.fraction"),
        ("{\"backoff\": {\"jitter\": {\"kind\": \"proportional\", \"fraction\": -0.1}}}", "backoff.jitter.fraction"),
        ("{\"backoff\": {\"jitter\": {\"kind\": \"floor\", \"amount\": \"1h\"}}}", "backoff.jitter.amount"),
        ("{\"backoff\": {\"family\": \"list\", \"delays\": []}}", "backoff.delays"),
        ("{\"backoff\": {\"family\": \"list\", \"delays\": [1, -1]}}", "backoff.delays.Index 1"),
        // Types.
        ("{\"max_attempts\": \"three\"}", "max_attempts"),
        ("{\"max_attempts\": true}", "max_attempts"),
        ("{\"max_attempts\": [3]}", "max_attempts"),
        ("{\"name\": 3}", "name"),
        ("{\"fails_immediately\": 1}", "fails_immediately"),
        ("{\"fails_immediately\": \"yes\"}", "fails_immediately"),
        ("{\"backoff\": 1}", "backoff"),
        ("{\"backoff\": []}", "backoff"),
        ("{\"backoff\": {\"family\": \"custom\"}}", "backoff.family"),
        ("{\"backoff\": {\"jitter\": \"lots\"}}", "backoff.jitter"),
        ("{\"backoff\": {\"jitter\": 0.5}}", "backoff.jitter"),
        ("{\"backoff\": {\"family\": \"list\", \"delays\": 1}}", "backoff.delays"),
        ("{\"backoff\": {\"family\": \"list\", \"delays\": [1, {}]}}", "backoff.delays.Index 1"),
        ("{\"hints\": \"maybe\"}", "hints"),
        ("{\"deadline_behavior\": \"explode\"}", "deadline_behavior"),
        ("{\"guarantee\": \"\"}", "guarantee"),
    ]

    @Test(arguments: wrongSettings)
    func isRefusedWithTheNameOfTheSetting(text: String, setting: String) throws {
        let error = try #require(failure(text), "It was taken.")
        #expect(error.reason == .invalidSetting)
        #expect(error.setting == setting)
        #expect(!error.problem.isEmpty && !error.advice.isEmpty)
    }

    static let malformed = [
        "", " ", "\n", "{", "}", "[", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "{'a':1}",
        "{\"max_attempts\": NaN}", "{\"max_attempts\": Infinity}", "{\"max_attempts\": +3}", "{\"max_attempts\": 03}",
        "{\"max_attempts\": .5}", "{\"max_attempts\": 5.}", "{\"max_attempts\": 1e}", "{\"max_attempts\": 0x10}",
        "{\"max_attempts\": ٣}", "{} {}", "{}]", "nul", "\"api", "\"a\\x\"", "\"\\ud800\"", "\"\\udc00\\ud800\"",
        "\"\\ud83d\\u0041\"", "\"\\ud83d\\ud83d\"", "[1,]", "{\"name\": [null,]}",
        "\"\\u12\"", "\"\\u+123\"", "\"\\u-000\"", "\"a\nb\"", "\"a\u{0}b\"", "// comment\n{}", "{\"a\":1 \"b\":2}",
        "\u{FEFF}",
        "{\"max_attempts\": 1, \"max_attempts\": 2}", "{\"n\\u0061me\": \"a\", \"name\": \"b\"}",
        "{\"retry_limits\": {\"e\u{301}\": 1, \"\u{E9}\": 2}}",
        String(repeating: "[", count: 100_000), String(repeating: "{\"backoff\":", count: 10_000),
    ]

    @Test(arguments: malformed.indices)
    func isNoJSON(index: Int) throws {
        let error = try #require(failure(Self.malformed[index]), "It was taken.")
        #expect(error.reason == .malformed)
        #expect(error.setting == nil)
    }

    @Test func theErrorSaysWhere() {
        #expect(
            failure("{\n  \"naïve\": 1,\n  \"é\" 2}")?.description
                == "The configuration is not JSON: in line 3, column 7, a colon is expected here. "
                + "Correct the text there.")
        #expect(failure("{\"a\": 1, \"a\": 2}")?.problem.contains("column 10, the key \"a\" is given twice") == true)
    }

    @Test func otherEncodingsAreNoJSON() throws {
        for encoding in [String.Encoding.utf16, .utf16LittleEndian, .utf32, .utf32BigEndian] {
            let data = try #require("{\"max_attempts\": 3}".data(using: encoding))
            #expect(failure(data)?.reason == .malformed)
        }
        #expect(failure(Data([0x22, 0xFF, 0x22]))?.reason == .malformed)
        #expect(failure(Data([0x22, 0xED, 0xA0, 0x80, 0x22]))?.reason == .malformed)
    }

    @Test func whatIsTooLargeIsRefused() {
        let largest = 1 << 20
        #expect(failure(Data(repeating: 0x20, count: largest + 1))?.reason == .tooLarge)
        #expect(failure(Data(repeating: 0x20, count: largest))?.reason == .malformed)
        #expect(failure(Data("{}".utf8) + Data(repeating: 0x20, count: largest - 2)) == nil)
    }

    @Test(arguments: ["1e309", "-1e309", "1e-400", "-0.0001e-400"])
    func anErrorShowsTheNumberAsItIsWritten(number: String) {
        #expect(failure("{\"backoff\": {\"factor\": \(number)}}")?.problem == "is \(number)")
    }

    @Test func longValuesAreCutInMessages() throws {
        let digits = String(repeating: "9", count: 500_000)
        let error = try #require(failure("{\"max_attempts\": \(digits)}"))
        #expect(error.description.count < 200)
        let key = String(repeating: "k", count: 500_000)
        #expect(try #require(failure("{\"max_attempts\": \"\(key)\"}")).description.count < 200)
    }

    @Test func noValueForgesALine() throws {
        let error = try #require(failure("{\"max_attempts\": \"a\\nerror: b\\u001b[31m\"}"))
        #expect(!error.description.unicodeScalars.contains { $0.properties.generalCategory == .control })
    }

    @Test func manyKeysTakeNoLongTime() {
        let keys = (0..<60_000).map { "\"k\($0)\": 1" }.joined(separator: ",")
        #expect(failure("{\(keys)}")?.setting == "k0")
    }
}
