extension CallRateLimiter {
    /// Reserves the start of a call, for custom loops.
    ///
    /// ```swift
    /// let turn = try limiter.reserve(cost: 3)
    /// while turn.delay > .zero { try await Task.sleep(for: turn.delay) }
    /// ```
    ///
    /// - Parameters:
    ///   - cost: The tokens that the call takes, from 1 to the policy's burst.
    ///   - maxWait: The longest wait that the call accepts, up to that of the policy.
    /// - Returns: The turn of the call.
    /// - Throws: ``RateLimitedError`` if the wait would be longer, or the cost is above the burst.
    public func reserve(cost: Int = 1, maxWait: Duration = .seconds(31_536_000)) throws(RateLimitedError) -> Reservation
    {
        let wait = try startWaiting(Int64(cost), maxWait: maxWait.saturatedNanoseconds)
        return Reservation(limiter: self, reservation: wait.reservation)
    }

    /// The turn of a call among the calls of a limiter.
    ///
    /// A turn that is dropped stays taken, as if the call had been made.
    public struct Reservation: ~Copyable, Sendable {
        private let limiter: CallRateLimiter
        private let reservation: RateReservation

        fileprivate init(limiter: CallRateLimiter, reservation: RateReservation) {
            self.limiter = limiter
            self.reservation = reservation
        }

        /// The time up to the start of the call, from now; zero once it may start.
        ///
        /// It grows if the limiter is held meanwhile: read it again after each wait.
        public var delay: Duration { .nanoseconds(limiter.waitLeft(reservation)) }

        /// Gives the turn back, because the call does not start.
        ///
        /// If another call stands behind it, the turn is lost.
        public consuming func giveBack() { limiter.giveBack(reservation) }
    }
}

// MARK: Waiting

extension CallRateLimiter {
    /// The wait of a call that is not made through a pipeline.
    package struct Wait: Sendable {
        package let reservation: RateReservation
        /// The nanoseconds up to the start; zero for now.
        package var left: Int64
        fileprivate let latestStart: Int64
    }

    /// Reserves the start of a call.
    package func startWaiting(_ cost: Int64, maxWait: Int64) throws(RateLimitedError) -> Wait {
        switch reserve(cost, maxWait: max(0, maxWait)) {
        case .admitted(let reservation, wait: 0):
            return Wait(reservation: reservation, left: 0, latestStart: .max)
        case .admitted(let reservation, let left):
            return Wait(reservation: reservation, left: left, latestStart: latestStart(within: maxWait))
        case .refused(let wait): throw error(cost: cost, wait: wait)
        case .impossible: throw error(cost: cost, wait: 0)
        }
    }

    /// Updates the rest of a wait after a part of it.
    package func goOn(_ wait: inout Wait, cost: Int64) throws(RateLimitedError) {
        guard let left = waitLeft(wait.reservation, latestStart: wait.latestStart) else { throw error(cost: cost) }
        wait.left = left
    }

    /// The latest start, on the clock, of a call that begins to wait now.
    func latestStart(within maxWait: Int64) -> Int64 { clock.nanoseconds.saturatingAdd(min(maxWait, rules.maxWait)) }

    /// The time for which a call must wait further, because of a hold that began meanwhile; `nil` if that is too long: the
    /// turn is given back then.
    func waitLeft(_ reservation: RateReservation, latestStart: Int64) -> Int64? {
        let left = waitLeft(reservation)
        if left == 0 || clock.nanoseconds.saturatingAdd(left) <= latestStart { return left }
        giveBack(reservation)
        return nil
    }
}
