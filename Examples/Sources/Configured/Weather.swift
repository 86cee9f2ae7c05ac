import RetryAsync
import RetryFoundation
import RetryTesting
import Shared
import SharedHTTP

/// An error for a service that is up while one of its stations is down.
struct StationOffline: Error {}

extension Program {
    /// Six failures of the service, three of a station, and an answer.
    static let weatherScript: Upstream.Script = [
        "/weather": Array(repeating: .status(503), count: 6) + Array(repeating: .json("offline"), count: 3)
            + [.json("drizzle")],
        "/weather/down": [.status(503)],
    ]

    func getTheWeather() async throws {
        begin("Weather", "10 attempts, 2 to 120 s apart")
        let clock = ManualClock(autoAdvance: true)
        let outcome = await weatherExecutor(clock).outcome { try await weather() }
        print("    \(outcome.value ?? "nothing") after \(outcome.attempts) attempts in \(outcome.elapsed.short)")
        print("    waits: \(clock.sleeps.map(\.short).joined(separator: ", "))")

        checks.expect("answer", outcome.value, is: "drizzle")
        checks.expect("attempts", outcome.attempts, is: 10)
        checks.expect("requests", await upstream.arrivals(at: "/weather").count, is: 10)
        let bounds = [2, 2, 4, 8, 16, 32, 64, 120, 120]
        checks.expect("waits", clock.sleeps.count, is: bounds.count)
        for (wait, bound) in zip(clock.sleeps, bounds) {
            checks.expect("wait", wait, atLeast: .seconds(2), atMost: .seconds(bound))
        }
    }

    /// Creates a pipeline at each call, from the configuration of that moment.
    func weatherExecutor(
        _ clock: ManualClock, onRetry: (@Sendable (RetryNotice) -> Void)? = nil
    ) -> RetryPipeline {
        // Without the guards: this part is about attempts and waits.
        operations.current[.api].pipeline
            .breaker(nil)
            .budget(nil)
            .onRetry(onRetry)
            .clock(RetryClock(clock))
    }

    private func weather() async throws -> String {
        let answer = try await client.text(upstream.url("/weather"))
        if answer == "offline" { throw StationOffline() }
        return answer
    }
}
