/// The start of a call whose first attempt runs, which becomes a ``RetryCall`` only if it fails.
@usableFromInline
package struct CallStart: Sendable {
    /// The time on the call's clock; `nil` where it does not matter.
    package let time: Int64?
    /// The number of the call; 0 where no observer reads it.
    package let number: UInt64
    /// True if the observer was notified of the first attempt.
    @usableFromInline package let isObserved: Bool

    @inlinable
    package init(time: Int64? = nil) {
        self.init(time: time, number: 0, isObserved: false)
    }

    @usableFromInline
    init(time: Int64?, number: UInt64, isObserved: Bool) {
        self.time = time
        self.number = number
        self.isObserved = isObserved
    }
}

extension RetryPolicy {
    /// The start of a call with a deadline on the fast path, where every nanosecond counts.
    ///
    /// The coarse clock is up to 4 ms late, too much for a short deadline.
    func callStart(on clock: RetryClock) -> CallStart {
        CallStart(time: hasShortDeadline ? clock.nanoseconds : clock.coarseNanoseconds)
    }

    /// The start of a call on the system's clock, whose time matters only with a deadline.
    @inlinable package var callStart: CallStart { hasDeadline ? timedStart : CallStart() }

    @usableFromInline var timedStart: CallStart { callStart(on: .system) }

    /// The description of the first attempt of a call without an attempt timeout.
    @usableFromInline package var firstAttempt: RetryAttempt {
        RetryAttempt(number: 1, maxAttempts: storage.settings.maxAttempts, remaining: hasDeadline ? deadline : nil)
    }
}

extension RetryPipeline {
    /// The start of a call on its clock; the observer is notified of its first attempt.
    @inlinable package var callStart: CallStart {
        if ownSetup?.observer == nil, !policy.hasDeadline { return CallStart() }
        return timedStart()
    }

    @usableFromInline
    func timedStart() -> CallStart {
        started(at: startTime, elapsed: 0)
    }

    /// The time on the clock of a call that begins; `nil` where it does not matter.
    var startTime: Int64? {
        if let ownSetup, ownSetup.observer != nil { return ownSetup.clock.nanoseconds }
        return policy.hasDeadline ? policy.callStart(on: setup.clock).time : nil
    }

    /// The start of a call that began at `time`; the observer is notified of its first attempt, after `elapsed`.
    func started(at time: Int64?, elapsed: @autoclosure () -> Int64) -> CallStart {
        guard let ownSetup, let observer = ownSetup.observer, let time else { return CallStart(time: time) }
        let interest = observer.interest
        let number = interest.contains(.calls) ? RetryEvent.nextCall() : 0
        if interest.contains(.attempts) {
            observer.deliver(
                RetryEvent(
                    call: number, number: 1, .attempt, of: ownSetup, policy.storage, attempt: 1, elapsed: elapsed()))
        }
        return CallStart(time: time, number: number, isObserved: true)
    }

    /// The time on the call's clock since it began, in nanoseconds.
    func elapsed(since start: Int64) -> Int64 { max(0, setup.clock.nanoseconds.saturatingAdd(-start)) }

    /// Notifies the observer of a first attempt that succeeded.
    @usableFromInline
    package func succeeded(_ start: CallStart) {
        guard let ownSetup, let observer = ownSetup.observer, let time = start.time else { return }
        let elapsed = elapsed(since: time)
        if observer.countsSuccess(after: elapsed) { return }
        observer.deliver(
            RetryEvent(
                call: start.number, number: 2, .stop(.succeeded), of: ownSetup, policy.storage, attempt: 1,
                elapsed: elapsed))
    }
}
