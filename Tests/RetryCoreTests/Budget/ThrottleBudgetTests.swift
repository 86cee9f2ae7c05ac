import RetryCore
import Testing

@Suite("The throttle", .timeLimit(.minutes(20)))
struct ThrottleBudgetTests {
    @Test(
        "grants retries while more than half of its tokens are left",
        arguments: [(10, 4), (1, 0), (2, 0), (3, 1), (4, 1), (1000, 499)])
    func half(maxTokens: Int, retries: Int) {
        var bucket = Bucket(.throttle(maxTokens: maxTokens, tokenRatio: 0.1))
        #expect(bucket.tokens == Double(maxTokens))
        #expect(bucket.retries() == retries)
    }

    @Test func chargesTheFailureAlsoWhenItRefuses() {
        var bucket = Bucket(.throttle(maxTokens: 10, tokenRatio: 0.1))
        #expect(bucket.retries() == 4)
        #expect(bucket.tokens == 5)
        for left in [4.0, 3, 2, 1, 0, 0, 0] {
            #expect(bucket.withdraw() == nil)
            #expect(bucket.tokens == left)
        }
    }

    @Test func chargesFailuresThatNoRetryFollows() {
        var bucket = Bucket(.throttle(maxTokens: 10, tokenRatio: 0.1))
        bucket.failures(4)
        #expect(bucket.tokens == 6)
        #expect(bucket.withdraw() == nil)
        bucket.failures(100)
        #expect(bucket.tokens == 0)
    }

    @Test func everySuccessBringsTheTokenRatioAlsoOneAfterARetry() {
        var bucket = Bucket(.throttle(maxTokens: 10, tokenRatio: 0.1))
        let retry = bucket.withdraw()
        bucket.failures(5)
        #expect(bucket.tokens == 4)
        bucket.successes(19)
        #expect(bucket.tokens == 5.9)
        bucket.successes(1, after: retry)
        #expect(bucket.tokens == 6)
        #expect(bucket.withdraw() == nil)
        bucket.successes(10)
        #expect(bucket.tokens == 6)
        bucket.successes(1)
        #expect(bucket.withdraw() != nil)
        bucket.successes(1000)
        #expect(bucket.tokens == 10)
    }

    @Test func givesNothingBackForTheFailureHasHappened() {
        var bucket = Bucket(.throttle(maxTokens: 10, tokenRatio: 0.1))
        bucket.giveBack(bucket.withdraw())
        #expect(bucket.tokens == 9)
    }

    @Test func keepsNineDecimals() {
        var bucket = Bucket(.throttle(maxTokens: 10, tokenRatio: 0.000_1))
        bucket.failures(1)
        bucket.successes(9_999)
        #expect(bucket.tokens == 9.9999)
        bucket.successes(1)
        #expect(bucket.tokens == 10)
    }

    @Test func callsAndTimeChangeNothing() {
        var bucket = Bucket(.throttle(maxTokens: 10, tokenRatio: 0.1))
        bucket.failures(3)
        bucket.calls(1000)
        bucket.now = 1e6
        #expect(bucket.tokens == 7)
    }
}
