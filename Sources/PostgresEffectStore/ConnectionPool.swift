#if PostgreSQL
import Dispatch
import RetryCore

/// The connections of a store, each used by a thread of its own, and the work that waits for one.
///
/// Threads and connections are created when there is work for them, up to the limit. Transactions of callers leave one
/// connection free, so that none of them keeps a settlement waiting.
final class ConnectionPool: Sendable {
    /// Work on a connection's thread, which returns the notification of its caller.
    ///
    /// The caller is notified when the thread is free again: its next request needs no other connection.
    typealias Work = @Sendable (ServerSession) -> @Sendable () -> Void

    /// Work that waits for a connection.
    private struct Waiting: Sendable {
        let number: Int
        let work: Work
        let giveUp: @Sendable () -> Void
    }

    private struct State: Sendable {
        var work: [Waiting] = []
        var transactions: [Waiting] = []
        var lastNumber = 0
        var running = 0
        var idle = 0
        var runningTransactions = 0
        var isClosed = false
    }

    private enum Job: Sendable {
        case work(Work)
        case transaction(Work)
        case end
    }

    private let state = Monitor(State())
    private let limit: Int
    private let patience: Duration
    private let makeSession: @Sendable () -> ServerSession

    /// Creates a pool without connections.
    ///
    /// - Parameters:
    ///   - limit: The maximum number of connections.
    ///   - patience: The maximum wait of work for a connection.
    ///   - makeSession: Creates the session of a thread.
    init(limit: Int, patience: Duration, makeSession: @escaping @Sendable () -> ServerSession) {
        self.limit = limit
        self.patience = patience
        self.makeSession = makeSession
    }

    /// Performs work on some connection's thread.
    ///
    /// - Parameters:
    ///   - isTransaction: Pass `true` for a transaction of a caller's.
    ///   - work: The work.
    ///   - giveUp: Called instead if no connection is free in time.
    func submit(isTransaction: Bool, _ work: @escaping Work, orAfter giveUp: @escaping @Sendable () -> Void) {
        let (needsThread, waiting) = state.update(waking: .one) { state in
            state.lastNumber += 1
            let waiting = Waiting(number: state.lastNumber, work: work, giveUp: giveUp)
            if isTransaction { state.transactions.append(waiting) } else { state.work.append(waiting) }
            let isBusy = state.idle < state.work.count + state.transactions.count
            let isLate = isTransaction && state.runningTransactions + state.transactions.count > transactionLimit
            let needsThread = isBusy && state.running < limit
            if needsThread { state.running += 1 }
            return (needsThread, isLate || isBusy && !needsThread ? waiting.number : nil)
        }
        if needsThread { startThread() }
        if let waiting { expire(waiting) }
    }

    /// Gives up work that still waits when its time is over: threads check it only when they have time.
    private func expire(_ number: Int) {
        let time = DispatchTime.now() + .milliseconds(Int(clamping: patience.milliseconds))
        DispatchQueue.global().asyncAfter(deadline: time) { [weak self] in
            guard let self else { return }
            let waiting = state.update { state in
                Self.remove(number, from: &state.work) ?? Self.remove(number, from: &state.transactions)
            }
            waiting?.giveUp()
        }
    }

    private static func remove(_ number: Int, from line: inout [Waiting]) -> Waiting? {
        guard let index = line.firstIndex(where: { $0.number == number }) else { return nil }
        return line.remove(at: index)
    }

    private var transactionLimit: Int { max(1, limit - 1) }

    /// Ends the threads when the work is done.
    func close() {
        state.update(waking: .all) { $0.isClosed = true }
    }

    private func startThread() {
        if !SystemThread.start({ self.serve() }) {
            // Another thread does the work; this one, if there is none.
            let left = state.update { state in
                state.running -= 1
                if state.running > 0 { return [] as [Waiting] }
                defer { (state.work, state.transactions) = ([], []) }
                return state.work + state.transactions
            }
            let session = left.isEmpty ? nil : makeSession()
            for waiting in left { if let session { waiting.work(session)() } }
        }
    }

    private func serve() {
        let session = makeSession()
        state.update { $0.idle += 1 }
        while true {
            let job: Job = state.wait { state in
                let job = next(&state)
                if job != nil { state.idle -= 1 }
                return job
            }
            switch job {
            case .work(let work):
                let tellCaller = work(session)
                state.update { $0.idle += 1 }
                tellCaller()
            case .transaction(let work):
                let tellCaller = work(session)
                state.update(waking: .one) {
                    $0.idle += 1
                    $0.runningTransactions -= 1
                }
                tellCaller()
            case .end: return
            }
        }
    }

    private func next(_ state: inout State) -> Job? {
        if !state.work.isEmpty { return .work(state.work.removeFirst().work) }
        if !state.transactions.isEmpty, state.runningTransactions < transactionLimit {
            state.runningTransactions += 1
            return .transaction(state.transactions.removeFirst().work)
        }
        guard state.isClosed, state.transactions.isEmpty else { return nil }
        state.running -= 1
        return .end
    }
}
#endif
