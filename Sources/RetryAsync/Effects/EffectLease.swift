import RetryCore

/// The lease of a claim: its remaining time, by the caller's clock, and its renewal.
final class EffectLease: Sendable {
    let ticket: EffectClaimTicket
    let duration: Int64
    /// Cancels the run when another caller owns the key.
    let loss = Cutoff()
    private let store: any EffectStore
    private let clock: RetryClock
    private let state: Locked<State>

    private struct State: Sendable {
        private(set) var end: Int64
        /// The time of the request that the end is from.
        private var requestedAt = Int64.min
        /// The time until which the lease is renewed at most, for the call and for the running attempt.
        var callLimit = Int64.max
        var attemptLimit = Int64.max

        init(end: Int64) {
            self.end = end
        }

        /// Moves the end, unless the answer is to an older request: the keeper and an attempt renew at the same time.
        mutating func renewed(until end: Int64, requestedAt time: Int64) {
            guard time >= requestedAt else { return }
            requestedAt = time
            self.end = end
        }
    }

    /// The number of leases for which the key is renewed for an effect that goes on after it was cancelled.
    static let leasesAfterCancellation: Int64 = 10

    /// Creates the lease of a claim that was requested at `start`.
    init(_ ticket: EffectClaimTicket, store: any EffectStore, duration: Int64, start: Int64, clock: RetryClock) {
        self.ticket = ticket
        self.store = store
        self.duration = duration
        self.clock = clock
        state = Locked(State(end: start.saturatingAdd(duration)))
    }

    /// The remaining time.
    var left: Int64 { max(0, state.withLock { $0.end }.saturatingAdd(-clock.nanoseconds)) }

    /// Sets the time after which the effect is cancelled or over: the lease is renewed for ten leases more at most.
    ///
    /// An effect that ignores its cancellation would otherwise keep its key forever.
    func mustEnd(after time: Duration?) {
        guard let limit = limit(after: time) else { return }
        state.withLock { $0.callLimit = min($0.callLimit, limit) }
    }

    /// Sets the time after which the attempt is cancelled; `nil` if none is running.
    func attemptMustEnd(after time: Duration?) {
        let limit = limit(after: time) ?? .max
        state.withLock { $0.attemptLimit = limit }
    }

    private func limit(after time: Duration?) -> Int64? {
        guard let time else { return nil }
        return clock.nanoseconds.saturatingAdd(time.saturatedNanoseconds)
            .saturatingAdd(duration.saturatingMultiply(Self.leasesAfterCancellation))
    }

    /// Makes sure that an attempt does not begin with less than half of the lease left.
    ///
    /// - Parameter isFresh: Pass `true` if the claim was made for this attempt, and may still be long enough.
    /// - Throws: `EffectError` if the key is not the caller's any more, `StoreFailure` if the store cannot be asked.
    nonisolated(nonsending) func prepare(isFresh: Bool) async throws {
        if isFresh, left >= duration / 2 { return }
        for _ in 0..<3 {
            let answer: EffectRenewAnswer
            do { answer = try await renew() } catch { throw StoreFailure(error) }
            if case .lost(let current) = answer {
                throw EffectError.fenced(ticket.id, own: ticket.token, current: current)
            }
            if left >= duration / 2 { return }
        }
        throw StoreFailure(EffectStoreError.unavailable(reason: "it takes half a lease to renew one"))
    }

    /// Renews the lease from time to time, until the task is cancelled or the key has another owner.
    ///
    /// A claim that expired and was answered as indeterminate to another caller is still the caller's to settle. A
    /// store that cannot be reached is asked again the next time.
    nonisolated(nonsending) func keep() async {
        let interval = max(duration / 3, 1_000_000)
        // It is never sent, and waits on the timer: a wait that is cancelled there leaves nothing behind.
        let pause = Signal<Void>()
        while true {
            do { _ = try await pause.wait(until: clock.nanoseconds.saturatingAdd(interval), on: clock) } catch {
                return
            }
            if Task.isCancelled { return }
            let isTimeOver = state.withLock { min($0.callLimit, $0.attemptLimit) } <= clock.nanoseconds
            if isTimeOver { continue }
            if case .lost(let current)? = try? await renew(), current != ticket.token {
                return loss.reach()
            }
        }
    }

    private nonisolated(nonsending) func renew() async throws -> EffectRenewAnswer {
        // Read before the store is asked: the gate never assumes a lease longer than it is.
        let now = clock.nanoseconds
        let answer = try await store.renew(ticket, lease: .nanoseconds(duration))
        if case .renewed(let left) = answer {
            let end = now.saturatingAdd(min(duration, left.saturatedNanoseconds))
            state.withLock { $0.renewed(until: end, requestedAt: now) }
        }
        return answer
    }
}
