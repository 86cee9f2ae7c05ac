#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A place where threads wait until all of them are there; as often as they like.
final class Meeting: @unchecked Sendable {
    // Unchecked, because the compiler cannot know that the lock guards the rest.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let size: Int
    private var present = 0
    private var round = 0

    init(of size: Int) {
        self.size = size
        mutex.initialize(to: pthread_mutex_t())
        condition.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Waits until every thread has arrived.
    func wait() {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        present += 1
        let mine = round
        if present == size {
            present = 0
            round += 1
            pthread_cond_broadcast(condition)
        }
        while round == mine { pthread_cond_wait(condition, mutex) }
    }
}
