#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The thread that made the value.
struct ThreadIdentity: Hashable, Sendable {
    private let number: UInt

    init() {
        #if canImport(Darwin)
        number = UInt(pthread_mach_thread_np(pthread_self()))
        #else
        number = UInt(pthread_self())
        #endif
    }
}
