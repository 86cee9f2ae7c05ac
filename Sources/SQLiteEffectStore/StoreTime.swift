#if SQLite
import RetryCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#else
#error("SQLiteEffectStore needs POSIX, which Windows and WASI lack: leave out the trait SQLite.")
#endif

/// The times of the machine that a store counts its own time by.
///
/// The processes that share a file must agree on the end of a lease. They could not by the calendar's clock alone: when
/// it is set, leases end early, and settled effects are evicted and run again. The monotonic clock is the same in all
/// processes of a machine and is never set, but restarts with it. So the store's time is the monotonic clock with a
/// shift that all processes read from the file. The calendar's clock is read once after each start of the machine, for
/// the time that it was off.
struct StoreTime: Sendable {
    /// The identity of the machine's run; `nil` if it has none, and for a clock of the caller's own.
    let boot: String?
    /// The time since a moment of that run, in nanoseconds; it never goes back.
    let monotonic: @Sendable () -> Int64
    /// The calendar's time in nanoseconds since 1970, or the caller's own.
    let calendar: @Sendable () -> Int64

    /// The machine's own clocks.
    static var system: StoreTime {
        let clock = RetryClock.system
        return StoreTime(
            boot: currentBoot(), monotonic: { clock.now.clampedNanoseconds }, calendar: calendarNanoseconds)
    }

    /// Creates the time from a caller's clock, which is the store's time then.
    init(_ clock: RetryClock) {
        let now: @Sendable () -> Int64 = { clock.now.clampedNanoseconds }
        self.init(boot: nil, monotonic: now, calendar: now)
    }

    init(
        boot: String?, monotonic: @escaping @Sendable () -> Int64, calendar: @escaping @Sendable () -> Int64
    ) {
        self.boot = boot
        self.monotonic = monotonic
        self.calendar = calendar
    }

    /// Returns the distance of the store's time from the monotonic clock, if no other process has stored one since the
    /// machine started.
    ///
    /// - Parameters:
    ///   - last: The store's time when it was written last.
    ///   - lastCalendar: The calendar's time at that moment.
    /// - Returns: The shift, with which the store's time never goes back, even if the calendar's clock was set.
    func shift(last: Int64, lastCalendar: Int64) -> Int64 {
        let (now, calendar) = (monotonic(), calendar())
        guard boot != nil, last > 0 else { return max(last, calendar) - now }
        // A clock that was not set yet does not show for how long the machine was off. Too short is the safe side:
        // records are kept for longer.
        let isSet = calendar > Self.plausible && lastCalendar > Self.plausible
        let off = isSet ? max(0, calendar - lastCalendar) : 0
        return last - now + off
    }

    /// The beginning of 2026: a clock that shows less has not been set.
    private static let plausible: Int64 = 1_767_225_600_000_000_000

    private static func calendarNanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Returns the system's name for this run of the machine, and for the clocks of this container if those are its
    /// own.
    private static func currentBoot() -> String? {
        #if canImport(Darwin)
        var size = 64
        var text = [UInt8](repeating: 0, count: size)
        guard sysctlbyname("kern.bootsessionuuid", &text, &size, nil, 0) == 0 else { return nil }
        return String(decoding: text.prefix(size).prefix { $0 != 0 }, as: UTF8.self)
        #elseif canImport(Glibc) || canImport(Musl) || canImport(Android)
        let file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        if file < 0 { return nil }
        defer { close(file) }
        var text = [UInt8](repeating: 0, count: 64)
        let count = read(file, &text, text.count)
        if count < 36 { return nil }
        var clocks = [CChar](repeating: 0, count: 64)
        let length = max(0, readlink("/proc/self/ns/time", &clocks, clocks.count))
        return String(decoding: text.prefix(36) + clocks.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        #endif
    }
}

extension Duration {
    /// The duration in nanoseconds, clamped to the range.
    var clampedNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflow || carry ? (seconds < 0 ? -.max : .max) : sum
    }
}
#endif
