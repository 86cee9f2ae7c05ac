extension DeliberateDifference {
    static let breakers = [
        DeliberateDifference(
            "bindu_breaker", "threshold_0", weDo: "refused: consecutive_failures is 0: it must be at least 1",
            why: "A threshold of nothing is a mistake; the seed opened at the first failure.", source: "SEEDS §2.11"),
        DeliberateDifference(
            "bindu_breaker_half_open_concurrent_probes_observed_of_10", "probes", weDo: 1,
            why: "A half-open circuit lets exactly as many probes through as it says.", source: "SEEDS §2.9"),
        DeliberateDifference(
            "bindu_breaker_late_failure_while_open_restarts_timer_last_failure_t", "time", weDo: 0,
            why: "A call from before the circuit opened changes nothing, and does not make the break longer.",
            source: "SEEDS §2.9"),
        DeliberateDifference(
            "bindu_registry_second_call_config_ignored", "second call",
            weDo: "refused: consecutive_failures is 3, not 9",
            why: "Other settings for a name that is taken are not silently ignored.", source: "SEEDS §2.9"),
    ]
}
