/// The settings of a pipeline that a first attempt does not need.
///
/// A class, so that a pipeline passes it on with every call for the price of a pointer. It changes only where a modifier
/// has the one reference to it: see ``RetryPipeline``.
@usableFromInline
package final class CallSetup: @unchecked Sendable {
    // The owner of the only reference is alone: checking that at run time would cost as much as the reading.
    @exclusivity(unchecked) package private(set) var name: String?
    @exclusivity(unchecked) @usableFromInline package var classifier: ErrorClassifier?
    @exclusivity(unchecked) package var condition: RetryCondition?
    @exclusivity(unchecked) @usableFromInline package private(set) var observer: RetryObserver?
    /// The observer as it was given, for any operation.
    @exclusivity(unchecked) private var givenObserver: RetryObserver?
    @exclusivity(unchecked) package var onRetry: (@Sendable (RetryNotice) -> Void)?
    @exclusivity(unchecked) @usableFromInline package var clock = RetryClock.system
    @exclusivity(unchecked) package var random = RetryRandomSource.system
    @exclusivity(unchecked) package var sleeper = RetrySleeper.system
    @exclusivity(unchecked) package var cancellation: RetryCancellationToken?
    @exclusivity(unchecked) package var chaos: ChaosInjector?
    @exclusivity(unchecked) private var judge: Judge?

    /// Changes the evidence of an error.
    package typealias Judge = @Sendable (any Error, ErrorEvidence) -> ErrorEvidence

    /// The default settings.
    @usableFromInline package static let none = CallSetup()

    init() {}

    init(copying other: CallSetup) {
        name = other.name
        classifier = other.classifier
        condition = other.condition
        (observer, givenObserver) = (other.observer, other.givenObserver)
        onRetry = other.onRetry
        clock = other.clock
        random = other.random
        sleeper = other.sleeper
        cancellation = other.cancellation
        chaos = other.chaos
        judge = other.judge
    }
}

extension CallSetup: EventOrigin {}

extension CallSetup {
    /// Returns the same settings with a judge of each error that is no cancellation.
    package func judging(_ judge: @escaping Judge) -> CallSetup {
        let copy = CallSetup(copying: self)
        copy.judge = judge
        return copy
    }

    /// Returns the same settings with another observer.
    func observed(by observer: RetryObserver) -> CallSetup {
        let copy = CallSetup(copying: self)
        copy.observe(by: observer)
        return copy
    }

    /// Changes the observer.
    func observe(by observer: RetryObserver?) {
        givenObserver = observer
        self.observer = observer?.bound(to: name)
    }

    /// Changes the name of the operations.
    func rename(_ name: String?) {
        self.name = name
        observe(by: givenObserver)
    }

    /// Gathers the evidence of an error.
    package func evidence(of error: any Error) -> ErrorEvidence {
        let evidence = ErrorEvidence(of: error, classifier: classifier)
        return evidence.isCancellation ? evidence : judged(evidence, of: error)
    }

    /// Lets the judge change the evidence of an error.
    func judged(_ evidence: ErrorEvidence, of error: any Error) -> ErrorEvidence {
        judge?(error, evidence) ?? evidence
    }

    /// Blocks the thread for a wait in nanoseconds; the token ends it early.
    package func sleep(_ wait: Int64) {
        sleeper.sleep(for: .nanoseconds(wait), cancellation: cancellation)
    }

    /// Blocks the thread for a turn in the queue of a guard, and at most for a time in nanoseconds.
    ///
    /// A sleeper of the caller's sleeps that time: it may be a test's, whose time passes only so.
    func wait(for turn: GuardTurn, _ time: Int64) {
        if sleeper.isSystem { turn.block(time, cancellation: cancellation) } else { sleep(time) }
    }

    /// True if the caller cancelled the call: its task, or its token.
    package var isCancelled: Bool { cancellation?.isCancelled == true || Task.isCancelled }
}
