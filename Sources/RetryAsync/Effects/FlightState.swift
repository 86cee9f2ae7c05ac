import RetryCore

/// Decides who of the callers of one key leads, and what the others get.
///
/// It is a machine without a lock: the actor around it hands it what happens, and passes on what it says. Callers come
/// through gates with clocks of their own, so that every time here goes with the clock that measures it.
struct FlightState: Sendable {
    typealias Ticket = Int

    /// For how long a caller waits.
    struct Patience: Sendable {
        /// Until when it waits for an owner of another process.
        let end: Moment
        /// Whether it waits for an owner of this process without a limit.
        let waitsForOwnProcess: Bool
    }

    /// What a caller that boards does next.
    enum Place: Sendable {
        /// It leads; if another process is known to own the key, it asks when the time for that has come.
        case leads(ForeignOwner?)
        case waits(Ticket, Signal<News>)
        /// Others have just asked the store, and the caller has no time to wait.
        case refused(EffectProgress)
    }

    /// What a caller that waits is told.
    enum News: Sendable {
        /// It leads now.
        case leads(ForeignOwner?)
        /// The call that led ended with an outcome for all.
        case landed(Landing)
        /// Another caller owns the key, and this one has no time to wait.
        case inProgress(EffectProgress)
    }

    /// How the call that led ended.
    enum Landing: Sendable {
        /// The effect happened.
        case happened(EffectReplay)
        /// With an error that is the answer to all, and the reason to report.
        case failed(any Error, StopReason?)
        /// Another process owns the key, and the caller has no time left.
        case gaveUp(ForeignOwner)
        /// Its end is its own affair: another caller has to ask the store.
        case askAgain
    }

    /// An owner of another process, as the store was asked about it last.
    struct ForeignOwner: Sendable {
        let progress: EffectProgress
        /// When the store is to be asked again.
        var nextPoll: Moment
        var polls = PollSchedule()
    }

    /// A run of this process.
    struct OwnRun: Sendable {
        let claimedAt: Moment
        let leaseLeft: @Sendable () -> Int64
    }

    struct Notice: Sendable {
        let signal: Signal<News>
        let news: News
    }

    private struct Waiter: Sendable {
        let patience: Patience
        let signal: Signal<News>
    }

    private enum Phase: Sendable {
        case idle
        /// A caller asks the store, and nothing is known yet.
        case asking
        case foreign(ForeignOwner)
        case own(OwnRun)
    }

    private var phase = Phase.idle
    private var leader: Ticket?
    private var waiters: [Ticket: Waiter] = [:]
    /// Those that wait, in the order in which they came, and those that have left since.
    private var line: [Ticket] = []
    private var lineStart = 0
    private var lastTicket: Ticket = 0
    /// The last owner of another process, and when the store was asked about it within the last second.
    private var lastForeign: ForeignOwner?
    private var questions: [Moment] = []
    private(set) var nudge = Signal<Void>()

    /// How often the store is asked within a second about a key that another process owns, where many callers want it.
    static let questionsPerSecond = 3

    var waiterCount: Int { waiters.count }
}

// MARK: What happens

extension FlightState {
    mutating func board(_ patience: Patience) -> Place {
        if case .idle = phase {
            if let known = lastForeign, known.progress.leaseLeft > .zero, isAskedOften {
                if patience.end.isOver { return .refused(known.progress) }
                phase = .foreign(known)
                return .leads(known)
            }
            phase = .asking
            return .leads(nil)
        }
        if patience.end.isOver, case .foreign(let owner) = phase {
            if isAskedOften { return .refused(owner.progress) }
            nudge.tell(())
        } else if patience.end.isOver, !patience.waitsForOwnProcess, case .own(let run) = phase {
            return .refused(run.progress)
        }
        lastTicket += 1
        let signal = Signal<News>()
        waiters[lastTicket] = Waiter(patience: patience, signal: signal)
        line.append(lastTicket)
        return .waits(lastTicket, signal)
    }

