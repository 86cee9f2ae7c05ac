/// The jobs that could run next, in no order of their own.
struct JobQueue: Sendable {
    /// The executor of a job that comes when the run is over.
    enum Successor: Sendable {
        /// The global executor, after a run that ended: tasks that outlive it come to their end like any other.
        case globalExecutor
        /// No executor, after a run that failed: it must not go on beside the tests that follow.
        case nobody
    }

    private var ready: [UnownedJob] = []
    private var successor: Successor?

    /// Adds a job, or returns it if it is the global executor's.
    mutating func add(_ job: UnownedJob) -> [UnownedJob] {
        switch successor {
        case nil: ready.append(job)
        case .globalExecutor: return [job]
        case .nobody: break
        }
        return []
    }

    /// Removes the job that the schedule picks, or returns nil if none is ready.
    mutating func takeNext(by schedule: inout Schedule) -> UnownedJob? {
        guard !ready.isEmpty else { return nil }
        ready.swapAt(schedule.pick(from: ready.count), ready.count - 1)
        return ready.removeLast()
    }

    /// Accepts no more jobs, and returns those that are the global executor's.
    mutating func close(_ successor: Successor) -> [UnownedJob] {
        self.successor = successor
        defer { ready = [] }
        return successor == .globalExecutor ? ready : []
    }
}
