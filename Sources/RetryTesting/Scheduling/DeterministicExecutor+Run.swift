import RetryCore

extension DeterministicExecutor {
    /// Runs `body` to its end under the schedule of one seed.
    ///
    /// The call blocks its thread and needs no async context. Jobs that are ready when `body` has finished are run too;
    /// a task that still sleeps then goes on elsewhere when its clock is moved. If the run can't come to an end, none
    /// of it runs any more: its tasks stay suspended, so that they disturb no other test.
    ///
    /// ```swift
    /// let clock = ManualClock()
    /// let answer = try DeterministicExecutor.run(seed: 17, clock: clock) { try await fetch(clock: clock) }
    /// ```
    ///
    /// - Parameters:
    ///   - seed: The number that decides the order.
    ///   - clock: The clock that `body` sleeps on, to be moved when nothing else can happen.
    ///   - jobLimit: The number of jobs after which a run that has not ended counts as endless. A job that
    ///     never suspends is one job, and still endless.
    ///   - body: The scenario.
    /// - Returns: The result of `body`.
    /// - Throws: The error of `body`, or a ``ScheduleError`` if the run can't come to an end.
    public static func run<T: Sendable>(
        seed: UInt64,
        clock: ManualClock? = nil,
        jobLimit: Int = 1_000_000,
        _ body: @escaping @Sendable () async throws -> T
    ) throws -> T {
        let executor = DeterministicExecutor()
        let outcome = Locked<Result<T, any Error>?>(nil)
        _ = $active.withValue(executor) {
            Task(executorPreference: executor) {
                let result: Result<T, any Error>
                do { result = .success(try await body()) } catch { result = .failure(error) }
                outcome.withLock { $0 = result }
            }
        }
        var schedule = Schedule(seed: seed, jobLimit: jobLimit)
        let result: Result<T, any Error>
        do {
            result = try executor.waitForResult(in: outcome, by: &schedule, clock: clock)
        } catch {
            executor.close(.nobody)
            throw error
        }
        executor.close(.globalExecutor)
        return try result.get()
    }

    /// Runs `scenario` once for every seed, each time with a new clock, and stops at the first failure.
    ///
    /// Make everything that the scenario changes inside of it, so that no run sees the traces of another. To look at a
    /// failure again, run the seed that the error names:
    ///
    /// ```swift
    /// let clock = ManualClock()
    /// try DeterministicExecutor.run(seed: 17, clock: clock) { try await scenario(clock) }
    /// ```
    ///
    /// - Parameters:
    ///   - seeds: The seeds, one run for each.
    ///   - jobLimit: The number of jobs after which a run that has not ended counts as endless.
    ///   - scenario: The scenario; it receives the clock to sleep on. It throws to report a failure.
    /// - Returns: The results of the runs, in the order of the seeds.
    /// - Throws: ``ScheduleFailure`` with the first seed that failed and its error.
    @discardableResult
    public static func explore<T: Sendable>(
        seeds: Range<UInt64>,
        jobLimit: Int = 1_000_000,
        _ scenario: @escaping @Sendable (_ clock: ManualClock) async throws -> T
    ) throws(ScheduleFailure) -> [T] {
        var values: [T] = []
        for seed in seeds {
            let clock = ManualClock()
            do {
                values.append(try run(seed: seed, clock: clock, jobLimit: jobLimit) { try await scenario(clock) })
            } catch {
                throw ScheduleFailure(seed: seed, underlying: error)
            }
        }
        return values
    }

    private func waitForResult<T>(
        in outcome: Locked<Result<T, any Error>?>,
        by schedule: inout Schedule,
        clock: ManualClock?
    ) throws(ScheduleError) -> Result<T, any Error> {
        while true {
            guard runReadyJobs(by: &schedule) else { throw ScheduleError(.jobLimit, in: schedule, clock: clock) }
            if let result = outcome.withLock({ $0 }) { return result }
            if clock?.advanceToNextWakeUp() == nil { throw ScheduleError(.deadlock, in: schedule, clock: clock) }
        }
    }
}
