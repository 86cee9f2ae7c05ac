import RetryCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The connections of a store, each used by a thread of its own, and the work that waits for one.
///
/// Threads and connections are made when there is work for them, up to the number that is allowed. Transactions of
/// callers leave one connection free, so that none of them keeps a settlement waiting.
final class ConnectionPool: Sendable {
    /// Does something on a connection's thread, and returns what tells the caller.
    ///
    /// The caller is told when the thread is free again: what it asks for next needs no other connection.
    typealias Work = @Sendable (ServerSession) -> @Sendable () -> Void

    private struct State: Sendable {
        var work: [Work] = []
        var transactions: [Work] = []
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
    private let makeSession: @Sendable () -> ServerSession

    init(limit: Int, makeSession: @escaping @Sendable () -> ServerSession) {
        self.limit = limit
        self.makeSession = makeSession
    }

    /// Has work done on some connection's thread.
    func submit(isTransaction: Bool, _ work: @escaping Work) {
        let needsThread = state.update(waking: .one) { state in
            if isTransaction { state.transactions.append(work) } else { state.work.append(work) }
            let isBusy = state.idle < state.work.count + state.transactions.count
            guard isBusy, state.running < limit else { return false }
            state.running += 1
            return true
        }
        if needsThread { startThread() }
    }

    /// Ends the threads when the work is done.
    func close() {
        state.update(waking: .all) { $0.isClosed = true }
    }

    private func startThread() {
        let start = Unmanaged.passRetained(ThreadStart { self.serve() }).toOpaque()
        #if canImport(Darwin)
        var thread: pthread_t?
        #else
        var thread = pthread_t()
        #endif
        let status = pthread_create(&thread, nil, threadMain, start)
        if status == 0 {
            #if canImport(Darwin)
            if let thread { pthread_detach(thread) }
            #else
            pthread_detach(thread)
            #endif
        } else {
            // Another thread does the work; this one, if there is none.
            Unmanaged<ThreadStart>.fromOpaque(start).release()
            let left = state.update { state in
                state.running -= 1
                if state.running > 0 { return [] as [Work] }
                defer { (state.work, state.transactions) = ([], []) }
                return state.work + state.transactions
            }
            let session = left.isEmpty ? nil : makeSession()
            for work in left { if let session { work(session)() } }
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
        if !state.work.isEmpty { return .work(state.work.removeFirst()) }
        if !state.transactions.isEmpty, state.runningTransactions < max(1, limit - 1) {
            state.runningTransactions += 1
            return .transaction(state.transactions.removeFirst())
        }
        guard state.isClosed, state.transactions.isEmpty else { return nil }
        state.running -= 1
        return .end
    }
}

private final class ThreadStart: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}

#if canImport(Darwin)
private func threadMain(_ start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<ThreadStart>.fromOpaque(start).takeRetainedValue().body()
    return nil
}
#else
private func threadMain(_ start: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let start { Unmanaged<ThreadStart>.fromOpaque(start).takeRetainedValue().body() }
    return nil
}
#endif
