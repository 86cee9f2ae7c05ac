import Synchronization

extension CircuitBreaker {
    /// Acquires a permit for a call.
    ///
    /// ```swift
    /// let permit = try payments.acquire()
    /// do {
    ///     let receipt = try client.charge(order)
    ///     permit.succeed()
    /// } catch {
    ///     permit.fail(.transient)
    /// }
    /// ```
    ///
    /// - Parameter isRetry: Pass `true` if the call repeats a failed one; a policy can reject retries alone.
    /// - Returns: The permit, which takes the outcome of the call.
    /// - Throws: ``CircuitOpenError`` with the time after which to try again.
    @inlinable
    public func acquire(isRetry: Bool = false) throws(CircuitOpenError) -> Permit {
        guard let admission = admit(isRetry: isRetry) else { throw openError() }
        return Permit(breaker: self, admission: admission)
    }

    /// Acquires a permit for a call; `nil` if it is rejected.
    ///
    /// - Parameter isRetry: Pass `true` if the call repeats a failed one; a policy can reject retries alone.
    /// - Returns: The permit, which takes the outcome of the call.
    @inlinable
    public func tryAcquire(isRetry: Bool = false) -> Permit? {
        guard let admission = admit(isRetry: isRetry) else { return nil }
        return Permit(breaker: self, admission: admission)
    }

    /// The permission to make one call, which takes the outcome of the call.
    ///
    /// It can't be copied, and reporting the outcome consumes it: no call counts twice. A permit that is dropped is
    /// neutral.
    public struct Permit: ~Copyable, Sendable {
        // All inlined, or the reference would be counted up and down with each call.
        @usableFromInline let breaker: CircuitBreaker
        @usableFromInline let admission: Admission
        /// A Boolean value that indicates whether the outcome is reported already; a permit with a reference can't be
        /// discarded.
        @usableFromInline var isFinished = false

        @inlinable
        init(breaker: CircuitBreaker, admission: Admission) {
            self.breaker = breaker
            self.admission = admission
        }

        @inlinable
        deinit {
            if !isFinished { breaker.finish(admission, .neutral) }
        }

        /// Reports that the call succeeded.
        @inlinable
        public consuming func succeed() {
            breaker.succeeded(admission)
            isFinished = true
        }

        /// Reports that the call failed.
        ///
        /// - Parameters:
        ///   - errorClass: The class of the failure; the policy decides whether it counts.
        ///   - hint: The server's hint about coming back.
        @inlinable
        public consuming func fail(_ errorClass: ErrorClass, hint: RetryHint? = nil) {
            finish(.failure(ErrorClassification(errorClass, hint: hint)))
        }

        /// Reports a neutral outcome: the call was cancelled, or not made after all.
        @inlinable
        public consuming func neutral() {
            finish(.neutral)
        }

        /// Reports an outcome, such as a time limit that cut the call off.
        @inlinable
        public consuming func finish(_ result: AttemptResult) {
            breaker.finish(admission, result)
            isFinished = true
        }

        /// Turns the permit into a ticket that can be copied, for code with callbacks.
        ///
        /// - Returns: The ticket, which takes the outcome in the permit's place.
        public consuming func ticket() -> Ticket {
            let ticket = Ticket(breaker: breaker, admission: admission)
            isFinished = true
            return ticket
        }
    }

    /// A permit that can be copied, for code with callbacks.
    ///
    /// The first outcome that is reported to any of its copies counts, and every later one is ignored. If the last copy
    /// is released without one, the call is neutral.
    public struct Ticket: Sendable {
        private let holder: Holder

        init(breaker: CircuitBreaker, admission: Admission) {
            holder = Holder(breaker: breaker, admission: admission)
        }

        /// Reports that the call succeeded.
        ///
        /// - Returns: `true` if this was the first outcome that was reported.
        @discardableResult
        public func succeed() -> Bool { holder.finish(.success) }

        /// Reports that the call failed.
        ///
        /// - Parameters:
        ///   - errorClass: The class of the failure; the policy decides whether it counts.
        ///   - hint: The server's hint about coming back.
        /// - Returns: `true` if this was the first outcome that was reported.
        @discardableResult
        public func fail(_ errorClass: ErrorClass, hint: RetryHint? = nil) -> Bool {
            holder.finish(.failure(ErrorClassification(errorClass, hint: hint)))
        }

        /// Reports a neutral outcome: the call was cancelled, or not made after all.
        ///
        /// - Returns: `true` if this was the first outcome that was reported.
        @discardableResult
        public func neutral() -> Bool { holder.finish(.neutral) }

        /// Reports an outcome, such as a time limit that cut the call off.
        ///
        /// - Returns: `true` if this was the first outcome that was reported.
        @discardableResult
        public func finish(_ result: AttemptResult) -> Bool { holder.finish(result) }

        private final class Holder: Sendable {
            private let breaker: CircuitBreaker
            private let admission: Admission
            private let isFinished = Atomic(false)

            init(breaker: CircuitBreaker, admission: Admission) {
                self.breaker = breaker
                self.admission = admission
            }

            deinit {
                finish(.neutral)
            }

            @discardableResult
            func finish(_ result: AttemptResult) -> Bool {
                guard !isFinished.exchange(true, ordering: .acquiringAndReleasing) else { return false }
                breaker.finish(admission, result)
                return true
            }
        }
    }
}
