import RetryAsync
import RetryCore
import RetryTesting
import Testing

/// Coalesced calls on the threads of the system.
@Suite("Coalesced calls on many threads", .timeLimit(.minutes(20)))
struct CoalescerThreadTests {
    @Test("every caller gets a value of its key, the counts add up, and nothing is left")
    func stress() async throws {
        let coalescer = CallCoalescer<Int, Int>()
        let runs = Locked(0)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<16 {
                group.addTask {
                    for round in 0..<500 {
                        let key = (task + round) % 4
                        let value = try await coalescer.call(key) {
                            runs.withLock { $0 += 1 }
                            if round % 3 == 0 { await Task.yield() }
                            return key
                        }
                        #expect(value == key)
                    }
                    return 0
                }
            }
            try await group.waitForAll()
        }
        let seen = coalescer.snapshot()
        #expect(seen.calls == 8_000 && seen.runs == runs.withLock { $0 } && seen.alone == 0)
        #expect(seen.keys == 0 && seen.waiting == 0 && seen.cancelling == 0)
    }

    @Test("callers that are cancelled at any moment leave nothing behind, and disturb no other")
    func cancellations() async throws {
        let coalescer = CallCoalescer<Int, Int>()
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    for round in 0..<300 {
                        let key = round % 2
                        let call = Task {
                            try await coalescer.call(key) {
                                for _ in 0..<3 {
                                    await Task.yield()
                                    try Task.checkCancellation()
                                }
                                return key
                            }
                        }
                        let isCancelled = (task + round) % 3 == 0
                        if isCancelled { call.cancel() }
                        switch await call.result {
                        case .success(let value): #expect(value == key)
                        case .failure(let error): #expect(isCancelled && error is CancellationError)
                        }
                    }
                }
            }
        }
        // Runs that were cancelled last may still be on their way to their ends.
        while coalescer.snapshot().cancelling > 0 { await Task.yield() }
        #expect(coalescer.snapshot().keys == 0 && coalescer.snapshot().waiting == 0)
    }

    @Test("a caller of a higher priority raises that of the run, and so does one whose own is raised")
    func priorities() async throws {
        let coalescer = CallCoalescer<String, TaskPriority>()
        for raisesLater in [false, true] {
            let isOpen = Locked(false)
            let first = Task(priority: .background) {
                try await coalescer.call("a") {
                    while !isOpen.withLock({ $0 }) { await Task.yield() }
                    return Task.currentPriority
                }
            }
            while coalescer.snapshot().waiting < 1 { await Task.yield() }
            let second = Task(priority: raisesLater ? .background : .high) {
                try await coalescer.call("a") { .background }
            }
            while coalescer.snapshot().waiting < 2 { await Task.yield() }
            if raisesLater, #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) {
                second.escalatePriority(to: .high)
            }
            isOpen.withLock { $0 = true }
            // Read by a task of a low priority, which raises none of them by waiting.
            let value = try await Task(priority: .background) { try await (first.value, second.value) }.value
            if #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) {
                #expect(value.0 >= .high && value.1 == value.0)
            }
        }
    }
}
