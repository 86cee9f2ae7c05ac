import Foundation
import Testing

/// A race on purpose.
///
/// A run under the thread sanitizer has to report it: else its silence about all the others means nothing. See
/// `.ci/sanitize-threads`.
@Suite(
    "The canary of the thread sanitizer", .timeLimit(.minutes(20)),
    .enabled(if: ProcessInfo.processInfo.environment["RETRY_RACE_CANARY"] != nil))
struct RaceCanaryTests {
    /// Unchecked, and wrongly so: that is the race.
    private final class Shared: @unchecked Sendable {
        var count = 0
    }

    @Test func twoThreadsCountWithoutALock() {
        let shared = Shared()
        let meeting = Meeting(of: 2)
        let threads = (0..<2).map { _ in
            TestThread {
                meeting.wait()
                // For so long that both are at it at once: the sanitizer misses most of what only might have been.
                for _ in 0..<3_000_000 { shared.count += 1 }
            }
        }
        for thread in threads { #expect(thread.join() != nil) }
        #expect(shared.count <= 6_000_000)
    }
}
