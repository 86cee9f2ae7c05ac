import Synchronization

extension CircuitBreaker {
    /// Asks for a call to be let through.
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
    /// - Returns: The permit, which takes how the call ended.
    /// - Throws: ``CircuitOpenError`` with the time after which to try again.
    @inlinable
    public func acquire() throws(CircuitOpenError) -> Permit {
        guard let admission = admit() else { throw openError() }
        return Permit(breaker: self, admission: admission)
    }

    /// Asks for a call to be let through; `nil` if it is turned away.
    ///
    /// - Returns: The permit, which takes how the call ended.
    @inlinable
    public func tryAcquire() -> Permit? {
        guard let admission = admit() else { return nil }
        return Permit(breaker: self, admission: admission)
    }

    /// The right to make one call, which takes how the call ended.
    ///
    /// It can't be copied, and telling the end of the call uses it up: no call counts twice. A permit that is dropped
    /// counts for nothing.
    public struct Permit: ~Copyable, Sendable {
        // All inlined, or the reference would be counted up and down with each call.
        @usableFromInline let breaker: CircuitBreaker
        @usableFromInline let admission: Admission
        /// Whether the end of the call is told already; a permit with a reference can't be discarded.
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

        /// The call succeeded.
        @inlinable
        public consuming func succeed() {
            finish(.success)
        }

        /// The call failed.
        ///
        /// - Parameters:
        ///   - errorClass: The class of the failure; the policy says whether it counts.
        ///   - hint: What the server said about coming back.
        @inlinable
        public consuming func fail(_ errorClass: ErrorClass, hint: RetryHint? = nil) {
            finish(.failure(Classification(errorClass, hint: hint)))
        }

        /// The call says nothing of the service: it was cancelled, or not made after all.
        @inlinable
        public consuming func neutral() {
            finish(.neutral)
        }

        /// The call ended somehow.
        @inlinable
        public consuming func finish(_ result: BreakerResult) {
            breaker.finish(admission, result)
            isFinished = true
        }

        /// Turns the permit into a ticket that can be copied, for code with callbacks.
        ///
        /// - Returns: The ticket, which takes the end of the call in the permit's place.
        public consuming func ticket() -> Ticket {
            let ticket = Ticket(breaker: breaker, admission: admission)
            isFinished = true
            return ticket
        }
    }

    /// A permit that can be copied, for code with callbacks.
    ///
    /// The first end that any of its copies is told counts, and every later one does nothing. When the last copy is
    /// gone without one, the call counts for nothing.
    public struct Ticket: Sendable {
        private let holder: Holder

        init(breaker: CircuitBreaker, admission: Admission) {
            holder = Holder(breaker: breaker, admission: admission)
        }

        /// The call succeeded.
        ///
        /// - Returns: Whether this was the first end that was told.
        @discardableResult
        public func succeed() -> Bool { holder.finish(.success) }

        /// The call failed.
        ///
        /// - Parameters:
        ///   - errorClass: The class of the failure; the policy says whether it counts.
        ///   - hint: What the server said about coming back.
        /// - Returns: Whether this was the first end that was told.
        @discardableResult
        public func fail(_ errorClass: ErrorClass, hint: RetryHint? = nil) -> Bool {
            holder.finish(.failure(Classification(errorClass, hint: hint)))
        }

        /// The call says nothing of the service: it was cancelled, or not made after all.
        ///
        /// - Returns: Whether this was the first end that was told.
        @discardableResult
        public func neutral() -> Bool { holder.finish(.neutral) }

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
            func finish(_ result: BreakerResult) -> Bool {
                guard !isFinished.exchange(true, ordering: .acquiringAndReleasing) else { return false }
                breaker.finish(admission, result)
                return true
            }
        }
    }
}
