import Synchronization

/// The ends of the attempts of a hedged call, its cancellation and its timer, for the one task that waits for them.
///
/// One word holds a bit for each of them, and whether the task waits. It is an entry of the timer, which it stays after it
/// has fired: a call waits for several delays, one after the other.
package final class HedgeSignal: TimerEntry, @unchecked Sendable {
    // Unchecked, because the compiler cannot see that the waiter is written before the bit that passes it on.
    /// Something that has happened to a call.
    package enum Notice: Sendable, Hashable {
        case succeeded(Int)
        case failed(Int)
        case cancelled
    }

    private let word = Atomic<UInt32>(0)
    private var waiter: UnsafeContinuation<Void, Never>?

    /// Successes have the bits from 1, and failures those from 9, in the order in which they are looked at.
    private static let cancelled: UInt32 = 1 << 8
    private static let woken: UInt32 = 1 << 16
    private static let waiting: UInt32 = 1 << 17
    private static let hasWinner: UInt32 = 1 << 18
    private static let notices: UInt32 = woken - 1

    package init() { super.init(isReusable: true) }

    /// Returns `true` for the first attempt that has succeeded: it stores its value, and posts its success after that.
    package func claimsVictory() -> Bool {
        word.bitwiseOr(Self.hasWinner, ordering: .acquiringAndReleasing).oldValue & Self.hasWinner == 0
    }

    /// Something has happened; the waiting task is resumed.
    package func post(_ notice: Notice) {
        switch notice {
        case .succeeded(let attempt): set(1 << UInt32(attempt))
        case .failed(let attempt): set(1 << UInt32(attempt + 8))
        case .cancelled: set(Self.cancelled)
        }
    }

    /// The time has come: the waiting task is to look at it.
    override package func fire() { set(Self.woken) }

    private func set(_ bit: UInt32) {
        var known = word.load(ordering: .relaxed)
        while true {
            let (isExchanged, current) = word.weakCompareExchange(
                expected: known, desired: (known | bit) & ~Self.waiting, ordering: .acquiringAndReleasing)
            if isExchanged { break }
            known = current
        }
        if known & Self.waiting != 0 { waiter.take()?.resume() }
    }

    /// Takes the next notice; `nil` if there is none.
    ///
    /// A success comes first, whose value is there, and the cancellation before the failures that it leads to.
    package func next() -> Notice? {
        let bits = word.load(ordering: .acquiring) & Self.notices
        if bits == 0 { return nil }
        let index = bits.trailingZeroBitCount
        word.bitwiseAnd(~(1 << UInt32(index)), ordering: .acquiringAndReleasing)
        return index == 8 ? .cancelled : index > 8 ? .failed(index - 8) : .succeeded(index)
    }

    /// The task waits from here on; it is resumed at once if there is something to look at.
    package func suspend(_ continuation: UnsafeContinuation<Void, Never>) {
        waiter = continuation
        var known = word.load(ordering: .relaxed)
        while known & (Self.notices | Self.woken) == 0 {
            let (isExchanged, current) = word.weakCompareExchange(
                expected: known, desired: known | Self.waiting, ordering: .acquiringAndReleasing)
            if isExchanged { return }
            known = current
        }
        waiter.take()?.resume()
    }

    /// The task goes on, and has looked at the time.
    package func goesOn() {
        word.bitwiseAnd(~Self.woken, ordering: .acquiringAndReleasing)
    }
}
