import RetryCore

/// A budget's policy on times that a test sets, in seconds.
struct Bucket {
    private(set) var bucket: RetryBudgetStateMachine
    var now = 0.0

    init(_ policy: RetryBudgetPolicy) {
        bucket = RetryBudgetStateMachine(policy)
    }

    private var time: Duration { .nanoseconds(Int64((now * 1e9).rounded())) }

    var tokens: Double {
        mutating get { bucket.tokens(at: time) }
    }

    mutating func calls(_ count: Int) {
        for _ in 0..<count { bucket.requestStarted(at: time) }
    }

    mutating func successes(_ count: Int, after withdrawal: RetryBudgetStateMachine.Withdrawal? = nil) {
        for _ in 0..<count { bucket.succeeded(after: withdrawal) }
    }

    mutating func failures(_ count: Int) {
        for _ in 0..<count { bucket.failed() }
    }

    mutating func withdraw(_ errorClass: ErrorClass = .transient) -> RetryBudgetStateMachine.Withdrawal? {
        bucket.withdraw(errorClass, at: time)
    }

    mutating func giveBack(_ withdrawal: RetryBudgetStateMachine.Withdrawal?) {
        if let withdrawal { bucket.giveBack(withdrawal, at: time) }
    }

    /// Returns the number of retries that are granted in a row, up to a number that no test expects.
    mutating func retries(_ errorClass: ErrorClass = .transient) -> Int {
        var count = 0
        while count < 1_000_000, withdraw(errorClass) != nil { count += 1 }
        return count
    }
}

extension RetryBudget {
    /// Returns whether the budget grants a retry, which is then left to itself.
    func grants(_ errorClass: ErrorClass = .transient) -> Bool {
        guard let retry = reserve(for: errorClass) else { return false }
        _ = consume retry
        return true
    }
}
