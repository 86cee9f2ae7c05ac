import RetryCore

/// A scripted operation that fails and succeeds call by call.
///
/// ```swift
/// let clock = ManualClock(autoAdvance: true)
/// let fetch = FaultScript<Int>(.fail(ServerSideError()), .fail(TransientError(), after: .seconds(2)), .succeed(42))
///     .on(clock)
/// let value = try await retry(.api.clock(RetryClock(clock))) { try await fetch() }
/// #expect(value == 42 && fetch.calls == 3)
/// ```
///
/// A call after the last step throws a ``FaultScriptError``, unless the script ``Step/forever(_:)`` repeats one.
public final class FaultScript<Value: Sendable>: Sendable {
    /// The scripted behaviour of one call.
    public struct Step: Sendable {
        let result: Result<Value, any Error>
        let duration: Duration
        let repeats: Bool

        /// Throws an error, after a time on the script's clock.
        public static func fail(_ error: any Error, after duration: Duration = .zero) -> Step {
            Step(result: .failure(error), duration: duration, repeats: false)
        }

        /// Returns a value, after a time on the script's clock.
        public static func succeed(_ value: Value, after duration: Duration = .zero) -> Step {
            Step(result: .success(value), duration: duration, repeats: false)
        }

        /// Repeats `step` in this and in every later call.
        public static func forever(_ step: Step) -> Step {
            Step(result: step.result, duration: step.duration, repeats: true)
        }
    }

    private let steps: [Step]
    private let clock: ManualClock?
    private let callCount = Locked(0)

    /// Creates a script of steps; steps that take time need a clock, by ``on(_:)``.
    public convenience init(_ steps: Step...) {
        self.init(steps: steps, clock: nil)
    }

    /// Creates a script of steps.
    ///
    /// - Parameters:
    ///   - steps: The steps of the calls, in order.
    ///   - clock: The clock on which steps take their time.
    public init(steps: [Step], clock: ManualClock?) {
        self.steps = steps
        self.clock = clock
    }

    /// The same script on a clock, from its beginning.
    public func on(_ clock: ManualClock) -> FaultScript {
        FaultScript(steps: steps, clock: clock)
    }

    /// The number of calls.
    public var calls: Int { callCount.withLock { $0 } }

    /// Performs the next step, asleep on the clock for as long as the step takes.
    ///
    /// - Returns: The step's value.
    /// - Throws: The step's error, `CancellationError` as soon as the task is cancelled, or ``FaultScriptError``.
    public func callAsFunction() async throws -> Value {
        let step = try nextStep()
        if step.duration > .zero { try await clock?.sleep(for: step.duration) }
        return try step.result.get()
    }

    /// Performs the next step, moving the clock by as long as the step takes.
    ///
    /// - Returns: The step's value.
    /// - Throws: The step's error, or ``FaultScriptError``.
    public func callBlocking() throws -> Value {
        let step = try nextStep()
        if step.duration > .zero { clock?.advance(by: step.duration) }
        return try step.result.get()
    }

    private func nextStep() throws -> Step {
        let call = callCount.withLock { count in
            count += 1
            return count
        }
        guard let step = call <= steps.count ? steps[call - 1] : steps.last, call <= steps.count || step.repeats else {
            throw FaultScriptError(problem: "Call \(call) has no step: the script has \(steps.count).")
        }
        if step.duration > .zero, clock == nil {
            throw FaultScriptError(problem: "Step \(call) takes \(step.duration), and the script has no clock.")
        }
        return step
    }
}

/// An error for a call of a ``FaultScript`` that the script has no answer for.
public struct FaultScriptError: Error, Hashable, CustomStringConvertible {
    let problem: String

    /// The problem, and the remedy.
    public var description: String {
        problem + " Give the script a step for every call, and a clock if steps take time."
    }
}
