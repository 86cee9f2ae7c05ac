import MallocCounter
import RetryAsync
import RetryCore

// Global, as they are in most programs.
private let patient = Hedger(HedgePolicy(.fixed(.seconds(3_600))))
private let racing = Hedger(HedgePolicy(.zero))

/// Returns the rows for hedged calls.
func hedgingRows() -> [Row] {
    [
        Row("hedge, primary wins at once", bar: .shown) { _ in try await hedge(patient) { _ in 1 } },
        Row("hedge, primary wins before the delay, suspends once", bar: .nanoseconds(2_500), mallocs: 10) { _ in
            try await hedge(patient) { _ in
                await Task.yield()
                return 1
            }
        },
        Row("hedge that fires at once", bar: .nanosecondsAboveLoop(1_500), mallocs: 20, loop: bareRace) { _ in
            try await hedge(racing) { _ in
                await Task.yield()
                return 1
            }
        },
    ]
}

/// Two tasks, of which the first to end wins, and the other one is cancelled and awaited.
private let bareRace: Row.Operation = { _ in
    try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<2 {
            group.addTask {
                await Task.yield()
                return 1
            }
        }
        let first = try await group.next()
        group.cancelAll()
        return first ?? 0
    }
}
