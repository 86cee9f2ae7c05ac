import RetryCore
import Testing

@Suite("Backoff as a value", .timeLimit(.minutes(20)))
struct BackoffValueTests {
    @Test func showsItsSettings() {
        let backoff = Backoff.exponential(
            initial: .seconds(1), factor: 3, cap: .seconds(9), jitter: .proportional(0.25))
        #expect(backoff.initial == .seconds(1))
        #expect(backoff.factor == 3)
        #expect(backoff.cap == .seconds(9))
        #expect(backoff.jitter == .proportional(0.25))
        #expect(Backoff.none.initial == .zero)
        #expect(Backoff.none.cap == .zero)
        #expect(Backoff.linear(initial: .seconds(1)).factor == 1)
    }

    @Test("shows the first delay of a list")
    func firstOfAList() {
        #expect(Backoff.list([.seconds(4), .seconds(2)]).initial == .seconds(4))
        #expect(Backoff.list([.seconds(4), .seconds(2)], cap: .seconds(3)).initial == .seconds(3))
    }

    @Test func isEqualIfEverySettingIs() {
        let second = Duration.seconds(1)
        let different: [Backoff] = [
            .constant(second), .constant(.seconds(2)), .constant(second, cap: .seconds(2)),
            .constant(second, jitter: .full), .constant(second, jitter: .equal),
            .constant(second, jitter: .proportional(0.1)), .constant(second, jitter: .proportional(0.2)),
            .constant(second, jitter: .floor(second)), .constant(second, jitter: .additive(second)),
            .constant(second, jitter: .additive(.seconds(2))), .constant(second, jitter: .decorrelated),
            .linear(initial: second), .linear(initial: second, increment: .zero),
            .linear(initial: second, cap: .seconds(2)), .fibonacci(initial: second),
            .exponential(initial: second), .exponential(initial: second, factor: 3),
            .exponential(initial: .seconds(2)), .exponential(initial: second, cap: .seconds(2)),
            .list([second]), .list([second, second]), .list([second, .zero], cap: second), .list([.zero, second]),
            .custom("a") { _ in second }, .custom("b") { _ in second },
            .custom("a", cap: second) { _ in second }, .custom("a", jitter: .full) { _ in second },
        ]
        #expect(Set(different).count == different.count)
        for (index, backoff) in different.enumerated() {
            #expect(different.firstIndex(of: backoff) == index)
        }
    }

    @Test func closuresAreKnownByTheirNames() {
        let one = Backoff.custom("mine") { _ in .seconds(1) }
        let other = Backoff.custom("mine") { _ in .seconds(2) }
        #expect(one == other)
        #expect(one.hashValue == other.hashValue)
        #expect(one != .custom("yours") { _ in .seconds(1) })
    }

    @Test func equalOnesHashAlike() throws {
        var values = RandomValues(seed: 4)
        var again = RandomValues(seed: 4)
        for _ in 0..<500 {
            let (one, other) = (values.backoff(), again.backoff())
            #expect(one == other && one.hashValue == other.hashValue)
        }
    }

    @Test func capAndJitterChangeAlone() {
        let backoff = Backoff.linear(initial: .seconds(1), increment: .seconds(2), cap: .seconds(9), jitter: .full)
        #expect(
            backoff.cap(.seconds(5))
                == .linear(initial: .seconds(1), increment: .seconds(2), cap: .seconds(5), jitter: .full))
        #expect(
            backoff.jitter(.equal)
                == .linear(initial: .seconds(1), increment: .seconds(2), cap: .seconds(9), jitter: .equal))
        let steep = Backoff.exponential(factor: 3)
        #expect(steep.cap(.seconds(5)).factor == 3)
        #expect(Backoff.list([.seconds(1)]).jitter(.full) == .list([.seconds(1)], jitter: .full))
        let custom = Backoff.custom("mine") { _ in .seconds(4) }
        #expect(BackoffSchedule(custom.cap(.seconds(3))).delay(afterAttempt: 1) == .seconds(3))
        #expect(BackoffSchedule(custom.cap(.seconds(5)).jitter(.none)).delay(afterAttempt: 1) == .seconds(4))
    }

    @Test func textsMakeTheSameBackoffs() throws {
        let (one, two) = (Duration.seconds(1), Duration.seconds(2))
        #expect(try Backoff(validating: "exponential", initial: one) == .exponential(initial: one))
        #expect(
            try Backoff(validating: "exponential", initial: one, factor: 3) == .exponential(initial: one, factor: 3))
        #expect(try Backoff(validating: "linear", initial: one) == .linear(initial: one))
        #expect(
            try Backoff(validating: "linear", initial: one, increment: two) == .linear(initial: one, increment: two))
        #expect(try Backoff(validating: "fibonacci", initial: one, cap: two) == .fibonacci(initial: one, cap: two))
        #expect(
            try Backoff(validating: "constant", initial: one, cap: one, jitter: .none) == .constant(one))
        #expect(
            try Backoff(validating: "list", initial: .zero, cap: two, jitter: .none, list: [one, two])
                == .list([one, two]))
        // What a family does not use plays no part.
        #expect(
            try Backoff(validating: "constant", initial: one, increment: two, factor: 9, cap: one, jitter: .none)
                == .constant(one))
    }
}
