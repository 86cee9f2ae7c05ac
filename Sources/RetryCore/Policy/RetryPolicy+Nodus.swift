// The named policies of nodus-retry, with the numbers of its page. As there, unknown errors have no limit of their own,
// each wait is up to 50 ms longer than computed, and none is longer than ten seconds.
extension RetryPolicy {
    /// `FLOW_NODE_DEFAULT`: three attempts, 500 ms doubling.
    public static let flowNodeDefault = nodus("FLOW_NODE_DEFAULT", 3, .milliseconds(500))

    /// `AGENT_LOW_MEDIUM`: three attempts, 200 ms doubling.
    public static let agentLowMedium = nodus("AGENT_LOW_MEDIUM", 3, .milliseconds(200))

    /// `AGENT_HIGH_RISK`: one attempt; any failure ends the call.
    ///
    /// Its effect may still happen twice if the caller calls again: `.agentHighRisk.guarantee(.exactlyOnce)` is refused
    /// without an effect store.
    public static let agentHighRisk = nodus("AGENT_HIGH_RISK", 1, .zero).failsImmediately()

    /// `ASYNC_JOB_DEFAULT`: five attempts, one second doubling.
    public static let asyncJobDefault = nodus("ASYNC_JOB_DEFAULT", 5, .seconds(1))

    /// `NODUS_SCHEDULED_DEFAULT`: three attempts, 300 ms doubling.
    public static let nodusScheduledDefault = nodus("NODUS_SCHEDULED_DEFAULT", 3, .milliseconds(300))

    /// `NO_RETRY`: one attempt.
    public static let noRetry = nodus("NO_RETRY", 1, .zero)

    private static func nodus(_ name: String, _ attempts: Int, _ initial: Duration) -> RetryPolicy {
        let backoff: Backoff =
            initial == .zero
            ? .none : .exponential(initial: initial, cap: .seconds(10), jitter: .additive(.milliseconds(50)))
        return RetryPolicy(maxAttempts: attempts, backoff: backoff).retries(nil, for: .unknown).named(name)
    }
}
