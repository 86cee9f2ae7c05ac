// For custom loops; the drivers of the library report by themselves.
extension RetryBudget {
    /// Records that a call starts: once per call, before its first attempt.
    public func requestStarted() {
        callStarts()
    }

    /// Records that a call succeeded at its first try.
    ///
    /// A call that succeeds after a retry reports it by ``Reservation/succeeded()``.
    public func succeeded() {
        succeeded(after: nil)
    }

    /// Reserves a retry after a failure, in one atomic step.
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

    /// A retry that a budget has granted, which takes the retry's outcome.
    ///
    /// It can be consumed once only, so that nothing is paid back twice. A reservation that is dropped stays spent,
    /// which protects the service.
    public struct Reservation: ~Copyable, Sendable {
        private let budget: RetryBudget
        private let withdrawal: Withdrawal

        fileprivate init(budget: RetryBudget, withdrawal: Withdrawal) {
            self.budget = budget
            self.withdrawal = withdrawal
        }

        /// Reports that the retry succeeded: a quota gets its cost back, a token bucket and a throttle a deposit.
        public consuming func succeeded() {
            budget.succeeded(after: withdrawal)
        }

        /// Reports that the retry failed; its cost stays spent.
        ///
        /// If another retry is wanted, ask ``RetryBudget/reserve(for:)``; if not, call ``RetryBudget/failed(_:)``.
        public consuming func failed() {}

        /// Gives the retry back, because it did not start: the caller cancelled, or the deadline came first.
        ///
        /// A throttle gives nothing back: it charged the failure before the retry, which did happen.
        public consuming func giveBack() {
            budget.giveBack(withdrawal)
        }
    }
}
