// What operators and tests do by hand.
extension CircuitBreaker {
    /// Turns every call away as long as the isolation is held.
    ///
    /// ```swift
    /// let isolation = payments.isolate()  // during maintenance
    /// defer { isolation.end() }
    /// ```
    ///
    /// Isolations nest: the last one to end makes the circuit again what it was, with nothing counted.
    ///
    /// - Returns: The isolation, which ends when it is ended or released.
    public func isolate() -> Isolation {
        control { machine, _, _ in machine.isolate() }
        return Isolation(breaker: self)
    }

    /// Turns every call away until ``reset()``.
    public func forceOpen() {
        control { machine, _, _ in machine.forceOpen() }
    }

    /// Lets every call through and counts it, but opens for nothing, until ``reset()``.
    public func forceClosed() {
        control { machine, _, _ in machine.forceClosed() }
    }

    /// Lets every call through and counts nothing, until ``reset()``.
    public func disable() {
        control { machine, _, _ in machine.disable() }
    }

    /// Closes the circuit, forgets what was counted, and ends whatever was forced; isolations stay.
    public func reset() {
        control { machine, _, _ in machine.reset() }
    }

    /// Opens the circuit as a rule would.
    package func trip() {
        control { machine, now, spare in machine.trip(at: now, using: &spare) }
    }

    /// Keeps a breaker isolated until it is ended, or until nobody refers to it any more.
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
