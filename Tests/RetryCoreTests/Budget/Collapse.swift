import RetryCore
import RetryTesting

/// A server that gets slower with its load, never sheds any, and goes on with work that its caller has given up.
///
/// An attempt takes 1 s and 10 ms more for each one that is being worked on, and legs of mean 100 ms over the network.
/// The callers time out after 3 s and try three times. All of it lasts for 80 s.
struct Collapse {
    /// The calls per second over time.
    enum Load: CaseIterable {
        /// From 40 at the start to 80 at 25 s, and down to none at 75 s.
        case ramp
        /// 40, but 80 for five seconds from 20 s on.
        case spike

        func callsPerSecond(_ time: Double) -> Double {
            switch self {
            case .ramp: max(0, 80 - 1.6 * abs(time - 25))
            case .spike: (20..<25).contains(time) ? 80 : 40
            }
        }
    }

    private struct Attempt {
        var number: Int
        var client: Int
        var payment: RetryBudgetStateMachine.Withdrawal?
        var isOver = false
    }

    private let load: Load
    private let tries: Int
    private var buckets: [RetryBudgetStateMachine]
    private var generator: SeededGenerator
    private var queue = SimulationQueue()
    private var attempts: [Attempt] = []
    private var working = 0
    private var result = StormResult()

    /// Runs one storm; the callers of each client share its budget.
    static func run(
        _ policy: RetryBudgetPolicy, _ load: Load = .ramp, tries: Int = 3, clients: Int = 1, seed: UInt64
    ) -> StormResult {
        var collapse = Collapse(policy, load, tries, clients, seed)
        collapse.run()
        return collapse.result
    }

    private init(_ policy: RetryBudgetPolicy, _ load: Load, _ tries: Int, _ clients: Int, _ seed: UInt64) {
        buckets = Array(repeating: RetryBudgetStateMachine(policy), count: clients)
        generator = SeededGenerator(seed: seed)
        self.load = load
        self.tries = tries
    }

    private mutating func run() {
        queue.add(.call, at: 0)
        while let event = queue.next() {
            switch event.kind {
            case .call: call(event.time)
            case .arrival: arrive(event.id, event.time)
            case .departure:
                working -= 1
                queue.add(.answer, event.id, at: event.time + generator.exponential(0.1))
            case .answer: answer(event.id)
            case .timeout: timeout(event.id, event.time)
            }
        }
    }

    /// Thins a stream of 80 calls a second out to the load of the moment.
    private mutating func call(_ time: Double) {
        guard time < 80 else { return }
        queue.add(.call, at: time + generator.exponential(1 / 80))
        guard generator.share() * 80 < load.callsPerSecond(time) else { return }
        let client = result.calls % buckets.count
        result.calls += 1
        buckets[client].requestStarted(at: Int64(time * 1e9))
        send(Attempt(number: 1, client: client, payment: nil), time)
    }

    private mutating func send(_ attempt: Attempt, _ time: Double) {
        result.attempts += 1
        attempts.append(attempt)
        queue.add(.arrival, attempts.count - 1, at: time + generator.exponential(0.1))
        queue.add(.timeout, attempts.count - 1, at: time + 3)
    }

    private mutating func arrive(_ id: Int, _ time: Double) {
        working += 1
        queue.add(.departure, id, at: time + 1 + 0.01 * Double(working))
    }

    private mutating func answer(_ id: Int) {
        if attempts[id].isOver { return }
        attempts[id].isOver = true
        result.successes += 1
        buckets[attempts[id].client].succeeded(after: attempts[id].payment)
    }

    private mutating func timeout(_ id: Int, _ time: Double) {
        if attempts[id].isOver { return }
        attempts[id].isOver = true
        let (number, client) = (attempts[id].number, attempts[id].client)
        if number == tries {
            buckets[client].failed()
        } else if let payment = buckets[client].withdraw(.transient, at: Int64(time * 1e9)) {
            send(Attempt(number: number + 1, client: client, payment: payment), time)
        }
    }
}
