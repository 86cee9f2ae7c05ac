// A loop of one's own says what happens; the drivers of the library do so by themselves.
extension RetryBudget {
    /// Tells that a call starts: once per call, before its first attempt.
    public func requestStarted() {
        callStarts()
    }

    /// Tells that a call succeeded at its first try.
    ///
    /// A call that succeeds after a retry tells it by ``Reservation/succeeded()``.
    public func succeeded() {
        succeeded(after: nil)
    }

    /// Reserves a retry after a failure, in one step that no other caller can come between.
    ///
    /// ```swift
    /// guard let retry = budget.reserve(for: .transient) else { throw error }
    /// try await Task.sleep(for: delay)
    /// do {
    ///     let value = try await attempt()
    ///     retry.succeeded()
    ///     return value
    /// } catch {
    ///     retry.failed()
    ///     …
    /// }
    /// ```
    ///
    /// - Parameter errorClass: The class of the failure.
    /// - Returns: The reservation; `nil` if the budget refuses: end with the error that the service gave.
    public func reserve(for errorClass: ErrorClass = .transient) -> Reservation? {
        guard let withdrawal = withdraw(errorClass) else { return nil }
        return Reservation(budget: self, withdrawal: withdrawal)
    }

    /// A retry that a budget has granted, and what becomes of it.
    ///
    /// It can be used up once only, so that nothing is paid back twice. One that is dropped stays spent: when in doubt,
    /// the service is spared.
    public struct Reservation: ~Copyable, Sendable {
        private let budget: RetryBudget
        private let withdrawal: Withdrawal

        fileprivate init(budget: RetryBudget, withdrawal: Withdrawal) {
            self.budget = budget
            self.withdrawal = withdrawal
        }

        /// Tells that the retry succeeded: a quota gets back what it cost, a throttle its deposit.
        public consuming func succeeded() {
            budget.succeeded(after: withdrawal)
        }

        /// Tells that the retry failed; what it cost stays spent.
        ///
        /// If another retry is wanted, ask ``RetryBudget/reserve(for:)``; if not, tell ``RetryBudget/failed(_:)``.
        public consuming func failed() {}

        /// Gives the retry back, because it did not start: the caller cancelled, or the deadline came first.
        ///
        /// A throttle gives nothing back: it charged the failure before the retry, which did happen.
        public consuming func giveBack() {
            budget.giveBack(withdrawal)
        }
    }
}
