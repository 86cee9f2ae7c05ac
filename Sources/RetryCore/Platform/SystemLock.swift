#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#elseif canImport(WASILibc)
import WASILibc
#elseif canImport(WinSDK)
import WinSDK
#else
#error("This system's locks are unknown: add them to Sources/RetryCore/Platform.")
#endif

/// A lock of the system that may block a thread, at a fixed address.
#if canImport(Darwin) || canImport(Glibc) || canImport(Musl) || canImport(Android)
typealias SystemMutex = pthread_mutex_t

extension pthread_mutex_t {
    static func start(_ mutex: UnsafeMutablePointer<Self>) {
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
    }
    static func end(_ mutex: UnsafeMutablePointer<Self>) { pthread_mutex_destroy(mutex) }
    static func lock(_ mutex: UnsafeMutablePointer<Self>) { pthread_mutex_lock(mutex) }
    static func unlock(_ mutex: UnsafeMutablePointer<Self>) { pthread_mutex_unlock(mutex) }
}
#elseif canImport(WinSDK)
typealias SystemMutex = SRWLOCK

extension SRWLOCK {
    static func start(_ mutex: UnsafeMutablePointer<Self>) {
        mutex.initialize(to: SRWLOCK())
        InitializeSRWLock(mutex)
    }
    static func end(_ mutex: UnsafeMutablePointer<Self>) { mutex.deinitialize(count: 1) }
    static func lock(_ mutex: UnsafeMutablePointer<Self>) { AcquireSRWLockExclusive(mutex) }
    static func unlock(_ mutex: UnsafeMutablePointer<Self>) { ReleaseSRWLockExclusive(mutex) }
}
#elseif canImport(WASILibc)
#if _runtime(_multithreaded)
#error("RetryCore has no lock for WASI with threads yet: build for WASI without threads.")
#endif

/// Nothing to lock: WASI has one thread.
struct SystemMutex {
    static func start(_ mutex: UnsafeMutablePointer<Self>) { mutex.initialize(to: SystemMutex()) }
    static func end(_ mutex: UnsafeMutablePointer<Self>) { mutex.deinitialize(count: 1) }
    static func lock(_ mutex: UnsafeMutablePointer<Self>) {}
    static func unlock(_ mutex: UnsafeMutablePointer<Self>) {}
}
#endif

/// The lock of the system that is fastest where no thread waits for a condition.
#if canImport(Darwin)
typealias SystemLock = os_unfair_lock

extension os_unfair_lock {
    static func start(_ lock: UnsafeMutablePointer<Self>) { lock.initialize(to: os_unfair_lock()) }
    static func end(_ lock: UnsafeMutablePointer<Self>) { lock.deinitialize(count: 1) }
    static func lock(_ lock: UnsafeMutablePointer<Self>) { os_unfair_lock_lock(lock) }
    static func unlock(_ lock: UnsafeMutablePointer<Self>) { os_unfair_lock_unlock(lock) }
}
#elseif canImport(Glibc) || canImport(Musl) || canImport(Android) || canImport(WASILibc) || canImport(WinSDK)
typealias SystemLock = SystemMutex
#endif
