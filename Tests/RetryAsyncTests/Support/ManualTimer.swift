import RetryAsync
import RetryCore
import RetryTesting

/// A timer by a manual clock, whose entries a task of the schedule fires.
struct ManualTimer: Sendable {
    let timer: RetryTimer
    /// The clock for a call: it sleeps on the manual clock, and its limits are on the timer.
    let clock: RetryClock
    private let manual: ManualClock

    init(_ manual: ManualClock) {
        let time = RetryClock(manual)
        timer = RetryTimer(hasThreads: false) { time.nanoseconds }
        clock = RetryClock(manual, timer: timer)
        self.manual = manual
    }

    /// Fires what is due at each second, until the task is cancelled.
    func run() async {
        while (try? await manual.sleep(for: .seconds(1))) != nil { timer.fireDue() }
    }
}
