/// A thread-safe value behind the library's one lock.
///
/// The lock is the unfair lock on Darwin, a slim lock on Windows, nothing on WASI, which has one thread, and a pthread
/// mutex elsewhere. `Synchronization.Mutex` is not used: where
/// threads outnumber cores it spins (25 µs an operation with 8 threads on 2 cores, against 0.1 µs for a pthread
/// mutex), and the thread sanitizer does not know it.
///
/// No closure that belongs to a caller of the library runs under this lock.
@usableFromInline
package final class Locked<State: Sendable>: @unchecked Sendable {
    // Unchecked, because the compiler cannot see that `state` is only reached through `withLock`.
    // Both live behind pointers, so that no access pays for a dynamic exclusivity check.
    private let lock: UnsafeMutablePointer<SystemLock>
    @usableFromInline let state: UnsafeMutablePointer<State>

    @usableFromInline
    package init(_ initial: State) {
        lock = .allocate(capacity: 1)
        state = .allocate(capacity: 1)
        state.initialize(to: initial)
        SystemLock.start(lock)
    }

    deinit {
        SystemLock.end(lock)
        state.deinitialize(count: 1).deallocate()
        lock.deallocate()
    }

    /// Runs `body` with exclusive access to the value.
    @inlinable
    package func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        acquire()
        defer { release() }
        return try body(&state.pointee)
    }

    @usableFromInline func acquire() { SystemLock.lock(lock) }

    @usableFromInline func release() { SystemLock.unlock(lock) }
}
