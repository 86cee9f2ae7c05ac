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

/// A watchdog that ends an example that hangs.
package enum Watchdog {
    /// Ends the process with an error if it still runs after `limit`.
    package static func start(_ limit: Duration) {
        Task.detached {
            try await Task.sleep(for: limit)
            print("error: this took longer than \(limit.short)")
            exit(EXIT_FAILURE)
        }
    }
}
