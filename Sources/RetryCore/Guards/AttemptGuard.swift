/// A guard between a call and its service: it admits, delays or rejects each attempt, and learns the result.
///
/// A ``CircuitBreaker`` is one. A guard of your own works in every form of a call: in asynchronous and blocking calls,
/// manual loops, sequences, and effect gates.
///
/// ```swift
/// /// Rejects attempts above a number of them at the same time.
/// final class ConcurrencyLimit: AttemptGuard {
///     private let limit: Int
///     private let running = Atomic(0)
///
///     init(_ limit: Int) { self.limit = limit }
///
///     let place = GuardPlace.permit
///
///     func admit(_ request: GuardRequest) -> GuardAnswer {
///         if running.add(1, ordering: .relaxed).newValue <= limit { return .admitted() }
///         running.subtract(1, ordering: .relaxed)
///         return .rejected
///     }
///
///     func finish(_ ticket: GuardTicket, _ result: AttemptResult) {
///         running.subtract(1, ordering: .relaxed)
///     }
///
///     func rejection() -> any AttemptRejectedError { TooManyCalls(limit: limit) }
/// }
///
/// let users = RetryPipeline("users", policy: .api).guarded(by: ConcurrencyLimit(20))
/// ```
///
/// A call asks its guards before each attempt, in the order of their ``GuardPlace``. For each ticket that a guard gives,
/// the call calls ``finish(_:_:)`` or ``giveBack(_:)``, exactly once. If a later guard rejects the attempt, the call gives
/// back what earlier guards gave. If a later guard delays it, the call does so too, so that no permit is held while it
/// waits; but a guard that spaces attempts out, of the place ``GuardPlace/pace``, keeps the turn that it gave.
///
/// A rejection is no attempt. It is not executed, neutral for every other guard, and ends the call or delays it, as
/// the policy says by `whenRejected`. The caller gets the last error of the operation, or else ``rejection()``.
///
/// Many calls use a guard at once: it must be thread-safe, and it must not block.
public protocol AttemptGuard: AnyObject, Sendable {
    /// The place of the guard among the guards of a call; the same at all times.
    var place: GuardPlace { get }

    /// Admits, delays or rejects an attempt.
    func admit(_ request: GuardRequest) -> GuardAnswer

    /// Confirms the admission of an attempt after the wait that the guard asked for; by default it stands.
    ///
    /// A guard that was closed meanwhile can make the attempt wait again, with the same ticket or another one, or reject
    /// it: then it has taken the ticket back already.
    ///
    /// - Parameter ticket: The ticket of the attempt that has waited.
    /// - Returns: The answer.
    func confirm(_ ticket: GuardTicket) -> GuardAnswer

    /// Records the result of an attempt that was admitted and made.
    ///
    /// - Parameters:
    ///   - ticket: The ticket by which the attempt was admitted.
    ///   - result: The result.
    func finish(_ ticket: GuardTicket, _ result: AttemptResult)

    /// Takes back the ticket of an attempt that was not made: by default it finishes it with a neutral result.
    func giveBack(_ ticket: GuardTicket)

    /// The error of a call that ends because this guard rejected its attempt just now.
    ///
    /// A call whose policy waits does so for the error's `retryAfter`, or for ``closedFor`` if that is longer.
    func rejection() -> any AttemptRejectedError

    /// The time for which the guard rejects every attempt; zero by default, for a guard that cannot know.
    ///
    /// No retry is made within that time. With the longest duration, no time ends the rejection.
    var closedFor: Duration { get }

    /// The stop reason of a call that this guard's rejection ends; ``RetryStopReason/rejected`` by default.
    var stopReason: RetryStopReason { get }
}

extension AttemptGuard {
    /// Admits the attempt, with its ticket.
    public func confirm(_ ticket: GuardTicket) -> GuardAnswer { .admitted(ticket) }

    /// Finishes the ticket with a neutral result.
    public func giveBack(_ ticket: GuardTicket) { finish(ticket, .neutral) }

    /// Zero: the guard may admit the next attempt.
    public var closedFor: Duration { .zero }

    /// The reason ``RetryStopReason/rejected``.
    public var stopReason: RetryStopReason { .rejected }
}

/// The place of a guard among the guards of a call, which fixes their order.
///
/// Within a place, the guards of the library have an order of their own, whatever order the pipeline names them in; your
/// own come after them, in the order in which the pipeline names them:
///
/// breaker ▸ throttle ▸ your gates ▸ cool-down gate ▸ rate limiter ▸ your spacing guards ▸ bulkhead ▸ your permits
public enum GuardPlace: Int, Sendable, Hashable, CaseIterable, Comparable {
    /// Asked first: a guard that admits or rejects at once, such as a circuit breaker.
    case gate
    /// Asked second: a guard that spaces attempts out in time, such as a rate limiter.
    case pace
    /// Asked last: a guard whose permit is held while the attempt runs, such as a limit to concurrent calls.
    case permit

