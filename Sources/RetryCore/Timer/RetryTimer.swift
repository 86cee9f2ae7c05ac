/// The timer of the process: attempt timeouts, interrupting deadlines, hedges, waits in queues, renewals of leases.
///
/// One thread of its own waits for the earliest entry, so that nothing fires late because an actor or the threads of the
/// tasks are busy, and an entry that is removed leaves nothing behind.
///
/// An entry that takes long to fire, such as the cancellation of a task with a slow handler, does not delay the others:
/// a second thread takes over after ``patience``, and there are ``maxThreads`` at most.
package final class RetryTimer: @unchecked Sendable {
    // Unchecked, because the compiler cannot see that the state is reached under the monitor alone.
    /// The timer of the process, which measures by the system's clock.
    package static let shared = RetryTimer()

    /// The time that an entry may take to fire before another thread goes on with the rest, in nanoseconds.
    static let patience: Int64 = 5_000_000
    /// The highest number of threads.
    static let maxThreads = 8

    /// Protects the state and the fields of all entries.
    private let monitor = SystemMonitor(conditions: 2)
    private let state: UnsafeMutablePointer<State>
    private let readsTime: @Sendable () -> Int64
    /// False for a timer whose entries a test fires.
    private let hasThreads: Bool

    private struct State: ~Copyable {
        var heap = TimerHeap()
        /// The time until which the leading thread sleeps: an earlier entry has to wake it.
        var wakeTime = Int64.max
        var threadCount = 0
        /// The number of times that a thread took the lead; 0 before the first.
        var term = 0
        /// True while a thread has the lead: it waits for the earliest entry, or fires one.
        var isLed = false
        /// True while the leading thread has found due entries, and has not slept since.
        var isFiring = false
        var firedCount = 0
        /// True while another thread watches the leading one.
        var isWatched = false
    }

    /// The condition of the leading thread, and of the one that watches it.
    private static let leader = 0, watcher = 1

    /// Creates a timer.
    ///
    /// - Parameters:
    ///   - hasThreads: Pass `false` to fire the entries by ``fireDue()`` alone.
    ///   - now: The clock's time in nanoseconds.
    package init(hasThreads: Bool = true, now: @escaping @Sendable () -> Int64 = { SystemTime.precise }) {
        self.hasThreads = hasThreads
        readsTime = now
        state = .allocate(capacity: 1)
        state.initialize(to: State())
    }

    deinit { state.deinitialize(count: 1).deallocate() }

    /// The time of the timer, in nanoseconds.
    package var now: Int64 { readsTime() }

    /// The number of armed entries.
    package var armedCount: Int { locked { $0.heap.count } }

    /// The number of entries that there is room for; it follows the number of those that are armed.
    package var capacity: Int { locked { $0.heap.capacity } }

    /// The number of threads.
    package var threadCount: Int { locked { $0.threadCount } }

    private func locked<Result>(_ body: (inout State) -> Result) -> Result {
        monitor.lock()
        defer { monitor.unlock() }
        return body(&state.pointee)
    }
}

// MARK: Entries

extension RetryTimer {
    /// Arms an entry: it fires at `time`, or at once if that has passed.
    ///
    /// An entry that is over already stays so. The timer keeps the entry alive until it has fired or was removed.
    ///
    /// - Parameters:
    ///   - entry: The entry, which is not armed.
    ///   - time: The time in nanoseconds.
    /// - Returns: `false` if the system has no thread for the timer; nothing is armed then.
    /// - Complexity: O(log n), where n is the number of armed entries.
    package func arm(_ entry: TimerEntry, at time: Int64) -> Bool {
        locked { state in
            if state.threadCount == 0, hasThreads, !startThread(&state) { return false }
            if entry.isOver || entry.place >= 0 { return true }
            state.heap.add(entry, at: time)
            if time < state.wakeTime {
                // Until the thread looks, no entry after this one has to wake it.
                state.wakeTime = time
                monitor.wakeOne(Self.leader)
            }
            return true
        }
    }

    /// Removes an entry from the timer; it can be armed again.
    ///
    /// - Returns: `true` if the entry was armed, and will not fire.
    /// - Complexity: O(log n), where n is the number of armed entries.
    @discardableResult
    package func disarm(_ entry: TimerEntry) -> Bool {
        locked { $0.heap.remove(entry) }
    }

