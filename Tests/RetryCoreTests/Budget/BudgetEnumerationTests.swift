import RetryCore
import Testing

/// A second implementation of a bucket, in another way: with a list of single deposits, of single retries.
struct BudgetModel {
    enum PolicyKind: CaseIterable, Sendable {
        case tokenBucket, ratio, throttle, quota, limit, unlimited

        /// Small, so that short sequences reach every end; all numbers are such that Doubles are exact.
        var policy: RetryBudgetPolicy {
            switch self {
            case .tokenBucket: .tokenBucket(perSuccess: 0.25, floor: 0.125, capacity: 2)
            case .ratio: .ratio(0.5, floor: 0.25, ttl: .seconds(10))
            case .throttle: .throttle(maxTokens: 4, tokenRatio: 0.5)
            case .quota: .quota(capacity: 20, cost: 7, costs: [.rateLimit: 3], deposit: 2)
            case .limit: .limit(2, per: .seconds(10))
            case .unlimited: .unlimited
            }
        }
    }

    /// The origin of a retry's payment.
    struct Payment {
        var cost = 0.0
        var aged = 0.0
        var second = 0
        var time = 0.0
    }

    let policy: PolicyKind
    var now = 0.0
    var isExhausted = false
    private var refusedAt = 0.0
    private var stock = 0.0
    private var deposits: [(second: Int, amount: Double)] = []
    private var retries: [Double] = []

    init(_ policy: PolicyKind) {
        self.policy = policy
        stock =
            policy == .tokenBucket ? 2 : policy == .ratio ? 2.5 : policy == .throttle ? 4 : policy == .quota ? 20 : 0
    }

    mutating func pass(_ seconds: Double) {
        now += seconds
        deposits.removeAll { $0.second <= Int(now) - 10 }
        retries.removeAll { $0 <= now - 10 }
        if policy == .ratio { stock = min(2.5, stock + seconds * 0.25) }
        if policy == .tokenBucket { stock = min(2, stock + seconds * 0.125) }
        recover()
    }

    var tokens: Double {
        switch policy {
        case .ratio: deposits.reduce(stock) { $0 + $1.amount }
        case .tokenBucket, .throttle, .quota: stock
        case .limit: Double(2 - retries.count)
        case .unlimited: .infinity
        }
    }

    mutating func call() {
        if policy == .ratio { deposits.append((Int(now), 0.5)) }
        recover()
    }

    mutating func failed() {
        if policy == .throttle { stock = max(0, stock - 1) }
    }

    mutating func succeeded(after payment: Payment?) {
        if policy == .throttle { stock = min(4, stock + 0.5) }
        if policy == .tokenBucket { stock = min(2, stock + 0.25) }
        if policy == .quota { stock = min(20, stock + (payment?.cost ?? 2)) }
        recover()
    }

    mutating func withdraw(_ errorClass: ErrorClass) -> Payment? {
        recover()
        let payment = pay(errorClass == .rateLimit && policy == .quota ? 3 : policy == .quota ? 7 : 1)
        if payment == nil { (isExhausted, refusedAt) = (true, now) }
        return payment
    }

    mutating func giveBack(_ payment: Payment) {
        switch policy {
        case .ratio:
            if payment.aged > 0, payment.second > Int(now) - 10 {
                let place = deposits.firstIndex { $0.second > payment.second } ?? deposits.count
                deposits.insert((payment.second, payment.aged), at: place)
            }
            stock = min(2.5, stock + payment.cost - payment.aged)
        case .tokenBucket: stock = min(2, stock + payment.cost)
        case .quota: stock = min(20, stock + payment.cost)
        case .limit: if let place = retries.firstIndex(of: payment.time) { retries.remove(at: place) }
        case .throttle, .unlimited: break
        }
        recover()
    }