    mutating func foundForeign(_ owner: ForeignOwner) -> [Notice] {
        phase = .foreign(owner)
        lastForeign = owner
        questions.removeAll { $0.age >= 1_000_000_000 }
        questions.append(owner.progress.asked)
        nudge = Signal()
        return refuse { $0.end.isOver }
    }

    mutating func runs(_ run: OwnRun) -> [Notice] {
        phase = .own(run)
        lastForeign = nil
        return refuse { $0.end.isOver && !$0.waitsForOwnProcess }
    }

    mutating func land(_ landing: Landing) -> [Notice] {
        leader = nil
        switch landing {
        case .happened, .failed:
            let all = waitersInLine.map { Notice(signal: $0.signal, news: .landed(landing)) }
            self = FlightState(lastTicket: lastTicket)
            return all
        case .gaveUp(let owner): return appoint(owner)
        case .askAgain: return appoint(nil)
        }
    }

    mutating func expired(_ ticket: Ticket) -> EffectProgress? {
        // One that was told something by now goes by that.
        guard let progress, waiters.removeValue(forKey: ticket) != nil else { return nil }
        compact()
        return progress
    }

    mutating func leave(_ ticket: Ticket) -> [Notice] {
        waiters[ticket] = nil
        compact()
        guard leader == ticket else { return [] }
        // It was told to lead, and has not heard of it.
        if case .foreign(let owner) = phase { return land(.gaveUp(owner)) }
        return land(.askAgain)
    }
}

// MARK: Details

extension FlightState {
    private init(lastTicket: Ticket) {
        self.lastTicket = lastTicket
    }

    private var isAskedOften: Bool {
        questions.count { $0.age < 1_000_000_000 } >= Self.questionsPerSecond
    }

    /// How far the owner is that the phase knows of.
    private var progress: EffectProgress? {
        switch phase {
        case .idle, .asking: nil
        case .foreign(let owner): owner.progress
        case .own(let run): run.progress
        }
    }

    private var waitersInLine: [Waiter] { line[lineStart...].compactMap { waiters[$0] } }

    /// Tells those that have no time for the owner that the phase knows of.
    private mutating func refuse(_ hasNoTime: (Patience) -> Bool) -> [Notice] {
        guard let progress else { return [] }
        var notices: [Notice] = []
        for ticket in line[lineStart...] {
            guard let waiter = waiters[ticket], hasNoTime(waiter.patience) else { continue }
            waiters[ticket] = nil
            notices.append(Notice(signal: waiter.signal, news: .inProgress(progress)))
        }
        compact()
        return notices
    }

    /// Lets the first that waits lead, and tells those before it that have no time any more.
    private mutating func appoint(_ owner: ForeignOwner?) -> [Notice] {
        var notices: [Notice] = []
        while lineStart < line.count {
            let ticket = line[lineStart]
            lineStart += 1
            guard let waiter = waiters.removeValue(forKey: ticket) else { continue }
            if let owner, waiter.patience.end.isOver {
                notices.append(Notice(signal: waiter.signal, news: .inProgress(owner.progress)))
                continue
            }
            leader = ticket
            phase = owner.map { .foreign($0) } ?? .asking
            notices.append(Notice(signal: waiter.signal, news: .leads(owner)))
            compact()
            return notices
        }
        phase = .idle
        line = []
        lineStart = 0
        return notices
    }

    /// Forgets those that have left, once they are the greater part: a constant time for each.
    private mutating func compact() {
        guard line.count > 2 * waiters.count + 64 else { return }
        line = line[lineStart...].filter { waiters[$0] != nil }
        lineStart = 0
    }
}

extension FlightState.OwnRun {
    /// How far the run is, for a caller that does not wait for it.
    var progress: EffectProgress {
        EffectProgress(runningFor: claimedAt.age, leaseLeft: leaseLeft(), asked: .now(claimedAt.clock))
    }
}

/// How far another caller's run is, as it was known at a moment.
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
