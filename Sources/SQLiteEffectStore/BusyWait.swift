#if SQLite
import CRetrySQLite
import RetryCore

/// A bounded wait for other processes that have the file locked.
///
/// SQLite's own wait sleeps for up to 100 ms at a time. If many processes want the file all the time, those that have
/// slept for longest ask least often, and one of them can fail after seconds. Here all ask equally often, at random
/// times.
final class BusyWait {
    private let limit: Int64
    private var start: Int64 = 0

    /// Creates a wait of so many nanoseconds at most.
    init(limit: Int64) {
        self.limit = limit
    }

    /// Makes a connection wait like this for as long as both exist.
    func serve(_ handle: OpaquePointer) {
        sqlite3_busy_handler(
            handle,
            { context, round in
                guard let context else { return 0 }
                return Unmanaged<BusyWait>.fromOpaque(context).takeUnretainedValue().wait(round: Int64(round)) ? 1 : 0
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Sleeps for a moment; `false` if the time is over.
    private func wait(round: Int64) -> Bool {
        let now = RetryClock.system.now.clampedNanoseconds
        if round == 0 { start = now }
        let left = limit - (now - start)
        if left <= 0 { return false }
        let longest = min(5_000_000, 500_000 + round * 100_000)
        SystemTime.block(nanoseconds: min(left, Int64.random(in: 100_000...longest)))
        return true
    }
}
#endif