    private mutating func pay(_ cost: Double) -> Payment? {
        switch policy {
        case .unlimited:
            return Payment()
        case .throttle:
            stock = max(0, stock - 1)
            return stock > 2 ? Payment() : nil
        case .limit:
            guard retries.count < 2 else { return nil }
            retries.append(now)
            return Payment(time: now)
        case .tokenBucket, .quota:
            guard stock >= cost else { return nil }
            stock -= cost
            return Payment(cost: cost)
        case .ratio:
            guard tokens >= 1 else { return nil }
            var payment = Payment(cost: 1, second: deposits.first?.second ?? 0)
            while payment.aged < 1, let first = deposits.first {
                payment.aged += min(first.amount, 1 - payment.aged)
                deposits.removeFirst()
            }
            stock -= 1 - payment.aged
            return payment
        }
    }

    private mutating func recover() {
        guard isExhausted else { return }
        switch policy {
        case .ratio, .limit: isExhausted = now - refusedAt < 10
        case .throttle: isExhausted = stock < 3
        case .quota: isExhausted = stock < 10
        case .tokenBucket: isExhausted = stock < 1
        case .unlimited: break
        }
    }
}

/// Walks through every sequence of inputs up to a length, the bucket and the model side by side.
struct BudgetEnumeration {
    private struct Place {
        var bucket: RetryBudgetStateMachine
        var model: BudgetModel
        var payment: (RetryBudgetStateMachine.Withdrawal, BudgetModel.Payment)?
        var way: [String] = []
    }

    private(set) var sequences = 0
    private(set) var differences: [String] = []

    mutating func walk(_ policy: BudgetModel.PolicyKind, length: Int) {
        walk(Place(bucket: RetryBudgetStateMachine(policy.policy), model: BudgetModel(policy)), length)
    }

    private mutating func walk(_ before: Place, _ left: Int) {
        guard left > 0, differences.count < 5 else {
            sequences += 1
            return
        }
        step(before, "call", left) { place, time in
            place.bucket.requestStarted(at: time)
            place.model.call()
        }
        step(before, "failed", left) { place, _ in
            place.bucket.failed()
            place.model.failed()
        }
        step(before, "succeeded", left) { place, _ in
            place.bucket.succeeded(after: nil)
            place.model.succeeded(after: nil)
        }
        for errorClass in [ErrorClass.transient, .rateLimit] {
            step(before, "retry after \(errorClass)", left) { place, time in
                let (taken, paid) = (place.bucket.withdraw(errorClass, at: time), place.model.withdraw(errorClass))
                if (taken == nil) != (paid == nil) { place.way.append(taken == nil ? "refused!" : "granted!") }
                place.payment = taken.flatMap { taken in paid.map { (taken, $0) } }
            }
        }
        for seconds in [0.5, 4, 9.5] {
            step(before, "\(seconds) s", left) { place, _ in place.model.pass(seconds) }
        }
        guard let payment = before.payment else { return }
        step(before, "given back", left) { place, time in
            place.bucket.giveBack(payment.0, at: time)
            place.model.giveBack(payment.1)
            place.payment = nil
        }
        step(before, "succeeded after it", left) { place, _ in
            place.bucket.succeeded(after: payment.0)
            place.model.succeeded(after: payment.1)
            place.payment = nil
        }
    }

    private mutating func step(
        _ before: Place, _ name: String, _ left: Int, _ change: (inout Place, Duration) -> Void
    ) {
        var place = before
        place.way.append(name)
        change(&place, .seconds(before.model.now))
        // A copy is asked, so that the bucket is not brought up to date by the question.
        var copy = place.bucket
        let tokens = copy.tokens(at: .seconds(place.model.now))
        let isRight = tokens == place.model.tokens && copy.isExhausted == place.model.isExhausted
        if !isRight || place.way.last?.hasSuffix("!") == true {
            differences.append("\(place.way): \(tokens), \(copy.isExhausted), not \(place.model)")
        }
        walk(place, left - 1)
    }
}

@Suite("Every short history of a bucket", .timeLimit(.minutes(20)))
struct BudgetEnumerationTests {
    @Test("is that of the model", arguments: BudgetModel.PolicyKind.allCases)
    func walk(policy: BudgetModel.PolicyKind) {
        var walk = BudgetEnumeration()
        walk.walk(policy, length: 5)
        #expect(walk.differences == [])
        #expect(walk.sequences > 30_000)
    }
}
