// A first attempt that succeeds needs no more than the first two.
extension RetryPipeline {
    /// Asks the guards to admit a first attempt, and notifies the observer of its start.
    @usableFromInline
    package func enter() -> FirstAttempt {
        var first = FirstAttempt()
        // The time that guards take counts.
        let time = startTime
        if let guards {
            let answer = guards.admit(GuardRequest(), &first.tickets)
            // With chaos, the first attempt takes the way of the others.
            guard case .admitted = answer, ownSetup?.chaos == nil else {
                first.tickets.pending = answer
                first.start = CallStart(time: time)
                return first
            }
        }
        budget?.callStarts()
        first.start = started(at: time, elapsed: time.map { elapsed(since: $0) } ?? 0)
        return first
    }

    /// Records that a first attempt succeeded.
    @usableFromInline
    package func succeeded(_ first: inout FirstAttempt) {
        guards?.finish(&first.tickets, .success)
        budget?.succeeded(after: nil)
        if first.start.isObserved { succeeded(first.start) }
    }

    /// The limit of a first attempt that starts; `nil` for none.
    @usableFromInline package func attemptLimit(_ first: FirstAttempt) -> AttemptLimit? {
        policy.storage.settings.attemptLimit(elapsed: first.start.time.map { elapsed(since: $0) } ?? 0)
    }

    /// The guards of a call, with the answer to its first attempt; `nil` if there are none.
    package func guardedCall(_ tickets: GuardTickets? = nil) -> GuardedCall? {
        isGuarded ? GuardedCall(guards, budget, tickets) : nil
    }
}

/// The state of a first attempt with guards.
@usableFromInline
package struct FirstAttempt: Sendable {
    package fileprivate(set) var tickets = GuardTickets()
    package fileprivate(set) var start = CallStart()

    /// A Boolean value that indicates whether the attempt may start.
    @usableFromInline package var isAdmitted: Bool { tickets.isAdmitted }
}
