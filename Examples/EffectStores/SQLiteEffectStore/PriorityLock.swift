#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A lock that urgent callers get before ordinary ones, for any number of those.
final class PriorityLock: @unchecked Sendable {
    enum Priority: Sendable {
        case urgent
        case ordinary
    }

    // Unchecked, because the compiler cannot see that the counts are only reached under `mutex`.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let urgent = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let ordinary = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var isHeld = false
    private var urgentCount = 0

    init() {
        mutex.initialize(to: pthread_mutex_t())
        urgent.initialize(to: pthread_cond_t())
        ordinary.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(urgent, nil)
        pthread_cond_init(ordinary, nil)
    }

    deinit {
        pthread_cond_destroy(ordinary)
        pthread_cond_destroy(urgent)
        pthread_mutex_destroy(mutex)
        ordinary.deallocate()
        urgent.deallocate()
        mutex.deallocate()
    }

    /// The number of urgent callers that wait.
    var urgentWaiting: Int {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return urgentCount
    }

    func lock(_ priority: Priority) {
        pthread_mutex_lock(mutex)
        switch priority {
        case .urgent:
            urgentCount += 1
            while isHeld { pthread_cond_wait(urgent, mutex) }
            urgentCount -= 1
        case .ordinary:
            while isHeld || urgentCount > 0 { pthread_cond_wait(ordinary, mutex) }
        }
        isHeld = true
        pthread_mutex_unlock(mutex)
    }

    func unlock() {
        pthread_mutex_lock(mutex)
        isHeld = false
        pthread_cond_signal(urgentCount > 0 ? urgent : ordinary)
        pthread_mutex_unlock(mutex)
    }
}
