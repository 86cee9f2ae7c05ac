import RetryCore
import RetryTesting

/// A budget that callers share, and what must be true of it at any moment.
final class BudgetHarness: Sendable {
    /// The plan of one call: its attempts, each with its time in seconds, and whether it is cancelled at the end.
    struct Call: Sendable {
        enum Ending: Sendable { case succeeds, fails, isCancelled, isDropped }

        var start: Int
        var failures: [Int]
        var wait: Int
        var errorClass: ErrorClass
        var ending: Ending

        init(_ generator: inout SeededGenerator) {
            start = generator.pick(0, 0, 1, 3)
            failures = generator.pick([], [1], [0, 1], [2, 0, 0])
            wait = generator.pick(0, 1, 2, 12)
            errorClass = generator.pick(.transient, .rateLimit)
            ending = generator.pick(.succeeds, .fails, .isCancelled, .isDropped)
        }
    }

    /// The callers' counts: each counts its own grants.
    struct Tally: Sendable {
        var calls = 0
        var retries: [(time: Double, cost: Double)] = []
        var paidBack = 0.0
        var successes = 0
        var problems: [String] = []
    }

    let budget: RetryBudget
    let kind: Int
    private let clock: ManualClock
    private let tally = Locked(Tally())
    private let crossing = Crossing()

    init(_ law: (kind: Int, law: RetryBudgetPolicy), on clock: ManualClock) {
        kind = law.kind
        budget = RetryBudget(law.law, on: clock)
        self.clock = clock
    }

    /// Returns a small policy of each kind: a few calls are enough to exhaust it.
    static func law(_ kind: Int, _ generator: inout SeededGenerator) -> (kind: Int, law: RetryBudgetPolicy) {
        switch kind {
        case 0: (0, .ratio(0.5, floor: generator.pick(0, 0.1), ttl: .seconds(10)))
        case 1: (1, .throttle(maxTokens: generator.pick(3, 6), tokenRatio: 0.5))
        case 2: (2, .quota(capacity: generator.pick(10, 40), cost: 7, costs: [.rateLimit: 3], deposit: 1))
        case 3: (3, .limit(generator.pick(1, 3), per: .seconds(10)))
        default: (4, .unlimited)
        }
    }

    private var now: Double { clock.now.offset / .seconds(1) }

    func make(_ call: Call) async {
        await sleep(call.start)
        budget.requestStarted()
        tally.withLock { $0.calls += 1 }
        var isRetry = false
        for time in call.failures {
            await sleep(time)
            look()
            guard let retry = budget.reserve(for: call.errorClass) else { return }
            isRetry = true
            let cost = kind == 2 ? (call.errorClass == .rateLimit ? 3.0 : 7) : 1
            tally.withLock { [now] in $0.retries.append((now, cost)) }
            await sleep(call.wait)
            if call.ending == .isCancelled {
                retry.giveBack()
                tally.withLock { $0.paidBack += cost }
                return look()
            }
            if call.ending == .isDropped { return }
            await sleep(time)
            if call.ending == .succeeds {
                retry.succeeded()
                return note(success: cost)
            }
            retry.failed()
        }
        look()
        if call.ending == .fails { return budget.failed(call.errorClass) }
        if !isRetry {
            budget.succeeded()
            note(success: 1)
        }
    }

    private func note(success cost: Double) {
        tally.withLock {
            $0.successes += 1
            $0.paidBack += kind == 2 ? cost : 0
        }
        look()
    }

    private func sleep(_ seconds: Int) async {
        guard seconds > 0 else { return await crossing.pass() }
        try? await clock.sleep(for: .seconds(seconds))
    }

    /// Looks at the balance in the midst of all.
    private func look() {
        let snapshot = budget.snapshot()
        let most = snapshot.capacity ?? (kind == 0 ? Double(tally.withLock { $0.calls }) * 0.5 + 1 : .infinity)
        if snapshot.balance < 0 || snapshot.balance > most {
            tally.withLock { $0.problems.append("balance \(snapshot.balance), capacity \(most)") }
        }
    }

    /// Throws if more was granted than the policy allows.
    func check() throws {
        let (tally, snapshot) = (tally.withLock { $0 }, budget.snapshot())
        var problems = tally.problems
        func require(_ isRight: Bool, _ rule: String) {
            if !isRight { problems.append(rule) }
        }
        let spent = tally.retries.reduce(0) { $0 + $1.cost }
        require(snapshot.grants == tally.retries.count, "a grant was lost, or made twice")
        require(snapshot.retries <= snapshot.grants && snapshot.returns >= 0, "more was given back than granted")
        switch kind {
        case 0:
            let most = 0.5 * Double(tally.calls) + 0.1 * now + 1
            require(Double(snapshot.retries) <= most, "\(snapshot.retries) retries, at most \(most)")
        case 1:
            require(snapshot.balance <= snapshot.capacity ?? 0, "more than the capacity")
        case 2:
            let most = (snapshot.capacity ?? 0) + tally.paidBack
            require(spent <= most, "spent \(spent) of \(most)")
            require(snapshot.balance <= most - spent, "balance \(snapshot.balance) of \(most - spent)")
        case 3:
            let limit = Int(snapshot.capacity ?? 0)
            // What was given back does not count, and which of them that was the tally does not know.
            for first in tally.retries {
                let window = tally.retries.filter { $0.time >= first.time && $0.time < first.time + 10 }
                require(window.count - snapshot.returns <= limit, "\(window.count) in ten seconds")
            }
        default:
            require(snapshot.refusals == 0, "refused without a limit")
        }
        if !problems.isEmpty {
            throw BrokenBudget(problems: problems, law: budget.policy, retries: tally.retries.count)
        }
    }
}

/// An error for a broken budget, with its problem and its policy.
struct BrokenBudget: Error {
    let problems: [String]
    let law: RetryBudgetPolicy
    let retries: Int
}

/// A place where the order of two tasks is open.
private actor Crossing {
    func pass() {}
}
