// Manual control, for operators and tests.
extension CircuitBreaker {
    /// Rejects every call as long as the isolation is held.
    ///
    /// ```swift
    /// let isolation = payments.isolate()  // during maintenance
    /// defer { isolation.end() }
    /// ```
    ///
    /// Isolations nest: the end of the last one restores the underlying state, with its counts cleared.
    ///
    /// - Returns: The isolation, which ends when it is ended or released.
    public func isolate() -> Isolation {
        control { machine, _, _ in machine.isolate() }
        return Isolation(breaker: self)
    }

    /// Rejects every call until ``reset()``.
    public func forceOpen() {
        control { machine, _, _ in machine.forceOpen() }
    }

    /// Admits and counts every call, and never opens, until ``reset()``.
    public func forceClosed() {
        control { machine, _, _ in machine.forceClosed() }
    }

    /// Admits every call and counts nothing, until ``reset()``.
    public func disable() {
        control { machine, _, _ in machine.disable() }
    }

    /// Closes the circuit, clears its counts and ends a forced state; isolations stay.
    public func reset() {
        control { machine, _, _ in machine.reset() }
    }

    /// Opens the circuit as a rule would.
    package func trip() {
        control { machine, now, spare in machine.trip(at: now, using: &spare) }
    }

    /// Keeps a breaker isolated until it is ended or deallocated.
    public final class Isolation: Sendable {
        private let breaker: CircuitBreaker
        private let hasEnded = Locked(false)

        init(breaker: CircuitBreaker) {
            self.breaker = breaker
        }

        deinit {
            end()
        }

        /// Ends the isolation; again it does nothing.
        public func end() {
            let isFirst = hasEnded.withLock { hasEnded in
                defer { hasEnded = true }
                return !hasEnded
            }
            if isFirst { breaker.control { machine, _, _ in machine.release() } }
        }
    }
}
