import RetryCore
import RetryTesting
import Testing

/// A server that gets slower with its load, never sheds any, and goes on with work that its caller has given up.
///
/// An attempt takes 1 s and 10 ms more for each one that is being worked on, and legs of mean 100 ms over the network. The
/// callers time out after 3 s and try three times. The load rises from 40 to 80 calls a second at 25 s, and falls to none.
struct Collapse {
    struct Result {
        var calls = 0
        var attempts = 0
        var successes = 0

        static func + (one: Result, other: Result) -> Result {
            Result(
                calls: one.calls + other.calls, attempts: one.attempts + other.attempts,
                successes: one.successes + other.successes)
        }

        var load: Double { Double(attempts) / Double(calls) }
        var success: Double { Double(successes) / Double(calls) }
    }

    private enum Event {
        case call
        case arrival(Int)
        case departure(Int)
        case answer(Int)
        case timeout(Int)
    }

    private struct Attempt {
        var number: Int
        var payment: TokenBucket.Withdrawal?
        var isOver = false
    }

    private var bucket: TokenBucket
    private var generator: SeededGenerator
    private var queue = EventQueue<Event>()
    private var attempts: [Attempt] = []
    private var working = 0
    private var result = Result()
    private let tries: Int

    /// Runs 80 s of it, all callers sharing one budget.
    static func run(_ law: RetryBudgetLaw, tries: Int = 3, seed: UInt64) -> Result {
        var collapse = Collapse(law, tries, seed)
        collapse.run()
        return collapse.result
    }

    private init(_ law: RetryBudgetLaw, _ tries: Int, _ seed: UInt64) {
        bucket = TokenBucket(law)
        generator = SeededGenerator(seed: seed)
        self.tries = tries
    }

    private static func callsPerSecond(_ time: Double) -> Double {
        max(0, 80 - 1.6 * abs(time - 25))
    }

    private mutating func run() {
        queue.add(.call, at: 0)
        while let (time, event) = queue.next() {
            switch event {
            case .call: call(time)
            case .arrival(let id): arrive(id, time)
            case .departure(let id):
                working -= 1
                queue.add(.answer(id), at: time + generator.exponential(0.1))
            case .answer(let id): answer(id)
            case .timeout(let id): timeout(id, time)
            }
        }
    }

    /// Thins a stream of 80 calls a second out to what the moment asks for.
    private mutating func call(_ time: Double) {
        guard time < 80 else { return }
        queue.add(.call, at: time + generator.exponential(1 / 80))
        guard generator.share() * 80 < Self.callsPerSecond(time) else { return }
        result.calls += 1
        bucket.requestStarted(at: Int64(time * 1e9))
        send(1, nil, time)
    }

    private mutating func send(_ number: Int, _ payment: TokenBucket.Withdrawal?, _ time: Double) {
        result.attempts += 1
        attempts.append(Attempt(number: number, payment: payment))
        queue.add(.arrival(attempts.count - 1), at: time + generator.exponential(0.1))
        queue.add(.timeout(attempts.count - 1), at: time + 3)
    }

    private mutating func arrive(_ id: Int, _ time: Double) {
        working += 1
        queue.add(.departure(id), at: time + 1 + 0.01 * Double(working))
    }

    private mutating func answer(_ id: Int) {
        if attempts[id].isOver { return }
        attempts[id].isOver = true
        result.successes += 1
        bucket.succeeded(after: attempts[id].payment)
    }

    private mutating func timeout(_ id: Int, _ time: Double) {
        if attempts[id].isOver { return }
        attempts[id].isOver = true
        let number = attempts[id].number
        if number == tries {
            bucket.failed()
        } else if let payment = bucket.withdraw(.transient, at: Int64(time * 1e9)) {
            send(number + 1, payment, time)
        }
    }
}

@Suite("A service that collapses under its load", .timeLimit(.minutes(5)))
struct MetastableTests {
    /// Four of the ten runs that are published, so that it takes under a second.
    private static func runs(_ law: RetryBudgetLaw, tries: Int = 3) -> Collapse.Result {
        (UInt64(1000)..<1004).map { Collapse.run(law, tries: tries, seed: $0) }.reduce(Collapse.Result(), +)
    }

    @Test(
        "comes back with a budget",
        arguments: [
            RetryBudgetLaw.throttle(maxTokens: 10, tokenRatio: 0.1),
            .throttle(maxTokens: 100, tokenRatio: 0.1),
            // A tenth of a retry for each success, ten retries at most.
            .quota(capacity: 100, cost: 10, costs: [:]),
        ])
    func budget(law: RetryBudgetLaw) {
        let result = Self.runs(law)
        #expect(result.success >= 0.54)
        #expect(result.load <= 1.05)
    }

    @Test func stayDownWithoutOne() {
        let result = Self.runs(.unlimited)
        #expect(result.success < 0.4)
        #expect(result.load > 2)
    }

    @Test func withoutRetriesItComesBackByItself() {
        let result = Self.runs(.unlimited, tries: 1)
        #expect(result.success >= 0.54)
        #expect(result.load == 1)
    }
}
