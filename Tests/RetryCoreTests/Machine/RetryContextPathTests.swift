import RetryCore
import RetryTesting
import Testing

/// Every way of using a context, sensible or not, up to a length.
@Suite("Every path through a manual loop", .timeLimit(.minutes(20)))
struct RetryContextPathTests {
    /// The possible steps of a loop.
    private enum Step: CaseIterable {
        case next
        case fail
        case failForGood
        case succeed
        case wait
        case cancel
    }

    @Test("ends with one terminal event, if it began")
    func paths() {
        var path: [Step] = []
        var count = 0
        func walk() {
            check(path)
            count += 1
            guard path.count < 5 else { return }
            for step in Step.allCases {
                path.append(step)
                walk()
                path.removeLast()
            }
        }
        walk()
        #expect(count == 9_331)
    }

    private func check(_ path: [Step]) {
        let recorder = RecordingRetryObserver()
        let started = run(path, recorder.observer)
        let events = recorder.events
        let isRight =
            events.map(\.number) == Array(1..<events.count + 1)
            && events.filter { $0.kind == .attempt }.map(\.attempt) == Array(1..<started + 1)
            && recorder.stopReasons.count == min(started, 1)
            && (events.last?.stopReason != nil) == (started > 0)
            && events.allSatisfy { $0.attempt <= started }
        if !isRight { Issue.record("\(path): \(recorder.codes), \(started) attempts started") }
    }

    /// Takes the steps and lets go of the loop; how many attempts started.
    private func run(_ path: [Step], _ observer: RetryObserver) -> Int {
        let token = RetryCancellationToken()
        let policy = RetryPolicy(maxAttempts: 2, backoff: .constant(.seconds(1)))
        guard
            let context = try? RetryContext(
                RetryPipeline(policy: policy).observer(observer).sleeper(RetrySleeper { _, _ in }).cancellation(token))
        else { return -1 }
        var started = 0
        for step in path {
            switch step {
            case .next: if (try? context.next()) != nil { started += 1 }
            case .fail: context.recordFailure(TransientError())
            case .failForGood: context.recordFailure(PermanentError())
            case .succeed: context.recordSuccess()
            case .wait: try? context.wait()
            case .cancel: token.cancel()
            }
        }
        return started
    }
}
