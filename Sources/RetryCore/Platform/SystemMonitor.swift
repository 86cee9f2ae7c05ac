/// A mutex of the system with its condition variables, for threads that block: never for tasks.
package final class SystemMonitor: @unchecked Sendable {
    // Unchecked, because the compiler cannot know that all of these are made to be shared.
    private let mutex = UnsafeMutablePointer<SystemMutex>.allocate(capacity: 1)
    private let conditions: UnsafeMutablePointer<SystemCondition>
    private let count: Int

    /// Creates a monitor.
    ///
    /// - Parameter count: The number of condition variables, which are named by an index from 0.
    package init(conditions count: Int = 1) {
        self.count = count
        conditions = .allocate(capacity: count)
        SystemMutex.start(mutex)
        for index in 0..<count { SystemCondition.start(conditions + index) }
    }

    deinit {
        for index in 0..<count { SystemCondition.end(conditions + index) }
        SystemMutex.end(mutex)
        conditions.deallocate()
        mutex.deallocate()
    }

    package func lock() { SystemMutex.lock(mutex) }
    package func unlock() { SystemMutex.unlock(mutex) }

    package func wakeOne(_ index: Int = 0) { SystemCondition.wakeOne(conditions + index) }
    package func wakeAll(_ index: Int = 0) { SystemCondition.wakeAll(conditions + index) }

    // On WASI no thread could end this wait.
    #if !os(WASI)
    /// Unlocks the mutex, waits to be woken up, and locks it again; may also return without a reason.
    package func wait(_ index: Int = 0) { SystemCondition.wait(conditions + index, mutex) }
    #endif

    /// Waits as ``wait(_:)`` does, but no longer than until `end`, a time of ``SystemTime/precise``.
    package func wait(_ index: Int = 0, until end: Int64) {
        SystemCondition.wait(conditions + index, mutex, until: end)
    }
}
