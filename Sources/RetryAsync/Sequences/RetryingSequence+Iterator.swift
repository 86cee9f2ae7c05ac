extension RetryingSequence {
    /// One iteration of the sequence.
    public struct Iterator: AsyncIteratorProtocol {
        /// The error of the source, or `CancellationError`.
        public typealias Failure = any Error

        // The work for an element is inlined into the consumer, which knows the types: it costs next to nothing there.
        @usableFromInline let sequence: RetryingSequence
        @usableFromInline let position: (@Sendable (Element, Position?) -> Position?)?
        @usableFromInline let hasDeadline: Bool
        @usableFromInline var base: Base.AsyncIterator?
        @usableFromInline var call: SequenceCall?
        /// The position after the last delivered element.
        @usableFromInline var place: Position?
        /// A Boolean value that indicates whether the source can resume after the last delivered element, or none was
        /// delivered.
        @usableFromInline var canResume = true
        /// A Boolean value that indicates whether an element was delivered since the source was last made.
        @usableFromInline var hasProgress = false
        @usableFromInline var hasEnded = false

        init(_ sequence: RetryingSequence) {
            self.sequence = sequence
            self.position = sequence.position
            self.hasDeadline = sequence.pipeline.policy.hasDeadline
        }

        /// Returns the next element, or `nil` at the end.
        ///
        /// - Parameter actor: The actor that the source is asked on.
        /// - Returns: The next element of the source, or `nil` if the source has ended.
        /// - Throws: The error of the source, if it is not made again. `CancellationError` if the consumer was
        ///   cancelled.
        @inlinable
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> Element? {
            if call == nil { try await start(isolation: actor) } else if hasDeadline { call?.resumes() }
            while true {
                do {
                    guard let element = try await base?.next(isolation: actor) else { return end() }
                    move(behind: element)
                    if hasDeadline { call?.pauses() }
                    return element
                } catch {
                    try await restart(after: error, isolation: actor)
                }
            }
        }

        /// Moves the position past an element.
        ///
        /// A position that stays the same is no progress: otherwise a source that repeats its element would be made
        /// again forever.
        @inlinable
        mutating func move(behind element: Element) {
            guard let position else {
                canResume = false
                return progress()
            }
            let next = position(element, place)
            if next == nil || next != place { progress() }
            place = next
            canResume = next != nil
        }

        @inlinable
        mutating func progress() {
            if !hasProgress { call?.progresses() }
            hasProgress = true
        }

        @inlinable
        mutating func end() -> Element? {
            hasEnded = true
            base = nil
            call?.ends()
            return nil
        }

        /// Begins the call and makes the source, unless the iteration is over.
        @usableFromInline
        mutating func start(isolation actor: isolated (any Actor)?) async throws {
            if hasEnded { return }
            do {
                try sequence.pipeline.policy.checkSequence()
            } catch {
                hasEnded = true
                throw error
            }
            let call = SequenceCall(sequence.pipeline)
            self.call = call
            guard await call.starts() else {
                hasEnded = true
                throw call.error
            }
            do {
                base = try await sequence.source(from: nil)?.makeAsyncIterator()
                if sequence.restartsAttempts { call.wasMade() }
            } catch {
                try await restart(after: error, isolation: actor)
            }
        }

        /// Makes the source again after a wait, until that works; throws if it is not to be made again.
        @usableFromInline
        mutating func restart(after failure: any Error, isolation actor: isolated (any Actor)?) async throws {
            base = nil
            var failure = failure
            while let call {
                let isNewCall = hasProgress && sequence.restartsAttempts && canResume
                hasProgress = false
                guard await call.goesOn(after: failure, canResume: canResume, isNewCall: isNewCall) else {
                    hasEnded = true
                    throw call.error
                }
                do {
                    base = try await sequence.source(from: place)?.makeAsyncIterator()
                    if sequence.restartsAttempts { call.wasMade() }
                    return
                } catch {
                    failure = error
                }
            }
        }
    }
}

@available(*, unavailable)
extension RetryingSequence.Iterator: Sendable {}
