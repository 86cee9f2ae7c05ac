import Benchmark
import RetryAsync

// Global, as they are in most programs. A closure that captured them would be measured with its captures, which the
// handwritten loop does not have.
private let bounded = RetryPolicy.default.deadline(.seconds(5))
private let own = RetryPolicy.default.maxAttempts(5)

func firstTryRows() -> [Row] {
    [
        Row("first try, .default", bar: .ratio(1.5), mallocs: 0, loop: loopByHand) { upstream in
            try await retry { try await upstream.call() }
        },
        Row("first try, .api", bar: .ratio(1.8), mallocs: 0, loop: loopByHand) { upstream in
            try await retry(policy: .api) { try await upstream.call() }
        },
        Row("first try, a policy of one's own", bar: .ratio(1.8), mallocs: 0, loop: loopByHandOfGlobal) { upstream in
            try await retry(policy: own) { try await upstream.call() }
        },
        Row("first try, with a deadline", bar: .ratio(2), mallocs: 0, loop: loopByHandOfGlobal) { upstream in
            try await retry(policy: bounded) { try await upstream.call() }
        },
        Row(
            "first try, a policy refined inline", bar: .nanosecondsAboveLoop(160), mallocs: 1, loop: loopByHand
        ) { upstream in
            try await retry(policy: .api.maxAttempts(5).deadline(.seconds(5))) { try await upstream.call() }
        },
        firstTryInCallersLoop,
    ]
}

/// Everything in one function: here the handwritten loop doesn't even cost the call of a function.
private let firstTryInCallersLoop = Row(
    "first try, .default, in a loop of the same function", bar: .shown,
    loop: { count in
        let upstream = Upstream()
        var sum = 0
        for _ in 0..<count {
            for attempt in 1...3 {
                do {
                    sum &+= try await upstream.call()
                    break
                } catch {
                    if attempt == 3 || Task.isCancelled { throw error }
                }
            }
        }
        blackHole(sum)
    },
    batch: { count in
        let upstream = Upstream()
        var sum = 0
        for _ in 0..<count {
            sum &+= try await retry { try await upstream.call() }
        }
        blackHole(sum)
    }
)
