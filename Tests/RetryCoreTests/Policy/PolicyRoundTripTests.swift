import Foundation
import RetryCore
import Testing

@Suite("Policies as JSON", .timeLimit(.minutes(20)))
struct PolicyRoundTripTests {
    @Test("come back as they were", arguments: PresetTests.all)
    func presets(_ it: PresetTests.Numbers) throws {
        #expect(try JSON.decode(JSON.encode(it.policy)) == it.policy)
    }

    @Test("come back as they were, 2,000 random ones")
    func random() throws {
        var values = RandomValues(seed: 1)
        let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
        for _ in 0..<2_000 {
            let policy = values.policy()
            let data = try encoder.encode(policy)
            let back = try decoder.decode(RetryPolicy.self, from: data)
            try #require(back == policy, "\(String(decoding: data, as: UTF8.self))")
        }
    }

    @Test("are written with every setting")
    func written() throws {
        let policy = RetryPolicy.api.maxAttempts(6)
            .backoff(.exponential(initial: .milliseconds(1_500), factor: 1.5, jitter: .proportional(0.5)))
            .backoff(.list([.seconds(1), .milliseconds(1)]), for: .rateLimit)
            .retries(1, for: .serverError).retries(nil, for: .unknown).deadline(.seconds(90), .truncate)
            .attemptTimeout(.milliseconds(500)).hints(.obey(atMost: .seconds(60))).guarantee(.exactlyOnce)
            .whenRejected(.wait).nested(.stop)
        let expected = #"""
            {"attempt_timeout":"500ms",
            "backoff":{"cap":"20s","factor":1.5,"family":"exponential","initial":"1.5s",
            "jitter":{"fraction":0.5,"kind":"proportional"}},
            "backoffs":{"rate_limit":{"cap":"1s","delays":["1s","1ms"],"family":"list","jitter":"none"}},
            "deadline":"1m30s","deadline_behavior":"truncate","fails_immediately":false,
            "guarantee":"exactly_once","hints":{"at_most":"1m","rule":"obey"},"max_attempts":6,"name":"api",
            "nested":"stop",
            "retry_limits":{"auth":"never","permanent":"never","permission":"never","server_error":1,
            "unknown":"unlimited"},"when_rejected":"wait"}
            """#
        #expect(try JSON.encode(policy) == expected.replacingOccurrences(of: "\n", with: ""))
    }

    @Test(
        "of each backoff",
        arguments: [
            (Backoff.constant(.seconds(1)), #"{"cap":"1s","family":"constant","initial":"1s","jitter":"none"}"#),
            (.none, #"{"cap":"0s","family":"constant","initial":"0s","jitter":"none"}"#),
            (
                .linear(initial: .seconds(1), increment: .seconds(2), jitter: .equal),
                #"{"cap":"20s","family":"linear","increment":"2s","initial":"1s","jitter":"equal"}"#
            ),
            (
                .fibonacci(initial: .seconds(1), jitter: .floor(.seconds(1))),
                #"{"cap":"20s","family":"fibonacci","initial":"1s","jitter":{"amount":"1s","kind":"floor"}}"#
            ),
            (
                .decorrelated(),
                #"{"cap":"30s","factor":3,"family":"exponential","initial":"250ms","jitter":"decorrelated"}"#
            ),
            (
                .constant(.seconds(1), jitter: .additive(.milliseconds(50)), cap: .seconds(2)),
                #"{"cap":"2s","family":"constant","initial":"1s","jitter":{"amount":"50ms","kind":"additive"}}"#
            ),
        ])
    func backoffs(backoff: Backoff, json: String) throws {
        #expect(try JSON.encode(backoff) == json)
        #expect(try JSON.decode(json) == backoff)
    }

    @Test(
        "of each hint rule",
        arguments: [
            (RetryHintPolicy.obey, #"{"at_most":"5m","rule":"obey"}"#),
            (.obey(atMost: .zero), #"{"at_most":"0s","rule":"obey"}"#),
            (.clamp(), #"{"rule":"clamp","within":"5s"}"#), (.ignore, #"{"rule":"ignore"}"#),
        ])
    func hints(rule: RetryHintPolicy, json: String) throws {
        #expect(try JSON.encode(rule) == json)
        #expect(try JSON.decode(json) == rule)
    }

    @Test("cannot hold a closure, and the error says which one")
    func custom() throws {
        let mine = Backoff.custom("my backoff") { _ in .zero }
        for (policy, path) in [
            (RetryPolicy.api.backoff(mine), "backoff"),
            (RetryPolicy.api.backoff(mine, for: .rateLimit), "backoffs.rate_limit"),
        ] {
            let error = #expect(throws: EncodingError.self) { try JSONEncoder().encode(policy) }
            guard case .invalidValue(let value, let context) = error else { continue }
            #expect(value as? Backoff == mine)
            #expect(context.codingPath.map(\.stringValue).joined(separator: ".") == path)
            #expect(context.debugDescription.contains("my backoff"))
        }
    }
}
