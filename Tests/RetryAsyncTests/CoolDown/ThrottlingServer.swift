import RetryAsync
import RetryTesting

/// A service that bears a rate, and answers 429 above it; what it bears saves up for a second.
final class ThrottlingServer: Sendable {
    struct Throttled: SelfClassifyingError {
        let retryAfter: Duration?
        var classification: ErrorClassification {
            ErrorClassification(.rateLimit, hint: retryAfter.map { .after($0) })
        }
    }

    struct State: Sendable {
        var tokens: Double
        var filledAt: Duration = .zero
        var requests: [Duration] = []
        var useful = 0
        var throttled = 0
    }

    private let clock: ManualClock
    private let rate: Double
    private let retryAfter: Duration?
    let state: Locked<State>

    init(rate: Double, retryAfter: Duration?, on clock: ManualClock) {
        (self.clock, self.rate, self.retryAfter) = (clock, rate, retryAfter)
        state = Locked(State(tokens: rate))
    }

    func answer() async throws {
        try await clock.sleep(for: .milliseconds(20))
        let now = clock.elapsed
        try state.withLock { state in
            state.requests.append(now)
            let passed = now - state.filledAt
            state.tokens = min(rate, state.tokens + rate * (passed / .seconds(1)))
            state.filledAt = now
            guard state.tokens >= 1 else {
                state.throttled += 1
                throw Throttled(retryAfter: retryAfter)
            }
            state.tokens -= 1
            state.useful += 1
        }
    }
}
