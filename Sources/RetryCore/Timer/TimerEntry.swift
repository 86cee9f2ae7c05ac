/// Something that is to happen at a time of the system's clock, unless it is removed from its ``RetryTimer`` before.
///
/// A subclass says what happens. An entry fires once, and is then of no further use, unless it is made to be armed again.
/// One that was removed may always be armed again.
package class TimerEntry: @unchecked Sendable {
    // Unchecked, because the compiler cannot see that these belong to the timer's lock.
    /// The time at which the entry fires.
    final var time = Int64.max
    /// The place in the heap of the timer; negative if the entry is not armed.
    final var place = -1
    /// True once the entry has begun to fire, or was ended.
    final var isOver = false

    /// True for an entry that can be armed again after it has fired.
    final let isReusable: Bool

    package init(isReusable: Bool = false) { self.isReusable = isReusable }

    /// Happens at the entry's time: outside the timer's lock, on a thread of the timer, or on that of the caller which
    /// fires it.
    ///
    /// It runs at most once for each time that the entry is armed, and may run while the entry is being ended: ``RetryTimer/end(_:)`` does not wait for it.
    package func fire() {}
}

/// An entry that calls a closure.
package final class TimedAction: TimerEntry, @unchecked Sendable {
    private let action: @Sendable () -> Void

    package init(_ action: @escaping @Sendable () -> Void) {
        self.action = action
        super.init()
    }

    override package func fire() { action() }
}
