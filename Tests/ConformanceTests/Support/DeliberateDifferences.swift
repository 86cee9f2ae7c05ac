// The one list of deliberate differences from the systems that this library learned from. Paragraphs are those of
// SEEDS.md; other sources are named.
extension DeliberateDifference {
    static let all = reflexio + redress + bindu + breakers + nodus + nodusPolicies + tools + aws + effects
}

extension DeliberateDifference {
    private static let reflexio =
        [
            DeliberateDifference(
                "reflexio_runs", "rate_limit_exhaust_max3",
                weDo: [
                    "calls": 3, "sleeps_s": [0.5, 1], "outcome": "RateLimitError",
                    "events": [
                        ["retry", 1, 0.5, limited], ["retry", 2, 1, limited], ["max_attempts_exceeded", 3, 0, limited],
                    ],
                ],
                why: "After the last attempt there is no retry to tell of, and nothing to wait for.",
                source: "SEEDS §2.5"),
            DeliberateDifference(
                "reflexio_runs", "unknown_uncapped_max3",
                weDo: [
                    "calls": 3, "sleeps_s": [0.5, 1], "outcome": "Odd",
                    "events": [["retry", 1, 0.5, odd], ["retry", 2, 1, odd], ["max_attempts_exceeded", 3, 0, odd]],
                ],
                why: "After the last attempt there is no retry to tell of, and nothing to wait for.",
                source: "SEEDS §2.5"),
            DeliberateDifference(
                "reflexio_runs", "strategies_only_missing_class", weDo: withoutStrategy(limited, last: limited),
                why:
                    "A policy always has a backoff: a class without its own takes the policy's, and no error is masked.",
                source: "SEEDS §2.6"),
            refusedBase(at: "0"), refusedBase(at: "0.5"), refusedBase(at: "1"),
        ] + [402, 410, 418, 451, 499].map { refusal(by: $0) } + [
            refusal(by: 501),
            DeliberateDifference(
                "reflexio_default_classifier", "ReadTimeoutError status 418 code null \"unmapped code falls to name\"",
                weDo: "PERMANENT",
                why: "A status is certain knowledge, and a name is not.", source: "the order of evidence"),
        ]

    private static func refusal(by status: Int) -> DeliberateDifference {
        DeliberateDifference(
            "reflexio_default_classifier", "OddballError status \(status) code null \"status\"", weDo: "PERMANENT",
            why: "The answer is about the request: the next attempt meets the same.", source: "RFC 9110 §15")
    }

    private static func refusedBase(at fraction: String) -> DeliberateDifference {
        DeliberateDifference(
            "reflexio_strategies", "decorrelated_base10_max1 at \(fraction)",
            weDo: "refused: cap is 1.0 seconds: it must be at least the first delay, 10.0 seconds",
            why: "A first delay above the cap is a mistake, and none to be corrected silently.", source: "SEEDS §2.10")
    }

    /// The calls of a policy that has a strategy for another class only.
    private static func withoutStrategy(_ tags: JSON, last: JSON) -> JSON {
        [
            "calls": 6, "sleeps_s": [0.05, 0.1, 0.2, 0.4, 0.8], "outcome": "RateLimitError",
            "events": [
                ["retry", 1, 0.05, tags], ["retry", 2, 0.1, tags], ["retry", 3, 0.2, tags], ["retry", 4, 0.4, tags],
                ["retry", 5, 0.8, tags], ["max_attempts_exceeded", 6, 0, last],
            ],
        ]
    }

    private static let limited: JSON = ["class": "RATE_LIMIT", "err": "RateLimitError", "operation": "op"]
    private static let odd: JSON = ["class": "UNKNOWN", "err": "Odd", "operation": "op"]
}

extension DeliberateDifference {
    private static let redress = [
        DeliberateDifference(
            "redress_sqlstate", "\"23505\"", weDo: "PERMANENT",
            why: "A unique violation is an answer about the row: the next attempt meets the same.",
            source: "PostgreSQL, appendix A"),
        DeliberateDifference(
            "redress_1_4_2_runs", "strategies_only_missing_class",
            weDo: withoutStrategy(
                ["class": "RATE_LIMIT", "err": "RateLimitError", "cause": "exception", "operation": "op"],
                last: [
                    "class": "RATE_LIMIT", "err": "RateLimitError", "cause": "exception", "operation": "op",
                    "stop_reason": "MAX_ATTEMPTS_GLOBAL",
                ]),
            why: "A policy always has a backoff: a class without its own takes the policy's.", source: "SEEDS §2.6"),
        DeliberateDifference(
            "redress_http_classifier", "status 422", weDo: "PERMANENT",
            why: "Two seeds differ: reflexio knows that a request that cannot be processed stays so.",
            source: "SEEDS §1 R"),
    ]

    private static let bindu = [
        DeliberateDifference(
            "bindu_retry_config", "{\"retry_policy\": {\"max_attempts\": 0}}",
            weDo: "refused: retry_policy.max_attempts is 0",
            why: "A call that can run nothing is a mistake; the seed took it for a setting left out.",
            source: "SEEDS §2.11"),
        DeliberateDifference(
            "bindu_wait_windows_s", "min_gt_max_5_2 after_attempt_1_to_3",
            weDo: "refused: jitter.amount is 5.0 seconds: it must be at most the cap, 2.0 seconds",
            why: "A shortest wait above the longest one is a mistake, and none to be corrected silently.",
            source: "SEEDS §2.11"),
        DeliberateDifference(
            "bindu_wait_windows_s", "storage async_decorator", weDo: "uniform(lo,hi)",
            why: "Every kind of operation spreads its waits, whichever driver runs it.", source: "SEEDS §5"),
    ]
}