    /// Ends an entry: it does not fire from here on.
    ///
    /// - Parameters:
    ///   - entry: The entry.
    ///   - body: Is passed whether the entry has fired, or has begun to. It must not use the timer.
    /// - Returns: The closure's result.
    /// - Complexity: O(log n), where n is the number of armed entries.
    package func end<Result>(_ entry: TimerEntry, _ body: (_ hasFired: Bool) -> Result) -> Result {
        locked { state in
            _ = state.heap.remove(entry)
            defer { entry.isOver = true }
            return body(entry.isOver)
        }
    }

    /// Fires an entry now, on this thread, unless it has fired or was ended before.
    package func fire(_ entry: TimerEntry) {
        let fires = locked { state in
            _ = state.heap.remove(entry)
            defer { entry.isOver = true }
            return !entry.isOver
        }
        if fires { entry.fire() }
    }

    /// Runs `body` under the lock that decides between the firing and the ending of an entry.
    ///
    /// - Parameters:
    ///   - entry: The entry.
    ///   - body: Is passed whether the entry is over. It must not use the timer.
    /// - Returns: The closure's result.
    package func read<Result>(_ entry: TimerEntry, _ body: (_ isOver: Bool) -> Result) -> Result {
        locked { _ in body(entry.isOver) }
    }

    /// Fires all entries that are due, in the order of their times, on this thread.
    package func fireDue() {
        while let entry = locked({ takeDue(&$0) }) { entry.fire() }
    }

    private func takeDue(_ state: inout State) -> TimerEntry? {
        let entry = state.heap.removeDue(at: readsTime())
        if let entry, !entry.isReusable { entry.isOver = true }
        return entry
    }
}

// MARK: Threads

#if canImport(Darwin) || canImport(Glibc) || canImport(Musl) || canImport(Android)
// The pointee is accessed directly, never by an `inout` argument, across a wait: other threads change it meanwhile.
extension RetryTimer {
    private func startThread(_ state: inout State) -> Bool {
        guard SystemThread.start({ self.run() }) else { return false }
        state.threadCount += 1
        return true
    }

    /// Leads, or watches the thread that leads; ends if both are done by others.
    private func run() {
        monitor.lock()
        defer { monitor.unlock() }
        while true {
            if !state.pointee.isLed {
                lead()
            } else if !state.pointee.isWatched {
                watch()
            } else {
                state.pointee.threadCount -= 1
                return
            }
        }
    }

    /// Fires entries at their times, until another thread has taken over.
    private func lead() {
        state.pointee.isLed = true
        state.pointee.term += 1
        let term = state.pointee.term
        while state.pointee.term == term {
            // No entry has to wake a thread that does not sleep.
            state.pointee.wakeTime = .min
            if let entry = takeDue(&state.pointee) {
                fireLocked(entry)
            } else {
                state.pointee.isFiring = false
                let time = state.pointee.heap.earliest
                state.pointee.wakeTime = time
                if time == .max { monitor.wait(Self.leader) } else { monitor.wait(Self.leader, until: time) }
            }
        }
    }

    /// Fires an entry outside the lock, which is held before and after.
    private func fireLocked(_ entry: consuming TimerEntry) {
        state.pointee.firedCount += 1
        if !state.pointee.isFiring {
            state.pointee.isFiring = true
            if state.pointee.isWatched {
                monitor.wakeOne(Self.watcher)
            } else if state.pointee.threadCount < Self.maxThreads {
                // Without a further thread, a slow entry delays the others.
                _ = startThread(&state.pointee)
            }
        }
        monitor.unlock()
        entry.fire()
        // Objects that the entry refers to may use the timer in their deinit, so its last reference goes outside the lock.
        _ = consume entry
        monitor.lock()
    }

    /// Waits until the leading thread has taken too long to fire an entry; this one is to lead then.
    private func watch() {
        state.pointee.isWatched = true
        while true {
            while !state.pointee.isFiring { monitor.wait(Self.watcher) }
            let fired = state.pointee.firedCount
            let end = readsTime().saturatingAdd(Self.patience)
            while state.pointee.isFiring, state.pointee.firedCount == fired, readsTime() < end {
                monitor.wait(Self.watcher, until: end)
            }
            if state.pointee.isFiring, state.pointee.firedCount == fired { break }
        }
        state.pointee.isWatched = false
        state.pointee.isFiring = false
        state.pointee.isLed = false
    }
}
#elseif canImport(WinSDK) || canImport(WASILibc)
extension RetryTimer {
    /// The library starts no thread on this system: limits are measured by tasks that sleep.
    private func startThread(_ state: inout State) -> Bool { false }
}
#endif
