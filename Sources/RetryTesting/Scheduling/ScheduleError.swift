/// The report that a scenario on a ``DeterministicExecutor`` can't come to an end.
public struct ScheduleError: Error, Hashable, CustomStringConvertible {
    /// The reason why the scenario can't come to an end.
    public struct Reason: Hashable, Sendable, CustomStringConvertible {
        private enum Value { case deadlock, jobLimit }
        private let value: Value

        /// Nothing can run, no task sleeps on the clock, and the scenario has not finished.
        public static let deadlock = Reason(value: .deadlock)
        /// The scenario has reached the limit of jobs, and has not finished.
        public static let jobLimit = Reason(value: .jobLimit)

        /// The name of the reason.
        public var description: String { "\(value)" }
    }

    /// The reason why the scenario can't come to an end.
    public let reason: Reason
    /// The seed of the schedule: running it again leads to the same place.
    public let seed: UInt64
    /// The number of jobs that ran.
    public let jobsRun: Int
    /// The number of tasks asleep on the clock, or nil if the run was given no clock.
    public let sleepers: Int?

    init(_ reason: Reason, in schedule: Schedule, clock: ManualClock?) {
        self.reason = reason
        self.seed = schedule.seed
        self.jobsRun = schedule.jobsRun
        self.sleepers = clock?.sleeperCount
    }

    /// The problem, its place, and its usual causes.
    public var description: String {
        let asleep = sleepers.map { "\($0) asleep on the manual clock" } ?? "no manual clock was given"
        let place = "seed \(seed), \(jobsRun) jobs run, \(asleep)"
        if reason == .deadlock {
            return """
                deadlock (\(place)): the scenario has not finished and nothing can run. It waits for a continuation \
                that is never resumed, or for something outside of the executor: Task { }, Task.detached, the main \
                actor, Task.sleep, a clock that was not given to the run.
                """
        }
        return "job limit reached (\(place)): the scenario goes round without an end, or the limit is too low."
    }
}
