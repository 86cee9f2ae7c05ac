import AsyncHTTPClient
import RetryAsync
import Shared
import SharedHTTP

extension Plant {
    private static let jobs = (1...12).map { "/jobs/\($0)" }

    /// Each job takes a while; every third fails once, and the fifth for good.
    static let workerScript: Upstream.Script = jobs.enumerated().reduce(into: [:]) { script, job in
        let done = Upstream.Answer.late(.milliseconds(30), .status(200))
        script[job.element] = (job.offset + 1).isMultiple(of: 3) ? [.status(503), done] : [done]
        if job.element == "/jobs/5" { script[job.element] = [.status(503)] }
    }

    /// Three workers share a queue and a pipeline; a job that fails for good does not stop its worker.
    func work() async {
        begin("Workers", "12 jobs, 3 workers")
        let (queue, entrance) = AsyncStream.makeStream(of: String.self)
        for job in Self.jobs { entrance.yield(job) }
        entrance.finish()
        let executor = RetryPipeline(
            policy: RetryPolicy(maxAttempts: 3, backoff: .exponential(initial: .milliseconds(20)))
        ).named("job")

        let ledger = Ledger()
        await withDiscardingTaskGroup { group in
            for number in 1...3 {
                group.addTask { [client, upstream] in
                    for await job in queue {
                        let outcome = await executor.outcome { try await client.get(upstream.url(job)) }
                        await ledger.note(job, outcome.stopReason, attempts: outcome.attempts, by: number)
                        // A cancelled worker leaves its job to the next run, and takes no other.
                        if outcome.stopReason == .cancelled { return }
                    }
                }
            }
        }

        let (done, aside, attempts, workers) = await ledger.sums
        print("    \(done) jobs done by \(workers) workers, with \(attempts) attempts; put aside: \(aside)")
        checks.expect("jobs done", done, is: 11)
        checks.expect("jobs put aside", aside, is: ["/jobs/5"])
        checks.expect("workers", Double(workers), atLeast: 2)
        checks.expect("attempts", attempts, is: 12 + 4 + 2)
    }
}

/// The results of the jobs.
private actor Ledger {
    private var done = 0
    private var aside: [String] = []
    private var attempts = 0
    private var workers: Set<Int> = []

    func note(_ job: String, _ reason: RetryStopReason, attempts count: Int, by worker: Int) {
        if reason == .succeeded { done += 1 } else { aside.append(job) }
        attempts += count
        workers.insert(worker)
    }

    var sums: (done: Int, aside: [String], attempts: Int, workers: Int) { (done, aside, attempts, workers.count) }
}
