import RetryAsync
import RetryTesting
import Testing

/// Calls in every order of their events that a seed leads to.
///
/// A failure names its seed, and tells all that happened. To look at it again, run `Schedules.explore` for that seed.
@Suite("Schedules", .serialized, .timeLimit(.minutes(Schedules.minutes)))
struct ScheduleTests {
    private typealias Step = Scenario.Step

    @Test(arguments: [true, false])
    func cancellationAgainstWakeUp(isSeen: Bool) throws {
        let plans = [Plan.every(0, 3), .every(1, 3)]
        let ends = try Schedules.explore(percent: 8) { generator, clock in
            var generator = generator
            let scenario = Scenario(
                plan: generator.pick(from: plans), steps: [Step(), Step(), Step(ending: .value)],
                cancelledAfter: generator.pick(0, 1, 2))
            return try await isSeen ? scenario.run(on: clock) : scenario.runUnseen(on: clock)
        }
        #expect(ends.keys.sorted() == ["CancellationError 1", "CancellationError 2", "value 3"])
    }

    @Test(arguments: [true, false])
    func cancellationAgainstTheEndOfAnAttempt(isSeen: Bool) throws {
        let plans = [Plan.every(0, 2), .every(1, 2)]
        let ends = try Schedules.explore(percent: 8) { generator, clock in
            var generator = generator
            let ending = generator.pick(Step.Ending.value, .fault)
            let scenario = Scenario(
                plan: generator.pick(from: plans),
                steps: [Step(seconds: 1, ending: ending, isDeaf: generator.pick(true, false))],
                cancelledAfter: generator.pick(1, 2))
            return try await isSeen ? scenario.run(on: clock) : scenario.runUnseen(on: clock)
        }
        #expect(ends.keys.sorted() == ["CancellationError 1", "CancellationError 2", "Fault 2", "value 1"])
    }

    @Test(arguments: [false, true])
    func timeoutAgainstTheEndOfAnAttemptAgainstCancellation(hasTimer: Bool) throws {
        let plans = [0, 1].map { Plan.every($0, 2) { $0.attemptTimeout(.seconds(1)) } }
        let ends = try Schedules.explore(percent: 20) { generator, clock in
            var generator = generator
            let first = Step(
                seconds: generator.pick(1, 2), ending: generator.pick(.value, .fault),
                isDeaf: generator.pick(true, false))
            let second = Step(seconds: 1, ending: generator.pick(.value, .fault, .cancellation))
            return try await Scenario(
                plan: generator.pick(from: plans), steps: [first, second], cancelledAfter: generator.pick(nil, 1, 2),
                hasTimer: hasTimer
            ).run(on: clock)
        }
        let expected = [
            "AttemptTimeoutError 2", "CancellationError 1", "CancellationError 2", "Fault 2", "value 1", "value 2",
        ]
        #expect(ends.keys.sorted() == expected)
    }

    @Test(arguments: [false, true])
    func interruptingDeadlineAgainstTheEndOfAnAttempt(hasTimer: Bool) throws {
        let plan = Plan.every(1, 3) { $0.deadline(.seconds(3), .interrupt) }
        let ends = try Schedules.explore(percent: 16) { generator, clock in
            var generator = generator
            let ending = generator.pick(Step.Ending.value, .fault)
            let first = generator.pick(Step(seconds: 1), Step(seconds: 3), Step(seconds: 4))
            return try await Scenario(
                plan: plan, steps: [first, Step(seconds: generator.pick(1, 2), ending: ending)],
                cancelledAfter: generator.pick(nil, nil, 3), hasTimer: hasTimer
            ).run(on: clock)
        }
        let expected = [
            "CancellationError 1", "CancellationError 2", "DeadlineExceededError 1", "Fault 1", "Fault 2", "value 2",
        ]
        #expect(ends.keys.sorted() == expected)
    }

    @Test func twoExecutorsShareAnObserver() throws {
        let plan = Plan.every(1, 2)
        let ends = try Schedules.explore(percent: 16) { generator, clock in
            var generator = generator
            let traces = (a: Trace(clock), b: Trace(clock))
            let observer = RetryObserver { event in
                (event.operation == "a" ? traces.a : traces.b).add(.told(event, isCancelled: Task.isCancelled))
            }
            func scenario(_ name: String) -> Scenario {
                Scenario(
                    name: name, plan: plan,
                    steps: [Step(seconds: generator.pick(0, 1)), Step(ending: generator.pick(.value, .fault))],
                    cancelledAfter: generator.pick(nil, 1))
            }
            let (a, b) = (scenario("a"), scenario("b"))
            async let first = a.run(on: clock, sharing: (traces.a, observer))
            async let second = b.run(on: clock, sharing: (traces.b, observer))
            let end = try await "\(first), \(second)"
            guard clock.sleeperCount == 0 else { throw Violation("no task sleeps at the end", a, traces.a.entries) }
            return end
        }
        let kinds = ["CancellationError 1", "Fault 2", "value 2"]
        #expect(Set(ends.keys) == Set(kinds.flatMap { one in kinds.map { "\(one), \($0)" } }))
    }

    @Test func anything() throws {
        let ends = try Schedules.explore(percent: 16) { generator, clock in
            var generator = generator
            let scenario = Scenario.any(&generator)
            return try await generator.pick(true, false) ? scenario.run(on: clock) : scenario.runUnseen(on: clock)
        }
        let kinds = Set(ends.keys.compactMap { $0.split(separator: " ").first })
        #expect(kinds == ["AttemptTimeoutError", "CancellationError", "DeadlineExceededError", "Fault", "value"])
    }
}

extension Scenario {
    /// A call of any kind.
    fileprivate static func any(_ generator: inout SeededGenerator) -> Scenario {
        let steps = (1...generator.pick(1, 2, 4)).map { _ in
            Step(
                seconds: generator.pick(0, 1, 2, 3), ending: generator.pick(.value, .fault, .fault, .cancellation),
                isDeaf: generator.pick(true, false, false, false))
        }
        return Scenario(
            plan: generator.pick(from: Plan.ofEveryKind), steps: steps,
            cancelledAfter: generator.pick(nil, nil, 0, 1, 2, 3, 4), hasTimer: generator.pick(true, false))
    }
}
