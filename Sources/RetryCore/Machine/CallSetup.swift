/// The settings of a pipeline that a first attempt does not need.
///
/// A class, so that a pipeline passes it on with every call for the price of a pointer. It changes only where a modifier
/// has the one reference to it: see ``RetryPipeline``.
@usableFromInline
package final class CallSetup: @unchecked Sendable {
    // The owner of the only reference is alone: checking that at run time would cost as much as the reading.
    @exclusivity(unchecked) package var name: String?
    @exclusivity(unchecked) package var classifier: ErrorClassifier?
    @exclusivity(unchecked) package var condition: RetryCondition?
    @exclusivity(unchecked) @usableFromInline package var observer: RetryObserver?
    @exclusivity(unchecked) package var onRetry: (@Sendable (RetryNotice) -> Void)?
    @exclusivity(unchecked) @usableFromInline package var clock = RetryClock.system
    @exclusivity(unchecked) package var random = RandomSource.system
    @exclusivity(unchecked) package var sleeper = Sleeper.system
    @exclusivity(unchecked) package var cancellation: CancellationToken?
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
        observer = other.observer
        onRetry = other.onRetry
        clock = other.clock
        random = other.random
        sleeper = other.sleeper
        cancellation = other.cancellation
        judge = other.judge
    }
}

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
        copy.observer = observer
        return copy
    }

    /// Gathers the evidence of an error.
    func evidence(of error: any Error) -> ErrorEvidence {
        let evidence = ErrorEvidence(of: error, classifier: classifier)
        guard let judge, !evidence.isCancellation else { return evidence }
        return judge(error, evidence)
    }

    /// Blocks the thread for a wait in nanoseconds; the token ends it early.
    package func sleep(_ wait: Int64) {
        sleeper.sleep(for: .nanoseconds(wait), cancellation: cancellation)
    }

    /// True if the caller cancelled the call: its task, or its token.
    package var isCancelled: Bool { cancellation?.isCancelled == true || Task.isCancelled }
}
