import RetryCore

/// A serial executor that runs a job where it is enqueued, and counts them: each is a hop onto the actor.
final class InlineExecutor: SerialExecutor {
    private struct State {
        var waiting: [UnownedJob] = []
        var isBusy = false
        var jobCount = 0

        /// Takes in a job; whether the caller is to run what waits.
        mutating func add(_ job: UnownedJob) -> Bool {
            waiting.append(job)
            jobCount += 1
            defer { isBusy = true }
            return !isBusy
        }

        mutating func next() -> UnownedJob? {
            isBusy = !waiting.isEmpty
            return waiting.isEmpty ? nil : waiting.removeFirst()
        }
    }

    private let state = Locked(State())

    var jobCount: Int { state.withLock { $0.jobCount } }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // The last job may release the actor, and the actor this executor. The runtime calls with a borrowed
        // reference, which no `withExtendedLifetime` turns into one of our own.
        let own = Unmanaged.passRetained(self)
        defer { own.release() }
        guard state.withLock({ $0.add(job) }) else { return }
        while let job = state.withLock({ $0.next() }) {
            job.runSynchronously(on: asUnownedSerialExecutor())
        }
    }
}
