#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#elseif canImport(WinSDK)
import WinSDK
#else
#error("The number of a thread is unknown on this system.")
#endif

/// The thread that made the value.
struct ThreadIdentity: Hashable, Sendable {
    private let number: UInt

    init() {
        #if canImport(Darwin)
        number = UInt(pthread_mach_thread_np(pthread_self()))
        #elseif canImport(Musl)
        number = UInt(bitPattern: pthread_self())
        #elseif canImport(Glibc) || canImport(Android)
        number = UInt(pthread_self())
        #elseif canImport(WinSDK)
        number = UInt(GetCurrentThreadId())
        #endif
    }
}
