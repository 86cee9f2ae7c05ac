import Benchmark
import RetryAsync
import Synchronization

// Global, as they are in most programs.
private let profiles = CallCoalescer<Int, Int>()
private let quiet = pipeline { $0.chaos(ChaosPolicy().fault(.transient).latency(.seconds(1))) }
private let plain = pipeline { $0 }
private let stale = StaleValues<Int, Int>(StaleValuePolicy(maxAge: .seconds(60)))

/// Makes a pipeline where the optimiser does not see it, so that both are read in the same way.
@inline(never)
private func pipeline(_ refine: (RetryPipeline) -> RetryPipeline) -> RetryPipeline {
    refine(RetryPipeline(policy: .api))
}

/// Coalesced calls, fallbacks and chaos.
func callRows() -> [Row] {
    [
        coalescingAlone,
        coalescingHit,
        Row("fallback, first try", bar: .nanosecondsAboveLoop(30), mallocs: 0, loop: loopByHand) { upstream in
            try await withFallback {
                try await upstream.call()
            } fallback: { _ in
                0
            }
        },
        Row("stale values, a fresh value", bar: .nanosecondsAboveLoop(600), loop: loopByHand) { upstream in
            try await stale.call(7) { try await upstream.call() }.value
        },
        Row(
            "first try, chaos off, above a pipeline without", bar: .nanosecondsAboveLoop(1), mallocs: .aboveLoop(0),
            loop: { upstream in try await plain { try await upstream.call() } },
            operation: { upstream in try await quiet { try await upstream.call() } }),
    ]
}

/// A call of a service, which a sendable closure can make.
@inline(never)
private func answer(_ number: Int) async throws -> Int {
    if number < 0 { throw TransientError() }
    return number
}

private let coalescingAlone = Row(
    "coalescing, alone", bar: .nanosecondsAboveLoop(600),
    loop: { count in
        var sum = 0
        for number in 0..<count { sum &+= try await answer(number) }
        blackHole(sum)
    },
    batch: { count in
        var sum = 0
        for number in 0..<count { sum &+= try await profiles.call(7) { try await answer(number) } }
        blackHole(sum)
    }
)

/// A thousand callers of one run; beside them, as many that wait for a value in the way of a handwritten single flight.
private let coalescingHit = Row(
    "coalescing, hit, above a handwritten waiter", bar: .nanosecondsAboveLoop(300),
    loop: { count in
        try await crowd(count) { gate in
            let flight = HandwrittenFlight()
            Task { flight.end(await gate.value) }
            return { try await flight.value() }
        }
    },
    batch: { count in
        let coalescer = CallCoalescer<Int, Int>()
        try await crowd(count) { gate in
            { try await coalescer.call(7) { await gate.value } }
        }
    }
)

/// Callers that wait for one value, and leave when they are cancelled.
private final class HandwrittenFlight: Sendable {
    private struct State {
        var value: Int?
        var last = 0
        var waiters: [Int: CheckedContinuation<Int, any Error>] = [:]
    }

    private let state = Mutex(State())

    func value() async throws -> Int {
        let id = state.withLock { state in
            state.last += 1
            return state.last
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let value: Int? = state.withLock { state in
                    if state.value == nil { state.waiters[id] = continuation }
                    return state.value
                }
                if let value { continuation.resume(returning: value) }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(throwing: CancellationError())
        }
    }

    func end(_ value: Int) {
        let waiters = state.withLock { state in
            state.value = value
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume(returning: value) }
    }
}

/// Lets callers wait in crowds of a thousand for what a gate opens.
private func crowd(
    _ count: Int, _ make: (Task<Int, Never>) -> @Sendable () async throws -> Int
) async throws {
    var left = count
    while left > 0 {
        let size = min(left, 1_000)
        let (stream, opens) = AsyncStream.makeStream(of: Void.self)
        let gate = Task {
            for await _ in stream {}
            return 1
        }
        let call = make(gate)
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<size { group.addTask { try await call() } }
            // Most of the callers have come by now.
            for _ in 0..<4 { await Task.yield() }
            opens.finish()
            return try await group.reduce(0, +)
        }
        blackHole(sum)
        left -= size
    }
}
