/// Something that is to happen at a time of the system's clock, unless it is removed from its ``RetryTimer`` before.
///
/// A subclass says what happens. An entry fires once, and is then of no further use; one that was removed may be armed
/// again.
package class TimerEntry: @unchecked Sendable {
    // Unchecked, because the compiler cannot see that these belong to the timer's lock.
    /// The time at which the entry fires.
    final var time = Int64.max
    /// The place in the heap of the timer; negative if the entry is not armed.
    final var place = -1
    /// True once the entry has begun to fire, or was ended.
    final var isOver = false

    package init() {}

    /// Happens at the entry's time: outside the timer's lock, on a thread of the timer, or on that of the caller which
    /// fires it.
    ///
    /// It runs at most once, and may run while the entry is being ended: ``RetryTimer/end(_:)`` does not wait for it.
    package func fire() {}
}

/// An entry that calls a closure.
package final class TimedAction: TimerEntry, @unchecked Sendable {
    private let action: @Sendable () -> Void

    package init(_ action: @escaping @Sendable () -> Void) { self.action = action }

    override package func fire() { action() }
}
