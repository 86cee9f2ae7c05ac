import RetryCore
import Testing

@Suite("The quota", .timeLimit(.minutes(20)))
struct QuotaBudgetTests {
    @Test func charges14AndForARateLimit5() {
        var bucket = Bucket(.quota())
        #expect(bucket.tokens == 500)
        #expect(bucket.retries() == 35)
        #expect(bucket.tokens == 10)
        #expect(bucket.retries(.rateLimit) == 2)
        #expect(bucket.tokens == 0)
        bucket = Bucket(.quota())
        #expect(bucket.retries(.rateLimit) == 100)
    }

    @Test func chargesWhatTheCallerSays() {
        let own = ErrorClass("own_to_quota")
        var bucket = Bucket(.quota(capacity: 20, cost: 3, costs: [own: 7, .serverError: 20]))
        #expect(bucket.withdraw(own) != nil)
        #expect(bucket.tokens == 13)
        #expect(bucket.withdraw(.unknown) != nil)
        #expect(bucket.withdraw(.rateLimit) != nil)
        #expect(bucket.tokens == 7)
        #expect(bucket.withdraw(.serverError) == nil)
        #expect(bucket.tokens == 7)
    }

    @Test func aSuccessAfterARetryGetsTheLastCostBackAndNothingMore() {
        var bucket = Bucket(.quota())
        _ = bucket.withdraw()
        let last = bucket.withdraw(.rateLimit)
        #expect(bucket.tokens == 481)
        bucket.successes(1, after: last)
        #expect(bucket.tokens == 486)
    }

    @Test func aSuccessAtTheFirstTryBringsOne() {
        var bucket = Bucket(.quota())
        _ = bucket.withdraw()
        bucket.successes(1)
        #expect(bucket.tokens == 487)
        bucket.successes(100)
        #expect(bucket.tokens == 500)
    }

    @Test func theDepositIsTheCallersToo() {
        var bucket = Bucket(.quota(capacity: 100, cost: 50, costs: [:], deposit: 20))
        _ = bucket.withdraw()
        bucket.successes(2)
        #expect(bucket.tokens == 90)
        bucket = Bucket(.quota(capacity: 100, cost: 50, costs: [:], deposit: 0))
        _ = bucket.withdraw()
        bucket.successes(1000)
        #expect(bucket.tokens == 50)
    }

    @Test func whatIsGivenBackIsThereAgain() {
        var bucket = Bucket(.quota())
        let retry = bucket.withdraw()
        #expect(bucket.tokens == 486)
        bucket.giveBack(retry)
        #expect(bucket.tokens == 500)
    }

    @Test func itNeverHoldsMoreThanItsCapacity() {
        var bucket = Bucket(.quota())
        let (one, other) = (bucket.withdraw(), bucket.withdraw())
        bucket.successes(20)
        bucket.successes(1, after: one)
        #expect(bucket.tokens == 500)
        bucket.giveBack(other)
        #expect(bucket.tokens == 500)
    }

    @Test func callsFailuresAndTimeChangeNothing() {
        var bucket = Bucket(.quota())
        _ = bucket.withdraw()
        bucket.calls(1000)
        bucket.failures(1000)
        bucket.now = 1e6
        #expect(bucket.tokens == 486)
    }
}
