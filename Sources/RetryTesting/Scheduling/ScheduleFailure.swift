/// The first failure among many schedules, with the seed to repeat it.
public struct ScheduleFailure: Error, CustomStringConvertible {
    /// The seed of the schedule that failed.
    public let seed: UInt64
    /// The error that the scenario threw, or the ``ScheduleError`` of its run.
    public let underlying: any Error

    /// The seed, the error, and the way to run the schedule again.
    public var description: String {
        "schedule \(seed) failed: \(underlying) (see it again with DeterministicExecutor.run(seed: \(seed), …))"
    }
}
