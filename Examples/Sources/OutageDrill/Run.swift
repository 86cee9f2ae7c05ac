import AsyncHTTPClient
import RetryAsync
import SharedHTTP

/// The record of one run of the drill.
///
/// Times count from its start.
struct Run {
    let way: Way
    let schedule: Schedule
    /// The calls in the order in which they started.
    let calls: [Call]
    /// The arrival times of the requests at the upstream.
    let requests: [Duration]

    /// One call of a caller, with all its retries.
    struct Call: Sendable {
        let start: Duration
        let end: Duration
        let hasSucceeded: Bool
    }
}

extension Run {
    /// Calls the service at a steady rate, while it has its outage.
    init(_ way: Way, _ schedule: Schedule, of service: Service, _ get: @escaping @Sendable () async throws -> Void)
        async throws
    {
        let executor = way.makeExecutor()
        try await get()  // the first request of all takes longer, and is not counted
        let start = await service.begin()
        let calls = try await Self.load(schedule, from: start) { try await executor.execute(operation: get) }
        self.init(way: way, schedule: schedule, calls: calls, requests: await service.end())
    }

    /// Starts a call in every interval of the schedule, each in a task of its own.
    ///
    /// When the schedule ends, the calls that are still under way are cancelled.
    private static func load(
        _ schedule: Schedule, from start: ContinuousClock.Instant, call: @escaping @Sendable () async throws -> Void
    ) async throws -> [Call] {
        try await withThrowingTaskGroup(of: Call.self) { callers in
            for number in 0..<Int(schedule.end / schedule.interval) {
                try await Task.sleep(until: start + schedule.interval * number, clock: .continuous)
                callers.addTask {
                    let begin = start.duration(to: .now)
                    let hasSucceeded = (try? await call()) != nil
                    return Call(start: begin, end: start.duration(to: .now), hasSucceeded: hasSucceeded)
                }
            }
            try await Task.sleep(until: start + schedule.end, clock: .continuous)
            callers.cancelAll()
            return try await callers.reduce(into: []) { $0.append($1) }.sorted { $0.start < $1.start }
        }
    }
}
