import RetryCore

/// The state machine of one key's callers: decides which of them leads, and what the others get.
///
/// It has no lock: the actor around it passes its inputs, and performs its outputs. Callers come through gates with
/// clocks of their own, so that every time here is stored with the clock that measures it.
struct SharedRunStateMachine: Sendable {
    typealias WaiterID = UInt64

    /// The time that a caller waits.
    struct WaitLimit: Sendable {
        /// The time until which it waits for an owner in another process.
        let end: Moment
        /// A Boolean value that indicates whether it waits for an owner of this process without a limit.
        let waitsForOwnProcess: Bool
    }

    /// The next step of a caller that joins.
    enum Role: Sendable {
        /// It leads; if another process is known to own the key, it asks when the time for that has come.
        case leads(ForeignOwner?)
        case waits(WaiterID, Signal<Update>)
        /// Other callers have just asked the store, and this caller has no time to wait.
        case refused(EffectProgress)
    }

    /// The notification of a caller that waits.
    enum Update: Sendable {
        /// It leads now.
        case leads(ForeignOwner?)
        /// The leading call ended with an outcome for all.
        case ended(Ending)
        /// Another caller owns the key, and this one has no time to wait.
        case inProgress(EffectProgress)
    }

    /// The ending of the leading call.
    enum Ending: Sendable {
        /// The effect happened.
        case happened(EffectReplay)
        /// An error that is the answer to all, and the reason to report.
        case failed(any Error, RetryStopReason?)
        /// Another process owns the key, and the caller has no time left.
        case gaveUp(ForeignOwner)
        /// The ending concerns the leading caller alone: another caller has to ask the store.
        case askAgain
    }

    /// An owner in another process, from the store's last answer.
    struct ForeignOwner: Sendable {
        let progress: EffectProgress
        /// The time of the next question to the store.
        var nextPoll: Moment
        var polls = PollSchedule()
    }

    /// A run in this process.
    struct OwnRun: Sendable {
        let claimedAt: Moment
        let leaseLeft: @Sendable () -> Int64
    }

    struct Notice: Sendable {
        let signal: Signal<Update>
        let update: Update
    }

    private struct Waiter: Sendable {
        let limit: WaitLimit
        let signal: Signal<Update>
    }

    private enum Phase: Sendable {
        case idle
        /// A caller asks the store, and there is no answer yet.
        case asking
        case foreign(ForeignOwner)
        case own(OwnRun)
    }

    private var phase = Phase.idle
    private var leader: WaiterID?
    private var line = WaiterLine<Waiter>()
    /// The last owner in another process, if the store was asked about it within the last second.
    private var lastForeign: ForeignOwner?
    private var questions: [Moment] = []
    private(set) var pollRequest = Signal<Void>()

    /// The maximum number of questions to the store within a second about a key that another process owns.
    static let questionsPerSecond = 3

    var waiterCount: Int { line.count }
}

// MARK: Inputs

extension SharedRunStateMachine {
    mutating func join(_ limit: WaitLimit) -> Role {
        if case .idle = phase {
            if let known = lastForeign, known.progress.leaseLeft > .zero, isAskedOften {
                if limit.end.isOver { return .refused(known.progress) }
                phase = .foreign(known)
                return .leads(known)
            }
            phase = .asking
            return .leads(nil)
        }
        if limit.end.isOver, case .foreign(let owner) = phase {
            if isAskedOften { return .refused(owner.progress) }
            pollRequest.tell(())
        } else if limit.end.isOver, !limit.waitsForOwnProcess, case .own(let run) = phase {
            return .refused(run.progress)
        }
        let signal = Signal<Update>()
        return .waits(line.append(Waiter(limit: limit, signal: signal)), signal)
    }

    mutating func foundForeign(_ owner: ForeignOwner) -> [Notice] {
        phase = .foreign(owner)
        lastForeign = owner
        questions.removeAll { $0.age >= 1_000_000_000 }
        questions.append(owner.progress.asked)
        pollRequest = Signal()
        return refuse { $0.end.isOver }
    }

