/// The wait of a blocking call.
///
/// The system's sleeper is the default; a test passes one that does not sleep.
public struct RetrySleeper: Sendable {
    private let wait: @Sendable (Duration, RetryCancellationToken?) -> Void
    /// False for a sleeper of the caller's, such as one that does not sleep.
    let isSystem: Bool

    /// Creates a sleeper.
    ///
    /// - Parameter wait: Blocks for the duration, which is above zero; returns early once the token is cancelled.
    public init(_ wait: @escaping @Sendable (Duration, RetryCancellationToken?) -> Void) {
        (self.wait, isSystem) = (wait, false)
    }

    private init() {
        wait = { duration, token in
            if let token {
                token.wait(upTo: duration)
            } else {
                SystemTime.block(nanoseconds: duration.saturatedNanoseconds)
            }
        }
        isSystem = true
    }

    /// Blocks the thread, or waits for the token if there is one.
    public static let system = RetrySleeper()

    /// Blocks for `duration`, or until the token is cancelled.
    public func sleep(for duration: Duration, cancellation: RetryCancellationToken? = nil) {
        wait(duration, cancellation)
    }
}
