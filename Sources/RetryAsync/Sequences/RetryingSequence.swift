/// An asynchronous sequence that is made again when it fails.
///
/// By default it is made again until the first element is delivered. After that, an error goes to the consumer, since
/// starting over would repeat the delivered elements.
///
/// ```swift
/// let answer = RetryingSequence(.api) { try await model.stream(prompt) }
/// for try await token in answer { print(token) }
/// ```
///
/// A source that can resume is resumed at a position. After each element, `position` returns the position after it, an
/// offset or the id of the last event; the source is made again from the last one, and must go on with the next
/// element. So no element is repeated, and none is left out:
///
/// ```swift
/// let events = RetryingSequence(
///     .api, position: { event, _ in event.id }, restartsAttempts: true
/// ) { lastID in
///     try await client.events(after: lastID)
/// }
/// ```
///
/// It asks its source for an element when it is asked for one, and buffers none: the consumer sets the pace. A
/// cancelled consumer gets a `CancellationError` at once, also during a wait, unless its source ends by itself. Each
/// iteration is a call of its own, with the events of one; it has ended when the sequence has. The time that the
/// consumer takes between two elements does not count towards the deadline.
///
/// A circuit breaker admits each time that the source is made. An attempt that delivered an element, and is not
/// resumed, counts by how it ends; one that was resumed after progress, as a success.
///
/// A policy with an attempt timeout, or with an interrupting deadline, is refused at the first element: the source has
/// to limit the time for one element.
public struct RetryingSequence<Base: AsyncSequence, Position: Equatable>: AsyncSequence, Sendable {
    /// An element of the source.
    public typealias Element = Base.Element
    /// The error of the source, or `CancellationError`.
    public typealias Failure = any Error

    let pipeline: RetryPipeline
    let restartsAttempts: Bool
    let position: (@Sendable (Element, Position?) -> Position?)?
    private let makeAnew: (nonisolated(nonsending) @Sendable () async throws -> Base)?
    private let makeFrom: (nonisolated(nonsending) @Sendable (Position?) async throws -> Base)?

    /// Creates a sequence that is resumed at the position of the failure.
    ///
    /// - Parameters:
    ///   - pipeline: The settings of the calls: the policy, the guards, the classifier, the observers.
    ///   - position: Returns the position after an element, from the element and the position before it. After an
    ///     element for which it returns `nil` the source cannot be resumed: if it fails there, the call stops as
    ///     ``/RetryCore/RetryStopReason/notResumable``, and the consumer gets the error. A position that is equal to
    ///     the one before is no progress.
    ///   - restartsAttempts: Pass `true` to restart, at each resumption that made progress, the count of the attempts,
    ///     of the limits of classes, and of the time up to the deadline. The waits go on growing, until the source has
    ///     delivered for a minute, or for ten times the last wait.
    ///   - make: The closure that makes the source from a position on, or from its beginning if there is none.
    public init(
        _ pipeline: RetryPipeline = .default,
        position: @escaping @Sendable (Element, Position?) -> Position?,
        restartsAttempts: Bool = false,
        make: nonisolated(nonsending) @escaping @Sendable (Position?) async throws -> Base
    ) {
        self.pipeline = pipeline
        self.restartsAttempts = restartsAttempts
        self.position = position
        self.makeAnew = nil
        self.makeFrom = make
    }

    /// Creates a sequence that is made again until its first element is delivered.
    ///
    /// - Parameters:
    ///   - pipeline: The settings of the calls: the policy, the guards, the classifier, the observers.
    ///   - make: The closure that makes the source.
    public init(
        _ pipeline: RetryPipeline = .default,
        make: nonisolated(nonsending) @escaping @Sendable () async throws -> Base
    ) where Position == Never {
        self.pipeline = pipeline
        self.restartsAttempts = false
        self.position = nil
        self.makeAnew = make
        self.makeFrom = nil
    }

    /// Makes the source from a position on; `nil` if this sequence cannot.
    nonisolated(nonsending) func source(from place: Position?) async throws -> Base? {
        guard let chaos = pipeline.setup.chaos else { return try await make(place) }
        return try await chaos.call(pipeline.name, clock: pipeline.setup.clock) { try await make(place) }
    }

    private nonisolated(nonsending) func make(_ place: Position?) async throws -> Base? {
        if let makeAnew { return try await makeAnew() }
        return try await makeFrom?(place)
    }

    /// Starts an iteration; the source is made when the first element is requested.
    public func makeAsyncIterator() -> Iterator {
        Iterator(self)
    }
}
