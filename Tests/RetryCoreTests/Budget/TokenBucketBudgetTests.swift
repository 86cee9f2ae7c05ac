import RetryCore
import RetryTesting
import Testing

@Suite("The token bucket policy", .timeLimit(.minutes(20)))
struct TokenBucketBudgetTests {
    @Test func startsFullAndSuccessesFillItUpToItsCapacity() {
        var bucket = Bucket(.tokenBucket(perSuccess: 0.1, floor: 0, capacity: 5))
        #expect(bucket.tokens == 5)
        #expect(bucket.retries() == 5)
        bucket.calls(100)
        bucket.failures(100)
        #expect(bucket.retries() == 0)
        bucket.successes(9)
        #expect(bucket.retries() == 0)
        bucket.successes(1)
        #expect(bucket.retries() == 1)
        bucket.successes(1_000)
        #expect(bucket.tokens == 5)
    }

    @Test func aSuccessAfterARetryIsADepositLikeAnyOther() {
        var bucket = Bucket(.tokenBucket(perSuccess: 0.5, floor: 0, capacity: 2))
        let retry = bucket.withdraw()
        #expect(bucket.tokens == 1)
        bucket.successes(1, after: retry)
        #expect(bucket.tokens == 1.5)
    }

    @Test func everyClassCostsTheSame() {
        var bucket = Bucket(.tokenBucket(floor: 0, capacity: 5))
        #expect(bucket.retries(.rateLimit) == 5)
    }

    @Test func timeFillsItALittle() {
        var bucket = Bucket(.tokenBucket(perSuccess: 0.1, floor: 0.01, capacity: 5))
        #expect(bucket.retries() == 5)
        bucket.now = 99.9
        #expect(bucket.retries() == 0)
        bucket.now = 100
        #expect(bucket.retries() == 1)
        bucket.now = 1_000_000
        #expect(bucket.tokens == 5)
    }

    @Test func successesAndTimeAddUpWhateverTheirOrder() {
        var bucket = Bucket(.tokenBucket(perSuccess: 0.25, floor: 0.125, capacity: 3))
        #expect(bucket.retries() == 3)
        bucket.now = 4
        bucket.successes(2)
        bucket.now = 8
        #expect(bucket.tokens == 1.5)
    }

    @Test func whatIsGivenBackIsThereAgainAndNoMoreThanTheCapacity() {
        var bucket = Bucket(.tokenBucket(perSuccess: 0.1, floor: 0, capacity: 5))
        let retry = bucket.withdraw()
        #expect(bucket.tokens == 4)
        bucket.giveBack(retry)
        #expect(bucket.tokens == 5)
        bucket.giveBack(retry)
        #expect(bucket.tokens == 5)
    }

    @Test func hasRecoveredWhenItIsHalfFull() {
        var bucket = Bucket(.tokenBucket(perSuccess: 0.5, floor: 0, capacity: 4))
        #expect(bucket.retries() == 4)
        #expect(bucket.bucket.isExhausted)
        bucket.successes(3)
        #expect(bucket.bucket.isExhausted)
        bucket.successes(1)
        #expect(!bucket.bucket.isExhausted)
    }

    @Test func aClientOfOneCallAMinuteGetsARetryNowAndThenInTheLongestOutage() {
        let clock = ManualClock()
        let budget = RetryBudget(on: clock)
        var granted: [Bool] = []
        for _ in 0..<600 {
            budget.requestStarted()
            granted.append(budget.grants())
            clock.advance(by: .seconds(60))
        }
        // After the first ones, one in 100 seconds: in any ten minutes some.
        let perHour = stride(from: 60, to: 600, by: 60).map { start in granted[start..<start + 60].count { $0 } }
        #expect(perHour.allSatisfy { (35...37).contains($0) })
        #expect(stride(from: 0, to: 600, by: 10).allSatisfy { granted[$0..<$0 + 10].contains(true) })
    }

    @Test("grants what its bound says at most, counted from its start, whatever happens", arguments: 0..<20)
    func bound(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let (perSuccess, floor, capacity) = (0.3, 0.7, Int.random(in: 1...9, using: &random))
        var bucket = Bucket(.tokenBucket(perSuccess: perSuccess, floor: floor, capacity: capacity))
        var (successes, retries, wrong) = (0, 0, 0)
        for _ in 0..<3_000 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bucket.now += Double.random(in: 0...2, using: &random)
            case 1:
                bucket.successes(1)
                successes += 1
            default: if bucket.withdraw() != nil { retries += 1 }
            }
            let bound = perSuccess * Double(successes) + floor * bucket.now + Double(capacity)
            if Double(retries) > bound + 1e-6 { wrong += 1 }
        }
        #expect(wrong == 0)
        #expect(retries > 100)
    }
}
