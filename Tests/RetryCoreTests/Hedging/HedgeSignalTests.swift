import RetryCore
import RetryTesting
import Testing

/// What has happened to a hedged call, without its attempts.
@Suite("Signals of a hedged call", .timeLimit(.minutes(20)))
struct HedgeSignalTests {
    private let signal = HedgeSignal()

    private func wait() async {
        await withUnsafeContinuation { signal.suspend($0) }
        signal.goesOn()
    }

    @Test func aNoticeBeforeTheWaitEndsIt() async {
        for notice in [HedgeSignal.Notice.succeeded(5), .failed(1), .cancelled] {
            signal.post(notice)
            await wait()
            #expect(signal.next() == notice)
            #expect(signal.next() == nil)
        }
    }

    @Test func theTimerBeforeTheWaitEndsItOnce() async {
        signal.fire()
        await wait()
        #expect(signal.next() == nil)
        let task = Task { await wait() }
        for _ in 0..<20 { await Task.yield() }
        signal.post(.failed(3))
        await task.value
        #expect(signal.next() == .failed(3))
    }

    @Test func successesComeFirstAndFailuresLast() {
        for notice in [HedgeSignal.Notice.failed(1), .failed(5), .cancelled, .succeeded(4), .succeeded(2)] {
            signal.post(notice)
        }
        var notices: [HedgeSignal.Notice] = []
        while let notice = signal.next() { notices.append(notice) }
        #expect(notices == [.succeeded(2), .succeeded(4), .cancelled, .failed(1), .failed(5)])
    }

    @Test func oneAttemptWins() {
        #expect(signal.claimsVictory())
        #expect(!signal.claimsVictory())
        #expect(signal.next() == nil)
    }

    /// Each notice of other threads is seen, and no wait is missed.
    @Test func noNoticeIsLost() async {
        for round in 0..<2_000 {
            let signal = HedgeSignal()
            let posting = (1...5).map { number in
                Task { signal.post(round % 2 == 0 ? .failed(number) : .succeeded(number)) }
            }
            var seen = 0
            while seen < 5 {
                if signal.next() != nil { seen += 1 } else { await withUnsafeContinuation { signal.suspend($0) } }
            }
            for task in posting { await task.value }
            #expect(signal.next() == nil)
        }
    }
}
