import RetryCore
import RetryTesting
import Testing

@Suite("The limit", .timeLimit(.minutes(20)))
struct LimitBudgetTests {
    @Test func grantsSoManyInAWindowAndTheNextWhenTheFirstHasLeftIt() {
        var bucket = Bucket(.limit(3, per: .seconds(10)))
        for second in [0.0, 4, 4] {
            bucket.now = second
            #expect(bucket.withdraw() != nil)
        }
        for second in [4.0, 9.999_999_999] {
            bucket.now = second
            #expect(bucket.withdraw() == nil)
        }
        bucket.now = 10
        #expect(bucket.tokens == 1)
        #expect(bucket.retries() == 1)
        bucket.now = 14
        #expect(bucket.retries() == 2)
    }

    @Test func aRefusalCostsNothing() {
        var bucket = Bucket(.limit(1, per: .seconds(10)))
        #expect(bucket.retries() == 1)
        for tenth in 0..<100 {
            bucket.now = Double(tenth) / 10
            #expect(bucket.withdraw() == nil)
        }
        bucket.now = 10
        #expect(bucket.retries() == 1)
    }

    @Test func noneIsNone() {
        var bucket = Bucket(.limit(0, per: .seconds(10)))
        #expect(bucket.tokens == 0)
        #expect(bucket.retries() == 0)
        bucket.now = 1e6
        #expect(bucket.retries() == 0)
    }

    @Test func whatIsGivenBackIsThereAgainOnce() {
        var bucket = Bucket(.limit(3, per: .seconds(10)))
        let first = bucket.withdraw()
        bucket.now = 1
        let second = bucket.withdraw()
        bucket.now = 2
        _ = bucket.withdraw()
        bucket.giveBack(second)
        #expect(bucket.tokens == 1)
        // A second time finds none of that moment, and takes no other one out.
        bucket.giveBack(second)
        #expect(bucket.tokens == 1)
        bucket.giveBack(first)
        #expect(bucket.tokens == 2)
        bucket.now = 11.999
        #expect(bucket.tokens == 2)
        bucket.now = 12
        #expect(bucket.tokens == 3)
    }

    @Test func whatHasLeftTheWindowIsNotGivenBack() {
        var bucket = Bucket(.limit(2, per: .seconds(10)))
        let first = bucket.withdraw()
        bucket.now = 10
        _ = bucket.withdraw()
        bucket.giveBack(first)
        #expect(bucket.tokens == 1)
    }

    @Test("grants in any window at most its number, and refuses only if that is there", arguments: UInt64(0)..<20)
    func anyWindow(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let limit = Int.random(in: 1...6, using: &generator)
        var bucket = Bucket(.limit(limit, per: .seconds(10)))
        var grants: [Double] = []
        for _ in 0..<500 {
            bucket.now += Double(Int.random(in: 0...4, using: &generator))
            let recent = grants.filter { bucket.now - $0 < 10 }.count
            guard let retry = bucket.withdraw() else {
                #expect(recent == limit)
                continue
            }
            #expect(recent < limit)
            if Bool.random(using: &generator) {
                bucket.giveBack(retry)
            } else {
                grants.append(bucket.now)
            }
        }
    }
}
