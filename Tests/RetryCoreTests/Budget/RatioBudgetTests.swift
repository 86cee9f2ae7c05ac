import Testing

@testable import RetryCore

@Suite("The ratio policy", .timeLimit(.minutes(20)))
struct RatioBudgetTests {
    @Test(
        "grants exactly its share of the calls, whatever the share is",
        arguments: [
            (0.75, 100_000, 75_000), (0.3, 100_000, 30_000), (0.2, 100_000, 20_000), (0.999, 100_000, 99_900),
            (0.0001, 100_000, 10), (1, 1000, 1000), (0.5, 3, 1), (1.0 / 3, 3, 0), (1.0 / 3, 4, 1), (0, 1000, 0),
            (0.000_000_001, 1000, 0), (0.1, 9, 0), (0.1, 10, 1), (0.7, 10, 7),
        ] as [(Double, Int, Int)])
    func share(ratio: Double, calls: Int, retries: Int) {
        var bucket = Bucket(.ratio(ratio, floor: 0))
        bucket.calls(calls)
        #expect(bucket.retries() == retries)
    }

    @Test("grants its share call by call as well: no rounding adds up", arguments: [0.75, 0.3, 0.1, 0.0001, 0.999])
    func shareCallByCall(ratio: Double) {
        var bucket = Bucket(.ratio(ratio, floor: 0))
        var (retries, wrong) = (0, 0)
        for call in 1...20_000 {
            bucket.calls(1)
            while bucket.withdraw() != nil { retries += 1 }
            let fair = ratio * Double(call)
            if Double(retries) > fair + 1e-6 || Double(retries) <= fair - 1 - 1e-6 { wrong += 1 }
        }
        #expect(wrong == 0)
    }

    @Test func startsWithItsFloor() {
        var bucket = Bucket(.ratio(0.2, floor: 10, ttl: .seconds(10)))
        #expect(bucket.tokens == 100)
        #expect(bucket.retries() == 100)
        #expect(bucket.tokens == 0)
        bucket.calls(5)
        #expect(bucket.retries() == 1)
    }

    @Test func theFloorFlowsInWithTimeAndNoFurtherThanItsCapacity() {
        var bucket = Bucket(.ratio(0, floor: 10, ttl: .seconds(10)))
        #expect(bucket.retries() == 100)
        bucket.now = 0.099
        #expect(bucket.retries() == 0)
        bucket.now = 0.1
        #expect(bucket.retries() == 1)
        bucket.now = 5.1
        #expect(bucket.retries() == 50)
        bucket.now = 1000
        #expect(bucket.tokens == 100)
        #expect(bucket.retries() == 100)
    }

    @Test("a floor that is no whole number loses nothing to rounding", arguments: [0.3, 0.7, 1.0 / 3, 12.345_678_9])
    func fractionalFloor(floor: Double) {
        var bucket = Bucket(.ratio(0, floor: floor, ttl: .seconds(10)))
        let atFirst = bucket.retries()
        #expect(atFirst == Int(floor * 10))
        var retries = 0
        while bucket.now < 1000 {
            // Steps of a strange length: what each leaves over must be kept.
            bucket.now += 0.012_345_679
            if bucket.withdraw() != nil { retries += 1 }
        }
        let start = floor * 10 - Double(atFirst)
        #expect(abs(Double(retries) - start - floor * bucket.now) <= 1.000_1)
    }

    @Test("a floor of less than a retry in the ttl still grants one now and then", arguments: [0.05, 0.01, 0.002])
    func lowFloor(floor: Double) {
        var bucket = Bucket(.ratio(0, floor: floor, ttl: .seconds(10)))
        #expect(bucket.tokens == 1)
        #expect(bucket.retries() == 1)
        bucket.now = 0.99 / floor
        #expect(bucket.retries() == 0)
        bucket.now = 1.01 / floor
        #expect(bucket.retries() == 1)
        bucket.now = 100 / floor
        #expect(bucket.retries() == 1, "no more than one is kept")
        var retries = 0
        for _ in 0..<1000 {
            bucket.now += 0.1 / floor
            retries += bucket.retries()
        }
        #expect((99...101).contains(retries))
    }

    @Test func whatWasSavedCanBeSpentAtOnceAndNoMoreThanThat() {
        var bucket = Bucket(.ratio(0.2, floor: 10, ttl: .seconds(10)))
        var (calls, retries) = (0, 0)
        for tenth in 0..<90 {
            bucket.now = Double(tenth) / 10
            bucket.calls(10)
            calls += 10
        }
        bucket.now = 9
        // The next second has 5 calls: they and the floor alone would bring 11 retries.
        let before = bucket.now
        bucket.calls(5)
        retries = bucket.retries()
        bucket.now += 1
        retries += bucket.retries()
        #expect(retries == 291, "as the article says")
        let bound = 0.2 * Double(calls + 5) + 10 * (bucket.now - before) + 100
        #expect(Double(retries) <= bound)
        #expect(Double(retries) <= 0.2 * Double(calls + 5) + 10 * bucket.now + 100, "counted from the start")
    }

