#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The wait of a blocking call.
///
/// The system's sleeper is the default; a test passes one that does not sleep.
public struct Sleeper: Sendable {
    private let wait: @Sendable (Duration, CancellationToken?) -> Void

    /// Creates a sleeper.
    ///
    /// - Parameter wait: Blocks for the duration, which is above zero; returns early once the token is cancelled.
    public init(_ wait: @escaping @Sendable (Duration, CancellationToken?) -> Void) {
        self.wait = wait
    }

    /// Blocks the thread, or waits for the token if there is one.
    public static let system = Sleeper { duration, token in
        if let token {
            token.wait(upTo: duration)
        } else {
            blockThread(duration.saturatedNanoseconds)
        }
    }

    /// Blocks for `duration`, or until the token is cancelled.
    public func sleep(for duration: Duration, cancellation: CancellationToken? = nil) {
        wait(duration, cancellation)
    }
}

private func blockThread(_ nanoseconds: Int64) {
    var left = timespec(nanoseconds: max(0, nanoseconds))
    var rest = timespec()
    // A signal ends the sleep early; the rest of it follows.
    while nanosleep(&left, &rest) == -1, errno == EINTR { left = rest }
}
