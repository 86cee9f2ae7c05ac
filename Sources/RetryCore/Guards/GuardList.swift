/// The guards of a pipeline, in the order in which they are asked; there is at least one.
///
/// A class, so that a pipeline passes it on with every call for the price of a pointer. It never changes.
@usableFromInline
package final class GuardList: Sendable {
    // An array would count references up and down with each call. Slots behind the last guard repeat the first one.
    private let first, second, third, fourth: any AttemptGuard
    private let rest: [any AttemptGuard]
    let count: Int

    private init(_ first: any AttemptGuard, _ guards: [any AttemptGuard]) {
        self.first = first
        second = guards.count > 1 ? guards[1] : first
        third = guards.count > 2 ? guards[2] : first
        fourth = guards.count > 3 ? guards[3] : first
        rest = guards.count > 4 ? Array(guards[4...]) : []
        count = max(1, guards.count)
    }

    subscript(index: Int) -> any AttemptGuard {
        switch index {
        case 0: first
        case 1: second
        case 2: third
        case 3: fourth
        default: rest[index - 4]
        }
    }

    private static let maxCount = 64

    /// Adds a guard to a list, in the order in which they are asked; traps if they are too many.
    static func adding(_ guard: any AttemptGuard, to list: GuardList?) -> GuardList {
        guard let list else { return GuardList(`guard`, []) }
        checked { () throws(InvalidPolicyError) in
            try check("guards", list.count + 1, list.count < maxCount, "must be at most \(maxCount)")
        }
        var all = list.all
        let index = all.firstIndex { $0.rank > `guard`.rank } ?? all.count
        all.insert(`guard`, at: index)
        return GuardList(all[0], all)
    }

    /// Leaves the guards of a type out of a list; `nil` if none is left.
    static func removing<Guard: AttemptGuard>(_ type: Guard.Type, from list: GuardList?) -> GuardList? {
        guard let list else { return nil }
        let all = list.all.filter { !($0 is Guard) }
        if all.count == list.count { return list }
        return all.first.map { GuardList($0, all) }
    }

    /// The guards as an array.
    var all: [any AttemptGuard] { (0..<count).map { self[$0] } }

    /// Returns whether a guard is in the list.
    func contains(_ guard: any AttemptGuard) -> Bool { all.contains { $0 === `guard` } }
}

// MARK: One attempt

extension GuardList {
    /// The answer of all guards to one attempt.
    enum Admission: Sendable {
        case admitted
        /// The attempt waits for so many nanoseconds; then the guards are asked again.
        case wait(Int64)
        /// The attempt waits until its turn in a queue comes, at most and at least for so many nanoseconds.
        case queue(GuardTurn, upTo: Int64, atLeast: Int64)
        /// The guard of this index rejected the attempt.
        case rejected(by: Int)
    }

    /// Asks the guards that have given no ticket; what the others gave is given back unless all admit.
    @inline(__always)
    func admit(_ request: GuardRequest, _ tickets: inout GuardTickets) -> Admission {
        // Written out: a loop over existentials counts references up and down.
        if let stop = ask(first, 0, request, &tickets) { return stop }
        if count > 1, let stop = ask(second, 1, request, &tickets) { return stop }
        if count > 2, let stop = ask(third, 2, request, &tickets) { return stop }
        if count > 3, let stop = ask(fourth, 3, request, &tickets) { return stop }
        var index = 4
        while index < count {
            if let stop = ask(rest[index - 4], index, request, &tickets) { return stop }
            index += 1
        }
        return .admitted
    }

    /// Asks one guard; `nil` if it admits the attempt.
    @inline(__always)
    private func ask(
        _ one: any AttemptGuard, _ index: Int, _ request: GuardRequest, _ tickets: inout GuardTickets
    ) -> Admission? {
        if tickets.holds(index) { return confirm(one, index, &tickets) }
        let answer = one.admit(request)
        if case .admitted(let ticket) = answer.kind {
            tickets[index] = ticket
            return nil
        }
        return stop(answer, index, &tickets)
    }

    /// Asks a guard whose ticket the attempt holds from before its wait to confirm it; `nil` if it does.
    @inline(never)
    private func confirm(_ one: any AttemptGuard, _ index: Int, _ tickets: inout GuardTickets) -> Admission? {
        guard let ticket = tickets.take(index) else { return nil }
        let answer = one.confirm(ticket)
        if case .admitted(let ticket) = answer.kind {
            tickets[index] = ticket
            return nil
        }
        return stop(answer, index, &tickets)
    }

    /// Gives back what must not be held while the attempt waits, or if it is not made.
    @inline(never)
    private func stop(_ answer: GuardAnswer, _ index: Int, _ tickets: inout GuardTickets) -> Admission {
        switch answer.kind {
        case .admitted: return .admitted
        case .admittedLater(let ticket, let delay):
            giveBack(&tickets, keepsTurns: true)
            tickets[index] = ticket
            return .wait(delay)
        case .queued(let ticket, let turn, let limit, let least):
            giveBack(&tickets, keepsTurns: true)
            tickets[index] = ticket
            return .queue(turn, upTo: limit, atLeast: least)
        case .rejected:
            giveBack(&tickets)
            return .rejected(by: index)
        }
    }

    /// Records the result of the attempt, the innermost guard first.
    @inline(__always)
    func finish(_ tickets: inout GuardTickets, _ result: AttemptResult) {
        var index = count - 1
        while index > 3 {
            if let ticket = tickets.take(index) { rest[index - 4].finish(ticket, result) }
            index -= 1
        }
        if count > 3, let ticket = tickets.take(3) { fourth.finish(ticket, result) }
        if count > 2, let ticket = tickets.take(2) { third.finish(ticket, result) }
        if count > 1, let ticket = tickets.take(1) { second.finish(ticket, result) }
        if let ticket = tickets.take(0) { first.finish(ticket, result) }
    }

    /// Gives back the tickets of an attempt that is not made, or not yet.
    ///
    /// - Parameters:
    ///   - tickets: The tickets.
    ///   - keepsTurns: Pass `true` to keep those of guards that space attempts out. Their turns were waited for, and may
    ///     be lost to others when they are given back: an attempt that waits for a permit after its turn keeps it.
    @inline(never)
    func giveBack(_ tickets: inout GuardTickets, keepsTurns: Bool = false) {
        for index in (0..<count).reversed() where !keepsTurns || self[index].place != .pace {
            if let ticket = tickets.take(index) { self[index].giveBack(ticket) }
        }
    }

    /// The guard that is closed the longest, and its time in nanoseconds; `nil` if none is closed.
    func closed() -> (time: Int64, reason: RetryStopReason)? {
        var longest: (time: Int64, reason: RetryStopReason)?
        for index in 0..<count {
            let one = self[index]
            let time = one.closedFor.saturatedNanoseconds
            if time > longest?.time ?? 0 { longest = (time, one.stopReason) }
        }
        return longest
    }
}

// MARK: The order

/// A guard of the library, which has an order among the others of its place, whatever order a pipeline names them in.
protocol OrderedGuard: AttemptGuard {
    /// From 0 for the first; at most 9.
    var order: Int { get }
}

extension AttemptGuard {
    /// The rank by which guards are asked: guards of the user's come behind the library's of their place.
    fileprivate var rank: Int { place.rawValue * 100 + ((self as? any OrderedGuard)?.order ?? 99) }
}