    @Test func depositsAgeAndTheLastOfThemGoAfterTheTTL() {
        var bucket = Bucket(.ratio(0.5, floor: 0, ttl: .seconds(10)))
        bucket.calls(10)
        bucket.now = 8.999
        #expect(bucket.tokens == 5)
        bucket.now = 9.999
        #expect(bucket.tokens == 5)
        bucket.now = 10
        #expect(bucket.tokens == 0)
        #expect(bucket.withdraw() == nil)
    }

    @Test("no deposit lives shorter than nine tenths of the ttl, nor longer than it", arguments: 0..<40)
    func age(quarter: Int) {
        let start = Double(quarter) / 4
        for (age, isThere) in [(8.999, true), (10, false)] {
            var bucket = Bucket(.ratio(1, floor: 0, ttl: .seconds(10)))
            bucket.now = start
            bucket.calls(1)
            bucket.now = start + age
            #expect((bucket.tokens == 1) == isThere)
        }
    }

    @Test func theOldestDepositsAreSpentFirst() {
        var bucket = Bucket(.ratio(1, floor: 0, ttl: .seconds(10)))
        for second in 0..<5 {
            bucket.now = Double(second)
            bucket.calls(1)
        }
        #expect(bucket.withdraw() != nil)
        #expect(bucket.withdraw() != nil)
        // The deposits of the seconds 0 and 1 are spent and cannot expire any more; that of second 2 does.
        bucket.now = 11.5
        #expect(bucket.tokens == 3)
        bucket.now = 12
        #expect(bucket.tokens == 2)
    }

    @Test func depositsAreSpentBeforeTheFloor() {
        var bucket = Bucket(.ratio(1, floor: 1, ttl: .seconds(10)))
        bucket.calls(3)
        #expect(bucket.tokens == 13)
        for _ in 0..<3 { #expect(bucket.withdraw() != nil) }
        bucket.now = 10
        #expect(bucket.tokens == 10)
    }

    @Test func aRetryCanBePaidFromBothAndFromSeveralAges() {
        var bucket = Bucket(.ratio(0.25, floor: 0.1, ttl: .seconds(10)))
        #expect(bucket.withdraw() != nil)
        for second in 0..<3 {
            bucket.now = Double(second)
            bucket.calls(1)
        }
        bucket.now = 2.4
        #expect(bucket.tokens == 0.75 + 0.24)
        #expect(bucket.withdraw() == nil)
        bucket.now = 2.5
        let retry = bucket.withdraw()
        #expect(retry != nil)
        #expect(bucket.tokens == 0)
        bucket.giveBack(retry)
        #expect(bucket.tokens == 1)
    }

    @Test func whatIsGivenBackIsThereAgainAndKeepsItsAge() {
        var bucket = Bucket(.ratio(1, floor: 0, ttl: .seconds(10)))
        bucket.calls(1)
        let retry = bucket.withdraw()
        #expect(bucket.tokens == 0)
        bucket.now = 5
        bucket.giveBack(retry)
        #expect(bucket.tokens == 1)
        bucket.now = 10
        #expect(bucket.tokens == 0)
    }

    @Test func whatIsGivenBackTooLateIsGone() {
        var bucket = Bucket(.ratio(1, floor: 0, ttl: .seconds(10)))
        bucket.calls(1)
        let retry = bucket.withdraw()
        bucket.now = 10
        bucket.giveBack(retry)
        #expect(bucket.tokens == 0)
    }

    @Test func whatAnotherBucketGaveIsNotTakenBack() {
        var other = Bucket(.ratio(1, floor: 0, ttl: .seconds(10)))
        other.now = 1000
        other.calls(1)
        let retry = other.withdraw()
        var bucket = Bucket(.ratio(1, floor: 0, ttl: .seconds(10)))
        bucket.giveBack(retry)
        #expect(bucket.tokens == 0)
        bucket.calls(1)
        #expect(bucket.retries() == 1)
    }

    @Test func theFloorTakesBackNoMoreThanItsCapacity() {
        var bucket = Bucket(.ratio(0, floor: 1, ttl: .seconds(10)))
        let retries = (0..<10).map { _ in bucket.withdraw() }
        bucket.now = 9
        for retry in retries { bucket.giveBack(retry) }
        #expect(bucket.tokens == 10)
    }

    @Test func successAndFailureChangeNothing() {
        var bucket = Bucket(.ratio(0.5, floor: 0))
        bucket.calls(4)
        let retry = bucket.withdraw()
        bucket.successes(100)
        bucket.successes(1, after: retry)
        bucket.failures(100)
        #expect(bucket.tokens == 1)
    }

    @Test func noNumberOfCallsOverflows() {
        var window = TokenWindow(ttl: 10_000_000_000)
        for _ in 0..<20 { window.add(TokenWindow.most / 3) }
        #expect(window.tokens == TokenWindow.most)
        _ = window.take(TokenWindow.most)
        #expect(window.tokens == 0)
    }

    @Test func whatAFloorsStepLeavesOverIsKept() {
        var flow = TokenFlow(perSecond: 0.3, capacity: 3_000_000_000)
        flow.take(flow.tokens)
        // Each nanosecond brings three tenths of the smallest part of a token.
        for nanosecond in 1...Int64(1000) { flow.advance(to: nanosecond) }
        #expect(flow.tokens == 300)
        flow.add(flow.capacity)
        #expect(flow.tokens == flow.capacity)
    }
}
