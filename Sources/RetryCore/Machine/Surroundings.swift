/// The settings of a call besides its policy and its operation.
///
/// A class, so that an executor passes it on with every call for the price of a pointer.
@usableFromInline
package final class Surroundings: Sendable {
    package let name: String?
    package let classifier: ErrorClassifier?
    package let condition: RetryCondition?
    @usableFromInline package let observer: RetryObserver?
    package let onRetry: (@Sendable (any Error, Int) -> Void)?
    @usableFromInline package let clock: RetryClock
    package let random: RandomSource
    private let judge: Judge?

    /// Changes the evidence of an error.
    package typealias Judge = @Sendable (any Error, ErrorEvidence) -> ErrorEvidence

    /// Default settings.
    @usableFromInline static let none = Surroundings(
        name: nil, classifier: nil, condition: nil, observer: nil, onRetry: nil, clock: nil, random: nil)

    @usableFromInline
    package init(
        name: String?, classifier: ErrorClassifier?, condition: RetryCondition?, observer: RetryObserver?,
        onRetry: (@Sendable (any Error, Int) -> Void)?, clock: RetryClock?, random: RandomSource?
    ) {
        self.name = name
        self.classifier = classifier
        self.condition = condition
        self.observer = observer
        self.onRetry = onRetry
        self.clock = clock ?? .system
        self.random = random ?? .system
        self.judge = nil
    }

    private init(_ base: Surroundings, judge: @escaping Judge) {
        name = base.name
        classifier = base.classifier
        condition = base.condition
        observer = base.observer
        onRetry = base.onRetry
        clock = base.clock
        random = base.random
        self.judge = judge
    }

    /// Creates settings, or takes the shared ones if all are left out.
    @inlinable
    package static func of(
        name: String? = nil, classifier: ErrorClassifier? = nil, condition: RetryCondition? = nil,
        observer: RetryObserver? = nil, onRetry: (@Sendable (any Error, Int) -> Void)? = nil, clock: RetryClock? = nil,
        random: RandomSource? = nil
    ) -> Surroundings {
        if name == nil, classifier == nil, condition == nil, observer == nil, onRetry == nil, clock == nil,
            random == nil
        {
            return none
        }
        return Surroundings(
            name: name, classifier: classifier, condition: condition, observer: observer, onRetry: onRetry,
            clock: clock, random: random)
    }
}

extension Surroundings {
    /// Returns the same settings with a judge of each error that is no cancellation.
    package func judging(_ judge: @escaping Judge) -> Surroundings {
        Surroundings(self, judge: judge)
    }

    /// Gathers the evidence of an error.
    func evidence(of error: any Error) -> ErrorEvidence {
        let evidence = ErrorEvidence(of: error, classifier: classifier)
        guard let judge, !evidence.isCancellation else { return evidence }
        return judge(error, evidence)
    }
}
