import Foundation
import RetryCore
import Testing

@Suite("Hostile JSON", .timeLimit(.minutes(20)))
struct HostileDocumentTests {
    @Test("with a key twice keeps one of the two")
    func duplicateKeys() throws {
        let policy = try JSON.decode(#"{"max_attempts": 5, "max_attempts": 7}"#, as: RetryPolicy.self)
        #expect([5, 7].contains(policy.maxAttempts))
        WrongJSON(#"{"max_attempts": 0, "max_attempts": 0}"#, "max_attempts", "max_attempts is 0").check()
        let limits = try JSON.decode(#"{"retry_limits": {"unknown": 5, "unknown": 7}}"#, as: RetryPolicy.self)
        #expect([5, 7].contains(limits.retryLimit(for: .unknown)))
    }

    @Test("nested deeply is refused", arguments: [3, 100, 511, 513, 100_000])
    func deepNesting(depth: Int) {
        for (opening, closing) in [("[", "]"), (#"{"backoff":"#, "}")] {
            let open = String(repeating: opening, count: depth)
            let close = String(repeating: closing, count: depth)
            for json in [#"{"backoff": \#(open)1\#(close)}"#, #"{"retry_limits": {"unknown": \#(open)1\#(close)}}"#] {
                #expect(throws: DecodingError.self) { try JSON.decode(json, as: RetryPolicy.self) }
            }
        }
    }

    @Test("of ten megabytes is read to its end, or refused")
    func large() throws {
        let size = 10_000_000
        let digits = String(repeating: "9", count: size)
        #expect(isRefused(#"{"deadline": "\#(digits)s"}"#))
        #expect(isRefused(#"{"preset": "\#(digits)"}"#))
        #expect(isRefused(#"{"\#(digits)": 1}"#))
        #expect(isRefused(#"{"max_attempts": \#(digits)}"#))
        let spaced = "{" + String(repeating: " ", count: size) + #""max_attempts": 6}"#
        #expect(try JSON.decode(spaced) == RetryPolicy(maxAttempts: 6))
        let named = #"{"name": "\#(digits)"}"#
        #expect(try JSON.decode(named, as: RetryPolicy.self).name.utf8.count == size)
    }

    /// Not by `#expect(throws:)`, which would print the whole of an error of ten megabytes.
    private func isRefused(_ json: String) -> Bool {
        do {
            _ = try JSON.decode(json, as: RetryPolicy.self)
            return false
        } catch {
            return error is DecodingError
        }
    }

    @Test("of many entries is read to its end, or refused")
    func manyEntries() throws {
        let classes = (0..<4_000).map { ErrorClass("class\($0)") }
        let limits = classes.enumerated().map { #""\#($1)": \#($0)"# }.joined(separator: ",")
        let policy = try JSON.decode(#"{"retry_limits": {\#(limits)}}"#, as: RetryPolicy.self)
        #expect(policy.retryLimit(for: classes[3_999]) == 3_999)
        let delays = String(repeating: "0.001,", count: 4_000)
        let backoff = try JSON.decode(#"{"family": "list", "delays": [\#(delays)"1s"]}"#, as: Backoff.self)
        #expect(BackoffSchedule(backoff).bounds(afterAttempt: 4_001) == .seconds(1) ... .seconds(1))
        WrongJSON(
            #"{"backoff": {"family": "list", "delays": [\#(delays)-1]}}"#, "backoff.delays.Index 4000", "-1.0"
        ).check()
    }

    @Test(
        "with a number that is none is refused, if a decoder takes it",
        arguments: [
            WrongJSON(#"{"backoff": {"factor": "nan"}}"#, "backoff.factor", "factor is nan"),
            WrongJSON(#"{"backoff": {"factor": "inf"}}"#, "backoff.factor", "factor is inf"),
            WrongJSON(#"{"backoff": {"factor": "-inf"}}"#, "backoff.factor", "factor is -inf"),
            WrongJSON(
                #"{"backoff": {"jitter": {"kind": "proportional", "fraction": "nan"}}}"#, "backoff.jitter.fraction",
                "fraction is nan"),
            WrongJSON(#"{"deadline_s": "nan"}"#, "deadline_s", "deadline_s is nan"),
            WrongJSON(#"{"deadline_ms": "inf"}"#, "deadline_ms", "deadline_ms is inf"),
            WrongJSON(#"{"deadline": "nan"}"#, "deadline", "nan"),
            WrongJSON(#"{"hints": {"at_most_s": "-inf"}}"#, "hints.at_most_s", "at_most_s is -inf"),
            WrongJSON(
                #"{"backoff": {"family": "list", "delays": ["nan"]}}"#, "backoff.delays.Index 0", "nan"),
        ])
    func notANumber(_ it: WrongJSON) {
        it.check { data in
            let decoder = JSONDecoder()
            decoder.nonConformingFloatDecodingStrategy = .convertFromString(
                positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
            return try decoder.decode(RetryPolicy.self, from: data)
        }
    }

    @Test("of 2,000 policies with a changed byte is refused, or a policy that can be written again")
    func changedBytes() throws {
        var values = RandomValues(seed: 5)
        let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
        let likely = Array("\"{}[],:-.eE019 \\\u{0}smnul".utf8)
        var refused = 0
        for _ in 0..<1_000 {
            let written = try encoder.encode(values.policy())
            for _ in 0..<2 {
                var data = written
                data[values.number(below: data.count)] = values.one(of: likely)
                do {
                    let policy = try decoder.decode(RetryPolicy.self, from: data)
                    let back = try decoder.decode(RetryPolicy.self, from: encoder.encode(policy))
                    try #require(back == policy, "\(String(decoding: data, as: UTF8.self))")
                } catch is DecodingError {
                    refused += 1
                }
            }
        }
        #expect(refused > 1_000)
    }
}
