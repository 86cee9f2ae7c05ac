import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A token that cancels blocking calls from another thread: a wait ends at once, and no further attempt starts.
///
/// ```swift
/// let token = CancellationToken()
/// let worker = BlockingExecutor(.critical.cancellation(token))
/// // elsewhere, when the program is asked to end:
/// token.cancel()
/// ```
///
/// A token is thread-safe. It is cancelled once and stays so. Cancelling takes a lock: it must not be done in a signal
/// handler itself, but in a thread that the handler wakes.
public final class CancellationToken: Sendable {
    private let flag = Atomic<Bool>(false)
    private let wakeUp = WakeUp()

    /// Creates a token that is not cancelled.
    public init() {}

    /// A Boolean value that indicates whether the token was cancelled.
    public var isCancelled: Bool { flag.load(ordering: .acquiring) }

    /// Cancels every call that has this token, now and later.
    public func cancel() {
        flag.store(true, ordering: .releasing)
        wakeUp.signal()
    }

    /// Waits until the token is cancelled, but no longer than `duration`.
    ///
    /// - Returns: `true` if the token was cancelled.
    @discardableResult
    public func wait(upTo duration: Duration) -> Bool {
        wakeUp.wait(nanoseconds: duration.saturatedNanoseconds) { self.isCancelled }
        return isCancelled
    }
}

/// A condition variable that measures its waits by the monotonic clock.
private final class WakeUp: @unchecked Sendable {
    // Unchecked, because the compiler cannot know that the two are made to be shared.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        mutex.initialize(to: pthread_mutex_t())
        condition.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        #if canImport(Darwin)
        pthread_cond_init(condition, nil)
        #else
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
        #endif
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func signal() {
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Waits until `isDone`, which is asked under the mutex, or until the time is over.
    func wait(nanoseconds: Int64, until isDone: () -> Bool) {
        let end = RetryClock.system.nanoseconds.saturatingAdd(max(0, nanoseconds))
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while !isDone() {
            let left = end - RetryClock.system.nanoseconds
            if left <= 0 { return }
            #if canImport(Darwin)
            var time = timespec(nanoseconds: left)
            pthread_cond_timedwait_relative_np(condition, mutex, &time)
            #else
            var time = timespec(nanoseconds: end)
            pthread_cond_timedwait(condition, mutex, &time)
            #endif
        }
    }
}

extension timespec {
    init(nanoseconds: Int64) {
        self.init(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    }
}
