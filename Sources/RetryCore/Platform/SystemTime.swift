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
import CRT
import WinSDK
#else
#error("This system's clocks are unknown: add them to Sources/RetryCore/Platform.")
#endif

/// The times of the system, and the wait for one.
package enum SystemTime {
    /// Blocks the thread for so many nanoseconds.
    package static func block(nanoseconds: Int64) {
        #if canImport(Darwin) || canImport(Glibc) || canImport(Musl) || canImport(Android)
        var left = timespec(nanoseconds: max(0, nanoseconds))
        var rest = timespec()
        // A signal ends the sleep early; the rest of it follows.
        while nanosleep(&left, &rest) == -1, errno == EINTR { left = rest }
        #elseif canImport(WASILibc)
        var time = timespec(nanoseconds: max(0, nanoseconds))
        nanosleep(&time, nil)
        #elseif canImport(WinSDK)
        let end = precise + min(max(0, nanoseconds), .max - precise)
        // The longest sleep but one: the longest never ends.
        while end > precise { Sleep(DWORD(min((end - precise + 999_999) / 1_000_000, Int64(DWORD.max) - 1))) }
        #endif
    }

    /// The calendar's time in seconds since 1970.
    static var calendarSeconds: Int64 { Int64(time(nil)) }
}

// Computed, because a stored global is checked for its initialisation at each use.
extension SystemTime {
    #if canImport(Darwin)
    /// The time of the monotonic clock, which stands still while the machine sleeps, in nanoseconds.
    static var precise: Int64 { nanoseconds(CLOCK_UPTIME_RAW) }
    /// A time at most a few milliseconds before ``precise``, read in a fraction of the time where the system can.
    static var coarse: Int64 { nanoseconds(CLOCK_UPTIME_RAW_APPROX) }
    #elseif canImport(Glibc) || canImport(Musl) || canImport(Android)
    static var precise: Int64 { nanoseconds(CLOCK_MONOTONIC) }
    static var coarse: Int64 { nanoseconds(CLOCK_MONOTONIC_COARSE) }
    #elseif canImport(WinSDK) || canImport(WASILibc)
    // The clock of the standard library is that of the system, whose own name Swift does not see on WASI.
    private static let start = SuspendingClock.now
    static var precise: Int64 {
        let (seconds, attoseconds) = start.duration(to: .now).components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
    static var coarse: Int64 { precise }
    #endif
}

#if canImport(Darwin) || canImport(Glibc) || canImport(Musl) || canImport(Android)
extension SystemTime {
    private static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
#elseif canImport(WinSDK) || canImport(WASILibc)
// They read the clock of the standard library.
#endif

#if canImport(Darwin) || canImport(Glibc) || canImport(Musl) || canImport(Android) || canImport(WASILibc)
extension timespec {
    init(nanoseconds: Int64) {
        // Where `time_t` has 32 bits, the longest time is 68 years.
        self.init(
            tv_sec: time_t(clamping: nanoseconds / 1_000_000_000), tv_nsec: .init(nanoseconds % 1_000_000_000))
    }
}
#elseif canImport(WinSDK)
// Its waits take milliseconds.
#endif
