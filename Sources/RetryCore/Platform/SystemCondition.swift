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
#error("This system's condition variables are unknown: add them to Sources/RetryCore/Platform.")
#endif

/// A condition variable of the system, at a fixed address; its waits are measured by ``SystemTime``.
#if canImport(Darwin) || canImport(Glibc) || canImport(Musl) || canImport(Android)
typealias SystemCondition = pthread_cond_t

extension pthread_cond_t {
    static func start(_ condition: UnsafeMutablePointer<Self>) {
        condition.initialize(to: pthread_cond_t())
        #if canImport(Darwin)
        pthread_cond_init(condition, nil)
        #elseif canImport(Glibc) || canImport(Musl) || canImport(Android)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
        #endif
    }

    static func end(_ condition: UnsafeMutablePointer<Self>) { pthread_cond_destroy(condition) }
    static func wakeOne(_ condition: UnsafeMutablePointer<Self>) { pthread_cond_signal(condition) }
    static func wakeAll(_ condition: UnsafeMutablePointer<Self>) { pthread_cond_broadcast(condition) }

    static func wait(_ condition: UnsafeMutablePointer<Self>, _ mutex: UnsafeMutablePointer<SystemMutex>) {
        pthread_cond_wait(condition, mutex)
    }

    static func wait(
        _ condition: UnsafeMutablePointer<Self>, _ mutex: UnsafeMutablePointer<SystemMutex>, until end: Int64
    ) {
        #if canImport(Darwin)
        var time = timespec(nanoseconds: max(0, end - SystemTime.precise))
        pthread_cond_timedwait_relative_np(condition, mutex, &time)
        #elseif canImport(Glibc) || canImport(Musl) || canImport(Android)
        var time = timespec(nanoseconds: end)
        pthread_cond_timedwait(condition, mutex, &time)
        #endif
    }
}
#elseif canImport(WinSDK)
typealias SystemCondition = CONDITION_VARIABLE

extension CONDITION_VARIABLE {
    static func start(_ condition: UnsafeMutablePointer<Self>) {
        condition.initialize(to: CONDITION_VARIABLE())
        InitializeConditionVariable(condition)
    }

    static func end(_ condition: UnsafeMutablePointer<Self>) { condition.deinitialize(count: 1) }
    static func wakeOne(_ condition: UnsafeMutablePointer<Self>) { WakeConditionVariable(condition) }
    static func wakeAll(_ condition: UnsafeMutablePointer<Self>) { WakeAllConditionVariable(condition) }

    static func wait(_ condition: UnsafeMutablePointer<Self>, _ mutex: UnsafeMutablePointer<SystemMutex>) {
        _ = SleepConditionVariableSRW(condition, mutex, INFINITE, 0)
    }

    static func wait(
        _ condition: UnsafeMutablePointer<Self>, _ mutex: UnsafeMutablePointer<SystemMutex>, until end: Int64
    ) {
        // Rounded up: a wait that ends a moment too early would be repeated without a rest. The maximum means forever.
        let milliseconds = (max(0, end - SystemTime.precise) + 999_999) / 1_000_000
        _ = SleepConditionVariableSRW(condition, mutex, DWORD(min(milliseconds, Int64(DWORD.max) - 1)), 0)
    }
}
#elseif canImport(WASILibc)
/// No condition variable: WASI has one thread, and none that could wake it.
struct SystemCondition {
    static func start(_ condition: UnsafeMutablePointer<Self>) { condition.initialize(to: SystemCondition()) }
    static func end(_ condition: UnsafeMutablePointer<Self>) { condition.deinitialize(count: 1) }
    static func wakeOne(_ condition: UnsafeMutablePointer<Self>) {}
    static func wakeAll(_ condition: UnsafeMutablePointer<Self>) {}

    static func wait(
        _ condition: UnsafeMutablePointer<Self>, _ mutex: UnsafeMutablePointer<SystemMutex>, until end: Int64
    ) {
        SystemTime.block(nanoseconds: end - SystemTime.precise)
    }
}
#endif
