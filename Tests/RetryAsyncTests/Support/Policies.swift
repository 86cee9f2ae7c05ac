import RetryAsync
import RetryTesting

extension RetryPolicy {
    /// So many attempts, without a wait between them.
    static func immediate(_ attempts: Int) -> RetryPolicy {
        RetryPolicy(maxAttempts: attempts, backoff: .none)
    }

    /// So many attempts, the same time apart.
    static func every(_ delay: Duration, _ attempts: Int) -> RetryPolicy {
        RetryPolicy(maxAttempts: attempts, backoff: .constant(delay))
    }
}

extension ManualClock {
    /// The clock for a call.
    var retryClock: RetryClock { RetryClock(self) }

    /// The time that has passed on a clock that started at zero.
    var elapsed: Duration { now.offset }
}
