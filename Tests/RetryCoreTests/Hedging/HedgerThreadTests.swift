import RetryCore
import RetryTesting
import Testing

/// A hedger that many threads share.
@Suite("Hedgers on many threads", .timeLimit(.minutes(20)))
struct HedgerThreadTests {
    @Test("the counts add up at every moment and at the end, and no call is lost")
    func counts() {
        let (threads, calls) = (6, 3000)
        let hedger = Hedger(HedgePolicy(.zero, maxAttempts: 3, budget: .tokenBucket(perSuccess: 0.5, capacity: 100)))
        let meeting = Meeting(of: threads + 1)
        let workers = (0..<threads).map { thread in
            TestThread {
                meeting.wait()
                for index in 0..<calls { Self.call(hedger, UInt64(thread * calls + index)) }
                return true
            }
        }
        meeting.wait()
        for _ in 0..<2000 {
            let counts = hedger.snapshot().counts
            #expect(counts.primaries.running >= 0 && counts.hedges.running >= 0)
            #expect(counts.primaries.started <= threads * calls)
        }
        for worker in workers { #expect(worker.join() == true) }
        let state = hedger.snapshot()
        #expect(state.counts.addsUp && state.counts.primaries.started == threads * calls)
        let slots = state.counts.hedges.started + state.counts.suppressed
        #expect(slots <= 2 * threads * calls && state.counts.hedges.started > 0 && state.counts.suppressedByBudget > 0)
        #expect(state.budget?.retries == state.counts.hedges.started)
    }

    /// A call whose course follows from its number.
    private static func call(_ hedger: Hedger, _ number: UInt64) {
        var random = SeededGenerator(seed: number)
        var call = HedgeCall(hedger)
        var step = call.begins(at: 0)
        while true {
            let attempt = Int.random(in: 1...3, using: &random)
            switch step {
            case .start(let next):
                let isRejected = next > 1 && Int.random(in: 0..<9, using: &random) == 0
                step = isRejected ? call.rejected(at: 0) : call.started(at: 0)
            case .wait:
                switch Int.random(in: 0..<4, using: &random) {
                case 0: step = call.succeeded(attempt, at: 1)
                case 1: step = call.failed(attempt, .retryable(), at: 1)
                case 2: step = call.failed(attempt, .fatal, at: 1)
                default: step = call.cancelled(at: 1)
                }
            case .finish: return
            }
        }
    }

    @Test("a quantile that many threads record into has a delay within what was recorded")
    func quantile() {
        let hedger = Hedger(HedgePolicy(.quantile(0.9, minimum: 1)))
        let workers = (0..<6 as Range<UInt64>).map { thread in
            TestThread {
                var random = SeededGenerator(seed: thread)
                for _ in 0..<5000 {
                    hedger.record(Int64.random(in: 8_000_000...12_000_000, using: &random))
                    hedger.record(atLeast: 1)
                    if let delay = hedger.delay, !(1_000_000...20_000_000).contains(delay) { return false }
                }
                return true
            }
        }
        for worker in workers { #expect(worker.join() == true) }
        let state = hedger.snapshot()
        #expect(state.latencies == 30_000)
        #expect((10_500_000...12_500_000).contains(state.delay?.saturatedNanoseconds ?? 0))
    }
}
