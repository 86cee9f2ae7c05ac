import MallocCounter

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#else
#error("This file needs POSIX.")
#endif

extension Row {
    /// Declares a row of the bytes of the heap that it takes to keep a thing, above its own.
    ///
    /// `things` makes them, and `keep` returns what keeps them all.
    static func bytes<Thing>(
        _ name: String, atMost most: Double, things: @escaping @Sendable () throws -> [Thing],
        keep: @escaping @Sendable ([Thing]) throws -> AnyObject
    ) -> Row {
        Row(name, bar: .bytes(most)) {
            guard malloc_counter_knows_bytes() else { return nil }
            let things = try things()
            let before = malloc_counter_bytes_in_use()
            let keeper = try keep(things)
            let after = malloc_counter_bytes_in_use()
            return withExtendedLifetime((things, keeper)) { Double(after - before) / Double(things.count) }
        }
    }

    /// Declares a row of the slowest of many operations, in milliseconds of the processor's time.
    ///
    /// What holds the thread up from outside is not the operations' fault: their thread's own time is measured, and the
    /// best of three runs counts.
    static func slowest(
        _ name: String, milliseconds most: Double, run: @escaping @Sendable (inout SlowestOperation) throws -> Void
    ) -> Row {
        Row(name, bar: .milliseconds(most)) {
            let runs = try (1...3).map { _ in
                var slowest = SlowestOperation()
                try run(&slowest)
                return slowest.nanoseconds
            }
            return runs.min().map { Double($0) / 1e6 }
        }
    }
}

/// Times operations one by one, and keeps the time of the slowest.
struct SlowestOperation {
    private(set) var nanoseconds: Int64 = 0

    mutating func time<Result>(_ operation: () throws -> Result) rethrows -> Result {
        let start = Self.threadTime
        defer { nanoseconds = max(nanoseconds, Self.threadTime - start) }
        return try operation()
    }

    private static var threadTime: Int64 { processorTime(CLOCK_THREAD_CPUTIME_ID) }
}

/// Returns the time in nanoseconds that the processor has worked for this process, on all threads.
func processTime() -> Int64 { processorTime(CLOCK_PROCESS_CPUTIME_ID) }

private func processorTime(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
