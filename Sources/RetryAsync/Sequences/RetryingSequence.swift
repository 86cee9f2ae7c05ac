/// An asynchronous sequence that is made again when it fails.
///
/// By default it is made again as long as nothing has come of it: once the first element was handed on, an error goes to
/// the consumer, since starting over would repeat what the consumer has seen.
///
/// ```swift
/// let answer = RetryingSequence(policy: .api) { try await model.stream(prompt) }
/// for try await token in answer { print(token) }
/// ```
///
/// A source that can go on from a place in its midst is resumed there. After each element, `position` tells the place
/// behind it, an offset or the id of the last event; the source is made anew from the last one, and must go on with the
/// next element. So no element is repeated, and none is left out:
///
/// ```swift
/// let events = RetryingSequence(
///     policy: .api, position: { event, _ in event.id }, restartsAttempts: true
/// ) { lastID in
///     try await client.events(after: lastID)
/// }
/// ```
///
/// It asks its source for an element when it is asked for one, and holds none back: the consumer sets the pace. A
/// cancelled consumer gets a `CancellationError` at once, in the midst of a wait too, unless its source ends by itself.
/// Each iteration is a call of its own, with the events of one; it has ended when the sequence has. The time that the
/// consumer takes between two elements does not count towards the deadline.
///
/// A policy with an attempt timeout, or with a deadline that interrupts, is refused at the first element: a bound on the
/// time for one element is a matter of the source.
public struct RetryingSequence<Base: AsyncSequence, Position: Equatable>: AsyncSequence, Sendable {
    /// An element of the source.
    public typealias Element = Base.Element
    /// The error of the source, or `CancellationError`.
    public typealias Failure = any Error

    let policy: RetryPolicy
    let surroundings: Surroundings
    let restartsAttempts: Bool
    let position: (@Sendable (Element, Position?) -> Position?)?
    private let makeAnew: (nonisolated(nonsending) @Sendable () async throws -> Base)?
    private let makeFrom: (nonisolated(nonsending) @Sendable (Position?) async throws -> Base)?

    /// Creates a sequence that is resumed where it broke off.
    ///
    /// - Parameters:
    ///   - policy: How often, how soon and for how long the source is made again.
    ///   - name: What events call the sequence.
    ///   - classifier: Finds out what kind of failure an error is; ``/RetryCore/ErrorClassifier/default`` if `nil`.
    ///   - condition: Which errors are retried at all; by their class alone if `nil`.
    ///   - observer: Sees what happens.
    ///   - onRetry: Called with the error and the number of the attempt that failed, when a retry will follow.
    ///   - clock: Measures and waits; the system's if `nil`.
    ///   - random: Draws the jitter; the system's if `nil`.
    ///   - position: Returns the place behind an element, from the element and the place before it. Behind an element
    ///     for which it returns `nil` the source cannot be resumed: if it fails there, the call stops as
    ///     ``/RetryCore/StopReason/notResumable``, and the consumer gets the error. A place that is equal to the one
    ///     before is no progress.
    ///   - restartsAttempts: Whether each resumption that got further starts a new count of the attempts, of the limits
    ///     of classes, and of the time up to the deadline. The waits go on growing, until the source has delivered for
    ///     a minute, or for ten times the last wait.
    ///   - make: Makes the source from a place on, or from its beginning if there is none.
    public init(
        policy: RetryPolicy = .default,
        named name: String? = nil,
        classifier: ErrorClassifier? = nil,
        retryOn condition: RetryCondition? = nil,
        observer: RetryObserver? = nil,
        onRetry: (@Sendable (any Error, Int) -> Void)? = nil,
        clock: RetryClock? = nil,
        random: RandomSource? = nil,
        position: @escaping @Sendable (Element, Position?) -> Position?,
        restartsAttempts: Bool = false,
        make: nonisolated(nonsending) @escaping @Sendable (Position?) async throws -> Base
    ) {
        self.policy = policy
        self.surroundings = Surroundings(
            name: name, classifier: classifier, condition: condition, observer: observer, onRetry: onRetry,
            clock: clock, random: random)
        self.restartsAttempts = restartsAttempts
        self.position = position
        self.makeAnew = nil
        self.makeFrom = make
    }

    /// Creates a sequence that is made again as long as nothing has come of it.
    ///
    /// - Parameters:
    ///   - policy: How often, how soon and for how long the source is made again.
    ///   - name: What events call the sequence.
    ///   - classifier: Finds out what kind of failure an error is; ``/RetryCore/ErrorClassifier/default`` if `nil`.
    ///   - condition: Which errors are retried at all; by their class alone if `nil`.
    ///   - observer: Sees what happens.
    ///   - onRetry: Called with the error and the number of the attempt that failed, when a retry will follow.
    ///   - clock: Measures and waits; the system's if `nil`.
    ///   - random: Draws the jitter; the system's if `nil`.
    ///   - make: Makes the source.
    public init(
        policy: RetryPolicy = .default,
        named name: String? = nil,
        classifier: ErrorClassifier? = nil,
        retryOn condition: RetryCondition? = nil,
        observer: RetryObserver? = nil,
        onRetry: (@Sendable (any Error, Int) -> Void)? = nil,
        clock: RetryClock? = nil,
        random: RandomSource? = nil,
        make: nonisolated(nonsending) @escaping @Sendable () async throws -> Base
    ) where Position == Never {
        self.policy = policy
        self.surroundings = Surroundings(
            name: name, classifier: classifier, condition: condition, observer: observer, onRetry: onRetry,
            clock: clock, random: random)
        self.restartsAttempts = false
        self.position = nil
        self.makeAnew = make
        self.makeFrom = nil
    }

    /// Makes the source from a place on; `nil` if this sequence knows no way to.
    nonisolated(nonsending) func source(from place: Position?) async throws -> Base? {
        if let makeAnew { return try await makeAnew() }
        return try await makeFrom?(place)
    }

    /// Starts an iteration; the source is made when the first element is asked for.
    public func makeAsyncIterator() -> Iterator {
        Iterator(self)
    }
}
