/// What a caller hands over besides the policy and the operation.
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

    /// Nothing handed over.
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
    }

    /// Makes surroundings, or takes the shared ones where nothing is handed over.
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
    /// What the caller's classifier knows of an error, or else the default one.
    func classification(of error: any Error) -> Classification {
        if let condition, !condition.contains(error) { return .permanent }
        return classifier?.classification(of: error) ?? ErrorClassifier.default.classification(of: error) ?? .unknown
    }
}