    mutating func runs(_ run: OwnRun) -> [Notice] {
        phase = .own(run)
        lastForeign = nil
        return refuse { $0.end.isOver && !$0.waitsForOwnProcess }
    }

    mutating func finish(_ ending: Ending) -> [Notice] {
        leader = nil
        switch ending {
        case .happened, .failed:
            let all = line.removeAll().map { Notice(signal: $0.signal, update: .ended(ending)) }
            self = SharedRunStateMachine(line: line)
            return all
        case .gaveUp(let owner): return appoint(owner)
        case .askAgain: return appoint(nil)
        }
    }

    mutating func expired(_ id: WaiterID) -> EffectProgress? {
        // A caller that was notified by now acts on that.
        guard let progress, line.remove(id) != nil else { return nil }
        return progress
    }

    mutating func leave(_ id: WaiterID) -> [Notice] {
        line.remove(id)
        guard leader == id else { return [] }
        // The caller was notified to lead, and has not received it yet.
        if case .foreign(let owner) = phase { return finish(.gaveUp(owner)) }
        return finish(.askAgain)
    }
}

// MARK: Details

extension SharedRunStateMachine {
    private init(line: WaiterLine<Waiter>) {
        self.line = line
    }

    private var isAskedOften: Bool {
        questions.count { $0.age < 1_000_000_000 } >= Self.questionsPerSecond
    }

    /// The progress of the owner in the current phase.
    private var progress: EffectProgress? {
        switch phase {
        case .idle, .asking: nil
        case .foreign(let owner): owner.progress
        case .own(let run): run.progress
        }
    }

    /// Notifies the callers that have no time for the owner in the current phase.
    private mutating func refuse(_ hasNoTime: (WaitLimit) -> Bool) -> [Notice] {
        guard let progress else { return [] }
        return line.removeAll { hasNoTime($0.limit) }
            .map { Notice(signal: $0.signal, update: .inProgress(progress)) }
    }

    /// Appoints the first waiting caller as the leader, and notifies those before it that have no time any more.
    private mutating func appoint(_ owner: ForeignOwner?) -> [Notice] {
        var notices: [Notice] = []
        while let (id, waiter) = line.removeFirst() {
            if let owner, waiter.limit.end.isOver {
                notices.append(Notice(signal: waiter.signal, update: .inProgress(owner.progress)))
                continue
            }
            leader = id
            phase = owner.map { .foreign($0) } ?? .asking
            notices.append(Notice(signal: waiter.signal, update: .leads(owner)))
            return notices
        }
        phase = .idle
        return notices
    }
}

extension SharedRunStateMachine.OwnRun {
    /// The progress of the run, for a caller that does not wait for it.
    var progress: EffectProgress {
        EffectProgress(runningFor: claimedAt.age, leaseLeft: leaseLeft(), asked: .now(claimedAt.clock))
    }
}

/// The progress of another caller's run at a moment.
struct EffectProgress: Sendable {
    private let runningForThen: Int64
    private let leaseLeftThen: Int64
    let asked: Moment

    init(runningFor: Int64, leaseLeft: Int64, asked: Moment) {
        runningForThen = runningFor
        leaseLeftThen = leaseLeft
        self.asked = asked
    }

    var runningFor: Duration { .nanoseconds(runningForThen.saturatingAdd(asked.age)) }
    var leaseLeft: Duration { .nanoseconds(max(0, leaseLeftThen.saturatingAdd(-asked.age))) }

    func error(for id: ActionID) -> EffectError {
        .inProgress(id, runningFor: runningFor, leaseLeft: leaseLeft)
    }
}

/// A time on a clock.
struct Moment: Sendable {
    let clock: RetryClock
    let nanoseconds: Int64

    static func now(_ clock: RetryClock) -> Moment { Moment(clock: clock, nanoseconds: clock.nanoseconds) }

    /// The time since then, in nanoseconds.
    var age: Int64 { max(0, clock.nanoseconds.saturatingAdd(-nanoseconds)) }

    /// The time until then, in nanoseconds.
    var left: Int64 { max(0, nanoseconds.saturatingAdd(-clock.nanoseconds)) }

    var isOver: Bool { clock.nanoseconds >= nanoseconds }
}
