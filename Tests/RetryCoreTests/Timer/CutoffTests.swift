import RetryCore
import Testing

/// The limit of a running operation, without threads: a test reaches it.
@Suite("Cutoff", .timeLimit(.minutes(20)))
struct CutoffTests {
    private let timer = RetryTimer(hasThreads: false) { 0 }

    /// Runs `body` in a task of its own, whose cancellation is no other test's.
    private func inTask(_ body: @escaping @Sendable (Cutoff) -> Bool) async -> Bool {
        await Task { [timer] in body(Cutoff(timer: timer)) }.value
    }

    @Test func aLimitCancelsTheOperation() async {
        let isCancelled = await inTask { cutoff in
            cutoff.operationBegins()
            let before = Task.isCancelled
            cutoff.reach()
            let after = Task.isCancelled
            cutoff.operationEnds()
            return !before && after && cutoff.isReached
        }
        #expect(isCancelled)
    }

    @Test func aLimitThatIsReachedBeforehandCancelsTheOperationAtItsBeginning() async {
        let isCancelled = await inTask { cutoff in
            cutoff.reach()
            let before = Task.isCancelled
            cutoff.operationBegins()
            let after = Task.isCancelled
            cutoff.operationEnds()
            return !before && after && cutoff.isReached
        }
        #expect(isCancelled)
    }

    @Test func aLimitAfterTheEndIsWithoutEffect() async {
        let isLeftAlone = await inTask { cutoff in
            cutoff.operationBegins()
            cutoff.operationEnds()
            cutoff.reach()
            return !Task.isCancelled && !cutoff.isReached
        }
        #expect(isLeftAlone)
    }

    @Test func theEndRemovesTheLimitFromTheTimer() async {
        let isLeftAlone = await inTask { cutoff in
            _ = cutoff.timer.arm(cutoff, at: -1)
            cutoff.operationBegins()
            cutoff.operationEnds()
            let count = cutoff.timer.armedCount
            cutoff.timer.fireDue()
            return count == 0 && !Task.isCancelled && !cutoff.isReached
        }
        #expect(isLeftAlone)
    }

    @Test func aTaskThatWaitsForTheLimitIsNotNeededAfterTheEnd() async {
        let isNotNeeded = await inTask { cutoff in
            cutoff.operationBegins()
            cutoff.operationEnds()
            return !cutoff.sleeperBegins()
        }
        #expect(isNotNeeded)
    }

    @Test func aTaskThatWaitsForTheLimitIsCancelledAtTheEnd() async {
        let isCancelled = await inTask { cutoff in
            cutoff.operationBegins()
            let isNeeded = cutoff.sleeperBegins()
            cutoff.operationEnds()
            // Both are this task.
            return isNeeded && Task.isCancelled && !cutoff.isReached
        }
        #expect(isCancelled)
    }

    /// A handler of the operation may use the timer: to arm a limit of its own, for example.
    @Test func theOperationIsCancelledOutsideTheLock() async {
        let cutoff = Cutoff(timer: timer)
        let counts = Locked<[Int]>([])
        await Task { [timer] in
            cutoff.operationBegins()
            await withTaskCancellationHandler {
                cutoff.reach()
            } onCancel: {
                counts.withLock { $0.append(timer.armedCount) }
            }
            cutoff.operationEnds()
        }.value
        #expect(counts.withLock { $0 } == [0])
    }
}
