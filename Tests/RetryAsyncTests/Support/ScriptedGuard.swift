import RetryAsync
import RetryTesting

/// A guard that answers as it is told, and records what it hears.
final class ScriptedGuard: AttemptGuard {
    enum Note: Sendable, Hashable {
        case admitted(attempt: Int)
        case delayed
        case rejected
        case finished(AttemptResult)
        case givenBack
    }

    struct Rejection: AttemptRejectedError, Hashable {
        var name = "own"
        var retryAfter: Duration?
    }

    private struct State: Sendable {
        var answers: [GuardAnswer.Script]
        var notes: [Note] = []
        var tickets: [UInt64: Int] = [:]
        var next: UInt64 = 1
    }

    let name: String
    let place: GuardPlace
    let closedFor: Duration
    private let retryAfter: Duration?
    private let log: Log<String>
    private let state: Locked<State>

    init(
        _ answers: GuardAnswer.Script..., name: String = "own", place: GuardPlace = .gate, closedFor: Duration = .zero,
        retryAfter: Duration? = nil, log: Log<String> = Log()
    ) {
        self.name = name
        self.place = place
        self.closedFor = closedFor
        self.retryAfter = retryAfter
        self.log = log
        state = Locked(State(answers: answers))
    }

    func admit(_ request: GuardRequest) -> GuardAnswer {
        log.add("admit \(name)")
        return state.withLock { state in
            let answer = state.answers.isEmpty ? .admit : state.answers.removeFirst()
            if answer == .reject {
                state.notes.append(.rejected)
                return .rejected
            }
            let ticket = GuardTicket(state.next)
            state.next += 1
            state.tickets[ticket.number] = 0
            if case .delay(let delay) = answer {
                state.notes.append(.delayed)
                return .admitted(after: delay, ticket)
            }
            state.notes.append(.admitted(attempt: request.attempt))
            return .admitted(ticket)
        }
    }

    func finish(_ ticket: GuardTicket, _ result: AttemptResult) { settle(ticket, .finished(result), "finish") }

    func giveBack(_ ticket: GuardTicket) { settle(ticket, .givenBack, "give back") }

    func rejection() -> any AttemptRejectedError { Rejection(name: name, retryAfter: retryAfter ?? closedFor) }

    private func settle(_ ticket: GuardTicket, _ note: Note, _ verb: String) {
        log.add("\(verb) \(name)")
        state.withLock { state in
            state.notes.append(note)
            state.tickets[ticket.number, default: 100] += 1
        }
    }

    var notes: [Note] { state.withLock { $0.notes } }

    /// True if each ticket that was given came back exactly once.
    var isSettled: Bool { state.withLock { $0.tickets.values.allSatisfy { $0 == 1 } } }
}

extension GuardAnswer {
    /// An answer that a test asks for.
    enum Script: Sendable, Equatable {
        case admit
        case delay(Duration)
        case reject
    }
}
