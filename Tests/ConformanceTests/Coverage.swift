import Testing

/// The vectors that are compared, and those that are not yet.
enum Coverage {
    static let reflexio = ["reflexio_default_classifier", "reflexio_strategies", "reflexio_runs"]
    static let redress = [
        "redress_breaker_trace", "redress_sqlstate", "redress_1_4_2_runs", "redress_deadline_runs",
        "redress_http_classifier",
    ]
    static let bindu = [
        "bindu_transient_types",
        "bindu_sync_counts_calls_outcome", "bindu_wait_windows_s", "bindu_breaker",
        "bindu_breaker_half_open_concurrent_probes_observed_of_10",
        "bindu_breaker_late_failure_while_open_restarts_timer_last_failure_t",
        "bindu_breaker_cancellation_state_failures", "bindu_registry_second_call_config_ignored",
        "bindu_retry_config",
    ]
    static let nodus = [
        "nodus_action_ids", "nodus_effect_store",
        "nodus_named_policies_readme",
        "nodus_resolve",
        "nodus_resolve_readme_positional",
        "nodus_execute",
        "nodus_is_retryable_error", "nodus_non_retryable_substrings", "nodus_delay_bounds_retry_number_min_max",
    ]
    static let cpex = [
        "cpex/0.2.0_ceiling10",
        "cpex/0.2.0_ceiling3",
        "cpex/0.2.0_ceiling1",
        "cpex/0.3.11_ceiling10",
        "cpex/0.3.11_ceiling3",
        "cpex/0.3.11_ceiling1",
        "cpex/state_shared_across_managers_0_2_0",
        "cpex/key_collision_0_2_0", "cpex/compute_delay_no_jitter",
    ]
    static let aws = [
        "aws/calculate_backoff_delay_no_jitter", "aws/jittered", "aws/retry_context",
        "aws/context_exhausted_without_break_current_attempt", "aws/context_get_delay_before_iteration",
        "aws/decorator", "aws/rate_limit_defaults", "aws/throttle_codes", "aws/message_needles",
        "aws/rate_limit_predicate",
    ]

    /// Numbers that the vectors above are computed from.
    static let inputs = ["_meta", "nodus_named_policies_source"]

    static let notCoveredYet: [String] = []

    /// The vectors of calls among those above, which are compared with each driver's behaviour.
    ///
    /// The others tell of values: of a schedule, a configuration, a tracker, an action id, a store, or of permits.
    static let calls: Set = [
        "reflexio_default_classifier", "reflexio_strategies", "reflexio_runs",
        "redress_sqlstate", "redress_1_4_2_runs", "redress_deadline_runs", "redress_http_classifier",
        "bindu_transient_types", "bindu_sync_counts_calls_outcome", "bindu_wait_windows_s", "bindu_breaker",
        "bindu_breaker_cancellation_state_failures",
        "nodus_execute", "nodus_is_retryable_error", "nodus_non_retryable_substrings",
        "nodus_delay_bounds_retry_number_min_max",
        "cpex/compute_delay_no_jitter",
        "aws/calculate_backoff_delay_no_jitter", "aws/jittered", "aws/retry_context",
        "aws/context_exhausted_without_break_current_attempt", "aws/decorator", "aws/throttle_codes",
        "aws/message_needles", "aws/rate_limit_predicate",
    ]

    static let covered = reflexio + redress + bindu + nodus + cpex + aws
}

@Suite("What of the recorded behaviour is compared", .timeLimit(.minutes(20)))
struct CoverageTests {
    @Test func everyKeyIsComparedOrListedAsNotYet() throws {
        let known = Coverage.covered + Coverage.inputs + Coverage.notCoveredYet
        #expect(Set(known).count == known.count)
        #expect(try Set(Vectors().keys) == Set(known))
        print("not covered yet (\(Coverage.notCoveredYet.count)): " + Coverage.notCoveredYet.joined(separator: ", "))
    }

    @Test func everyDifferenceIsOfACoveredKeyAndListedOnce() {
        let names = DeliberateDifference.all.map { "\($0.vector), \($0.case)" }
        #expect(Set(names).count == names.count)
        for difference in DeliberateDifference.all {
            #expect(Coverage.covered.contains(difference.vector))
            #expect(!difference.why.isEmpty && !difference.source.isEmpty)
        }
    }
}
