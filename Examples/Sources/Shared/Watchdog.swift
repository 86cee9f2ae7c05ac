#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Ends an example that hangs: no run takes longer than it should.
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
