/// The rejection of a call by a bulkhead: the operation was not run.
public struct BulkheadFullError: SelfClassifyingError, AttemptRejectedError, Hashable, CustomStringConvertible {
    /// The name of the bulkhead.
    public let name: String?
    /// The number of permits, which were all in use.
    public let permits: Int
    /// The greatest length of the queue.
    public let queue: Int
    /// The number of calls that waited in the queue when the call was rejected.
    public let waiting: Int

    /// Creates the error.
    public init(name: String?, permits: Int, queue: Int = 0, waiting: Int = 0) {
        (self.name, self.permits, self.queue, self.waiting) = (name, permits, queue, waiting)
    }

    /// A transient failure: a permit is released when another call ends.
    public var classification: ErrorClassification { .transient }

    /// Unknown: no time ends the rejection but the end of another call.
    public var retryAfter: Duration? { nil }

    /// The permits and the queue, and the advice that follows from them.
    public var description: String {
        let title = name.map { " \"\($0)\"" } ?? ""
        let use = permits == 1 ? "its permit is" : "all \(permits) permits are"
        let waits =
            queue == 0
            ? "and it has no queue"
            : "and \(waiting.of("call")) \(waiting == 1 ? "waits" : "wait") in its queue of \(queue)"
        return
            "The bulkhead\(title) rejected the call: \(use) in use, \(waits). Make fewer calls at the same time, or allow "
            + "more by the policy's permits, queue and maxWait."
    }
}
