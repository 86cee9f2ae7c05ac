import RetryCore
import RetryTesting
import Testing

@Suite("Backoff, whatever its settings", .timeLimit(.minutes(20)))
struct BackoffCampaignTests {
    /// A draw that was wrong, with everything that made it.
    private struct Violation: Error, CustomStringConvertible {
        let backoff: Backoff
        let attempt: Int
        let previous: Duration?
        let delay: Duration

        var description: String {
            "\(backoff) after attempt \(attempt), previous \(String(describing: previous)): \(delay)"
        }
    }

    /// Draws once, within the cap and within the bounds, or throws.
    private func draw(_ schedule: BackoffSchedule, _ values: inout RandomValues) throws -> Duration {
        let attempt = values.attempt()
        let previous = values.number(below: 3) == 0 ? nil : values.anyDuration()
        let delay = schedule.delay(afterAttempt: attempt, previous: previous, using: &values.generator)
        let bounds = schedule.bounds(afterAttempt: attempt, previous: previous)
        guard bounds.contains(delay), bounds.lowerBound >= .zero, bounds.upperBound <= schedule.backoff.cap else {
            throw Violation(backoff: schedule.backoff, attempt: attempt, previous: previous, delay: delay)
        }
        return delay
    }

    @Test("never leaves zero to its cap in 200,000 draws of 40,000 backoffs", arguments: 0..<4)
    func bounds(part: Int) throws {
        var values = RandomValues(seed: UInt64(100 + part))
        var (atZero, atCap, between) = (0, 0, 0)
        for index in 0..<10_000 {
            let backoff = index % 8 == 0 ? values.hostileBackoff() : values.backoff()
            let schedule = BackoffSchedule(backoff)
            for _ in 0..<5 {
                switch try draw(schedule, &values) {
                case .zero: atZero += 1
                case backoff.cap: atCap += 1
                default: between += 1
                }
            }
        }
        // The campaign is about something: it meets both ends and what lies between.
        #expect(min(atZero, atCap, between) > 5_000)
    }

    @Test("never falls without jitter, but for a list")
    func monotonic() throws {
        var values = RandomValues(seed: 200)
        for _ in 0..<2_000 {
            let cap = values.duration()
            let initial = min(cap, values.duration())
            let schedules = [
                Backoff.linear(initial: initial, increment: values.duration(), cap: cap, jitter: .none),
                Backoff.exponential(initial: initial, factor: values.factor(), cap: cap, jitter: .none),
                Backoff.fibonacci(initial: initial, cap: cap, jitter: .none),
            ].map { BackoffSchedule($0) }
            let attempt = max(1, values.attempt())
            let next = attempt == .max ? attempt : attempt + 1
            for schedule in schedules
            where schedule.delay(afterAttempt: attempt) > schedule.delay(afterAttempt: next) {
                Issue.record("\(schedule.backoff) falls after attempt \(attempt)")
            }
        }
    }
}
