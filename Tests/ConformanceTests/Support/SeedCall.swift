import RetryAsync
import RetryTesting

/// A call as one of the seeds made it, to be made by a driver of this library.
struct SeedCall {
    var policy: RetryPolicy
    var classifier: ErrorClassifier?
    var condition: RetryCondition?
    /// The duration of each attempt.
    var work = Duration.zero
    /// The place of each draw in its range, from 0 to 1; the last one repeats.
    var random = [0.5]
    /// The operation, with the number of the attempt, from 1.
    var attempt: (Int) throws -> String

    /// A call of which every attempt fails.
    static func failing(
        _ policy: RetryPolicy, random: [Double] = [0.5], error: any Error = TransientError()
    ) -> SeedCall {
        SeedCall(policy: policy, random: random) { _ in throw error }
    }

    /// The policies that the blocking driver refuses by design, as it can't interrupt a running attempt.
    ///
    /// No recorded call asks for any of it, and so every one goes through both drivers.
    static let refusedByBlocking: [(setting: String, policy: RetryPolicy)] = [
        ("attempt_timeout", RetryPolicy(maxAttempts: 2, backoff: .none).attemptTimeout(.seconds(1))),
        ("deadline_behavior", RetryPolicy(maxAttempts: 2, backoff: .none).deadline(.seconds(1), .interrupt)),
    ]

    /// Runs the call, and returns its record by each driver.
    func runs() async -> ByDriver<SeedCallRecord> {
        await ByDriver { driver in await run(by: driver) }
    }

    private func run(by driver: Driver) async -> SeedCallRecord {
        let clock = ManualClock(autoAdvance: true)
        let sleeper = ManualSleeper(clock: clock)
        let recorder = RecordingRetryObserver()
        let callbacks = Locked<[JSON]>([])
        let note = { @Sendable (notice: RetryNotice) in
            callbacks.withLock { $0.append([.string("\(notice.error)"), .number(Double(notice.attempt))]) }
        }
        let generator = RetryRandomSource(ScriptedGenerator(fractions: random))
        var calls = 0
        func operation() throws -> String {
            calls += 1
            clock.advance(by: work)
            return try attempt(calls)
        }
        let pipeline = RetryPipeline("op", policy: policy)
            .classifier(classifier)
            .retryOn(condition)
            .observer(recorder.observer)
            .sleeper(sleeper.sleeper)
            .clock(RetryClock(clock))
            .random(generator)
        let result: Result<String, any Error>
        do {
            switch driver {
            case .blocking:
                result = .success(try retryBlocking(pipeline, onRetry: note, operation: operation))
            case .asynchronous:
                result = .success(try await retry(pipeline, onRetry: note) { try operation() })
            }
        } catch {
            result = .failure(error)
        }
        return SeedCallRecord(
            calls: calls, sleeps: driver == .blocking ? sleeper.sleeps : clock.sleeps, events: recorder.events,
            callbacks: callbacks.withLock { $0 }, result: result)
    }
}

/// The record of a call.
struct SeedCallRecord {
    let calls: Int
    let sleeps: [Duration]
    let events: [RetryEvent]
    /// The text of the error and the number of the attempt, for each time that `onRetry` was called.
    let callbacks: [JSON]
    let result: Result<String, any Error>

    /// The delays that were decided, those of zero included, for which there is no sleep.
    var delays: [Duration] { events.filter { $0.kind == .retry }.map(\.delay) }

    /// The value, or the name of the error's type.
    var outcome: JSON {
        switch result {
        case .success(let value): .string(value)
        case .failure(let error): .string("\(type(of: error))")
        }
    }

    /// The value, or the name of the error's type and its text.
    var outcomeWithText: JSON {
        switch result {
        case .success(let value): .string(value)
        case .failure(let error): .string("\(type(of: error)): \(error)")
        }
    }
}