    /// Orders the places as guards are asked.
    public static func < (one: GuardPlace, other: GuardPlace) -> Bool { one.rawValue < other.rawValue }
}

/// An attempt that asks a guard for its admission.
public struct GuardRequest: Sendable, Hashable {
    /// The number of the attempt in its call, from 1.
    public let attempt: Int

    /// A Boolean value that indicates whether the attempt is a hedge: a second one beside one that runs.
    public let isHedge: Bool

    /// A Boolean value that indicates whether the attempt repeats a failed one.
    public var isRetry: Bool { attempt > 1 }

    /// False if the attempt must not wait in a queue: a hedge does not, nor a call that would block a thread of tasks.
    package let mayQueue: Bool

    /// Creates a request.
    ///
    /// - Parameters:
    ///   - attempt: The number of the attempt in its call, from 1.
    ///   - isHedge: Pass `true` for a second attempt beside one that runs.
    public init(attempt: Int = 1, isHedge: Bool = false) {
        self.init(attempt: attempt, isHedge: isHedge, mayQueue: !isHedge)
    }

    package init(attempt: Int, isHedge: Bool = false, mayQueue: Bool) {
        self.attempt = attempt
        self.isHedge = isHedge
        self.mayQueue = mayQueue
    }
}

/// The ticket of an admitted attempt: numbers that its guard chose, and gets back with the result.
public struct GuardTicket: Sendable, Hashable {
    /// A number of the guard's choice, such as a generation or an identifier.
    public let number: UInt64
    /// A time of the guard's choice, such as the start of the attempt in nanoseconds.
    public let time: Int64
    /// A second number, for the guards of the library.
    package let detail: UInt64

    /// Creates a ticket.
    ///
    /// - Parameters:
    ///   - number: A number of the guard's choice.
    ///   - time: A time of the guard's choice.
    public init(_ number: UInt64 = 0, time: Int64 = 0) {
        self.init(number, time: time, detail: 0)
    }

    package init(_ number: UInt64, time: Int64, detail: UInt64) {
        self.number = number
        self.time = time
        self.detail = detail
    }
}

/// The answer of a guard to a request for admission.
public struct GuardAnswer: Sendable {
    enum Kind: Sendable {
        case admitted(GuardTicket)
        /// Admitted after a time in nanoseconds.
        case admittedLater(GuardTicket, Int64)
        /// Admitted when its turn in a queue comes, after at most a time in nanoseconds, and at least another one.
        case queued(GuardTicket, GuardTurn, upTo: Int64, atLeast: Int64)
        case rejected
    }

    let kind: Kind

    /// The attempt may start.
    ///
    /// - Parameter ticket: The ticket that the guard gets back with the result.
    /// - Returns: The answer.
    public static func admitted(_ ticket: GuardTicket = GuardTicket()) -> GuardAnswer {
        GuardAnswer(kind: .admitted(ticket))
    }

    /// The attempt may start after a wait: the guard has reserved its place.
    ///
    /// A call whose deadline comes first gives the ticket back, and ends. After the wait the guard is asked to confirm the
    /// ticket: see ``AttemptGuard/confirm(_:)``.
    ///
    /// - Parameters:
    ///   - delay: The wait; the attempt starts at once if it is zero or negative.
    ///   - ticket: The ticket that the guard gets back with the result.
    /// - Returns: The answer.
    public static func admitted(after delay: Duration, _ ticket: GuardTicket = GuardTicket()) -> GuardAnswer {
        delay > .zero
            ? GuardAnswer(kind: .admittedLater(ticket, delay.saturatedNanoseconds)) : .admitted(ticket)
    }

    /// The attempt waits in a queue, up to its turn, for at most a time in nanoseconds.
    ///
    /// Then the guard is asked to confirm the ticket. A call whose deadline comes before the least wait ends now.
    package static func queued(
        _ ticket: GuardTicket, _ turn: GuardTurn, upTo limit: Int64, atLeast least: Int64 = 0
    ) -> GuardAnswer {
        GuardAnswer(kind: .queued(ticket, turn, upTo: limit, atLeast: least))
    }

    /// The attempt must not start.
    public static var rejected: GuardAnswer { GuardAnswer(kind: .rejected) }
}