extension DeliberateDifference {
    private static let nodus = [
        fromTheFirstPower(
            "FLOW_NODE_DEFAULT",
            [
                [0, 0, 0], [1, 0.2, 0.25], [2, 0.4, 0.45], [3, 0.8, 0.85], [4, 1.6, 1.65], [5, 3.2, 3.25],
                [6, 6.4, 6.45], [7, 10, 10], [8, 10, 10],
            ]),
        fromTheFirstPower(
            "ASYNC_JOB_DEFAULT",
            [
                [0, 0, 0], [1, 0.5, 0.55], [2, 1, 1.05], [3, 2, 2.05], [4, 4, 4.05], [5, 8, 8.05], [6, 10, 10],
                [7, 10, 10], [8, 10, 10],
            ]),
        fromTheFirstPower(
            "NODUS_SCHEDULED_DEFAULT",
            [
                [0, 0, 0], [1, 0.3, 0.35], [2, 0.6, 0.65], [3, 1.2, 1.25], [4, 2.4, 2.45], [5, 4.8, 4.85],
                [6, 9.6, 9.65], [7, 10, 10], [8, 10, 10],
            ]),
        fromTheFirstPower(
            "custom_exp_200",
            [
                [0, 0, 0], [1, 0.2, 0.25], [2, 0.4, 0.45], [3, 0.8, 0.85], [4, 1.6, 1.65], [5, 3.2, 3.25],
                [6, 6.4, 6.45], [7, 10, 10], [8, 10, 10],
            ]),
    ]

    private static func fromTheFirstPower(_ policy: String, _ bounds: JSON) -> DeliberateDifference {
        DeliberateDifference(
            "nodus_delay_bounds_retry_number_min_max", policy, weDo: bounds,
            why: "As its page has it, the first delay is the base itself: base · 2ᵏ⁻¹.", source: "SEEDS §2.1")
    }
}

extension DeliberateDifference {
    private static let aws = [
        DeliberateDifference(
            "aws/calculate_backoff_delay_no_jitter", "{} attempts [0]", weDo: [0],
            why: "Attempts are numbered from 1: before the first one nothing has failed.", source: "SEEDS §1 A"),
        DeliberateDifference(
            "aws/jittered", "random 0.5", weDo: [1, 2, 4, 8, 16, 32, 45, 45],
            why: "The range is cut at the cap, so that no draw passes it.", source: "SEEDS §2.7"),
        DeliberateDifference(
            "aws/jittered", "random 0.9999999999", weDo: [1.5, 3, 6, 12, 24, 48, 60, 60],
            why: "The range is cut at the cap, so that no draw passes it.", source: "SEEDS §2.7"),
        DeliberateDifference(
            "aws/retry_context", "{\"initial_delay\": \"0.1\", \"max_attempts\": \"3\"} 3 rounds",
            weDo: [
                "current_attempt": 3, "sleeps": [0.1, 0.2],
                "trace": [[1, "fail", true, 0.1], [2, "fail", true, 0.2], [3, "fail", false, nil]],
            ],
            why: "Where no attempt follows there is no delay.", source: "SEEDS §2.8"),
        DeliberateDifference(
            "aws/retry_context", "{\"exceptions\": \"(<class 'ValueError'>,)\", \"max_attempts\": \"3\"} 1 rounds",
            weDo: ["current_attempt": 1, "sleeps": [], "trace": [[1, "fail", false, nil]]],
            why: "Where no attempt follows there is no delay.", source: "SEEDS §2.8"),
        DeliberateDifference(
            "aws/context_get_delay_before_iteration", "all", weDo: nil,
            why: "Before the first attempt nothing has failed, and there is no delay.", source: "SEEDS §2.8"),
        DeliberateDifference(
            "aws/decorator", "max_attempts_0", weDo: "refused: max_attempts is 0: it must be at least 1",
            why: "A call that can run nothing is a mistake in the policy.", source: "SEEDS §2.11"),
        rateLimit("ClientError:AccessDeniedException", isRetried: false),
        rateLimit("ClientError:ValidationException message 'Rate limit'", isRetried: false),
        DeliberateDifference(
            "aws/rate_limit_predicate", "ClientError:SlowDown is one", weDo: true,
            why: "The SDKs of Amazon take this code for throttling.", source: "the SDKs' standard retry mode"),
        rateLimit("Exception 'HTTP 429'", isRetried: true),
        rateLimit("Exception 'Rate limit exceeded'", isRetried: true),
        rateLimit("Exception 'request throttled'", isRetried: true),
        rateLimit("Exception 'order 14290 failed'", isRetried: true),
    ]

    private static func rateLimit(_ error: String, isRetried: JSON) -> DeliberateDifference {
        DeliberateDifference(
            "aws/rate_limit_predicate", "\(error) is retried", weDo: isRetried,
            why: "What is a rate limit is retried, and nothing else; upstream only wrote it to its log.",
            source: "SEEDS §2.8")
    }
}
