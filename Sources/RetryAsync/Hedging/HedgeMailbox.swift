import RetryCore

/// The endings of the attempts of a hedged call, for the one task that waits for them.
///
/// Unchecked, because the compiler cannot see that a value is reached by the attempt that makes it, and after that by
/// the caller alone.
final class HedgeMailbox<Value: ~Copyable>: @unchecked Sendable {
    enum Notice: Sendable {
        case succeeded(Int)
        case failed(Int, any Error)
        case callerCancelled
    }

    private struct State: Sendable {
        var notices: [Notice] = []
        var waiter: UnsafeContinuation<Void, Never>?
        /// The attempt whose value is kept: the first that succeeded.
        var winner: Int?
        /// True if the waiter is to look again although there is no notice.
        var isWoken = false
    }

    private let state = Locked(State())
    /// Written by the winner alone, before it is announced.
    private var value: Value?

    /// An attempt has succeeded; returns the value if another one came before.
    func succeeded(_ attempt: Int, _ value: consuming Value) -> Value? {
        let isFirst = state.withLock { state in
            if state.winner != nil { return false }
            state.winner = attempt
            return true
        }
        guard isFirst else { return value }
        self.value = consume value
        post(.succeeded(attempt))
        return nil
    }

    func post(_ notice: Notice) {
        wake { $0.notices.append(notice) }
    }

    /// Lets the waiter look at the time.
    func wake() { wake { $0.isWoken = true } }

    private func wake(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state in
            change(&state)
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Takes the next notice; `nil` if there is none.
    func next() -> Notice? {
        state.withLock { $0.notices.isEmpty ? nil : $0.notices.removeFirst() }
    }

    /// Waits until there is a notice, or until it is woken.
    nonisolated(nonsending) func wait() async {
        await withUnsafeContinuation { continuation in
            let isReady = state.withLock { state in
                let isReady = !state.notices.isEmpty || state.isWoken
                state.isWoken = false
                if !isReady { state.waiter = continuation }
                return isReady
            }
            if isReady { continuation.resume() }
        }
        state.withLock { $0.isWoken = false }
    }

    /// Takes the value of the winner, after all attempts have ended.
    func takeValue() -> Value? { value.take() }
}
