import RetryCore
import Testing

@Suite("The field RateLimit", .timeLimit(.minutes(20)))
struct RateLimitFieldTests {
    private func hint(_ value: String, status: Int? = nil) -> RetryHint? {
        RateLimitHeaders.hint(status: status, now: 0) { $0 == "ratelimit" ? value : nil }
    }

    @Test(
        "is a list of policies, or a dictionary",
        arguments: [
            ("\"default\";r=0;t=30", 30), ("default;r=0;t=30", 30), (" \"default\" ;r=0;t=30", nil),
            ("\"default\"; r=0; t=30", 30), ("\"default\";t=30;r=0", 30), ("\"default\";t=30", 30),
            ("\"default\";r=0", nil),
            ("\"burst\";r=0;t=5, \"daily\";r=900;t=3600", 5), ("\"burst\";r=0;t=5,\"daily\";r=0;t=3600", 3_600),
            ("\"burst\";r=1;t=5\t,\t\"daily\";r=900;t=3600", nil), ("\"default\";r=0;t=30;pk=:cHsdsRa894==:", 30),
            ("\"default\";r=0;t=30;qu=\"requests, or; \\\"bytes\\\"\"", 30), ("\"default\";x;y=?1;z=1.5;r=0;t=30", 30),
            ("\"\";r=0;t=0", 0), ("\"default\";r=000;t=030", 30), ("\"default\";r=5;r=0;t=1;t=2", 2),
            ("limit=100, remaining=0, reset=30", 30), ("limit=100,remaining=50,reset=30", nil), ("reset=30", 30),
            ("limit=100;w=60, remaining=0, reset=30", 30), ("limit=100; remaining=0; reset=30", 30),
            ("limit=100, policy=\"100;w=60\", remaining=0, reset=30", 30),
        ] as [(String, Int?)])
    func forms(value: String, seconds: Int?) {
        #expect(hint(value) == seconds.map { .after(.seconds($0)) })
    }

    @Test func withA429EveryPolicyCountsIfNoneIsUsedUp() {
        #expect(hint("\"burst\";r=1;t=5, \"daily\";r=900;t=3600", status: 429) == .after(.seconds(3_600)))
    }

    @Test(
        "is no limit if it is no structured field",
        arguments: [
            "", " ", ",", ";", "\"", "\"default", "\"default\\", "\"default\";r=0;t=30,", "\"default\";r=0;t=30;",
            "\"default\";r=0;t=30 x", "\"default\";r=0;t=-30", "\"default\";r=-1;t=30", "\"default\";r=0;t=3.5",
            "\"default\";r=0;t=30s", "\"default\";r=0;t=\"30\"", "\"default\";r=0;t=:MzA=:", "\"default\";r=0;t=",
            "\"default\";=0;t=30", "(\"a\" \"b\");r=0;t=30", "\"default\";r=0;t=30, (", "\"default\";r=0;t=30;pk=:abc",
            "\"default\";r=none;t=30", "limit=100, remaining=0, reset=soon", "limit=, reset=30", "reset==30",
            "reset=30=",
            "\u{201C}default\u{201D};r=0;t=30", "reset=\u{FF13}", "reset=30\0", "\"a\";r=0;t=30\r\n",
        ])
    func garbage(value: String) {
        #expect(hint(value, status: 429) == nil)
    }

    @Test func tooLargeANumberIsALongTime() {
        #expect(hint("\"default\";r=0;t=99999999999999999999") == .after(.longest))
        #expect(hint("\"default\";r=99999999999999999999;t=1") == nil)
    }
}
