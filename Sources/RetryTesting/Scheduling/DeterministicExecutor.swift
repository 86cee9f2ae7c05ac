import RetryCore

/// An executor that runs a concurrent scenario on one thread, in an order that a seed decides.
///
/// Concurrent code goes wrong in some order of its steps, and a test on real threads meets that order by luck. Here
/// every order is a seed: of all the jobs that could run next one is picked at random by the seed, run until it
/// suspends, and so on. The same seed gives the same order, so a failure can be looked at again.
///
/// ```swift
/// try DeterministicExecutor.explore(seeds: 0..<1000) { clock in
///     let account = Account(balance: 10)
///     async let first: Void = account.withdraw(10, clock: clock)
///     async let second: Void = account.withdraw(10, clock: clock)
///     _ = await (first, second)
///     let balance = await account.balance
///     guard balance == 0 else { throw WrongBalance(balance) }
/// }
/// ```
///
/// When nothing can run, the manual clock goes to its next wake-up, so a scenario that lasts for hours takes no time.
/// Time never passes while something can run; where it should, let a task of the scenario move the clock.
///
/// **What stays on the executor**: the scenario, its `async let`s and task groups at any depth, the actors that it
/// calls unless they have an executor of their own, and all code that a continuation resumes. **What escapes it**:
/// `Task.detached`, a plain `Task { }` or `Task.immediate { }`, the main actor and actors with an executor of their
/// own, `Task.sleep` and every clock but the manual one. These run on other threads: a schedule that contains them
/// can't be repeated, and a scenario that waits for them is reported as a deadlock. A task that is no child stays if it
/// has the executor as its preference:
///
/// ```swift
/// let sleeper = Task(executorPreference: DeterministicExecutor.current) {
///     try await clock.sleep(for: .seconds(1))
/// }
/// ```
///
/// The order can change only where a task suspends or hops to an actor. An optimised build removes some of these
/// places, so explore in a debug build. Everything runs on one thread, but neither the compiler nor the code under test
/// can rely on it: state that several tasks share is in an actor or behind a lock, as in any other code.
public final class DeterministicExecutor: TaskExecutor {
    @TaskLocal static var active: DeterministicExecutor?

    private let jobs = Locked(JobQueue())

    init() {}

    /// The executor of the scenario that the current task belongs to, or nil outside of one.
    ///
    /// Pass it to `Task(executorPreference:)` to start a task that is no child and yet stays in the schedule.
    public static var current: DeterministicExecutor? { active }

    /// Enqueues a job of the Swift runtime.
    ///
    /// - Parameter job: The job to run when its turn comes.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        handOver(jobs.withLock { $0.add(job) })
    }

    /// Runs ready jobs until none is left; false if the schedule's limit came first.
    func runReadyJobs(by schedule: inout Schedule) -> Bool {
        while let job = jobs.withLock({ $0.takeNext(by: &schedule) }) {
            guard schedule.countJob() else { return false }
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
        return true
    }

    /// Ends the executor's work; later jobs, from another thread, are for `successor`.
    func close(_ successor: JobQueue.Successor) {
        handOver(jobs.withLock { $0.close(successor) })
    }

    private func handOver(_ late: [UnownedJob]) {
        for job in late { globalConcurrentExecutor.enqueue(job) }
    }
}
