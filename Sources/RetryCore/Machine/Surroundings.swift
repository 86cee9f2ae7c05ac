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
    package let random: RandomSource?

    /// Nothing handed over.
    @usableFromInline package static let standard = Surroundings()

    @usableFromInline
    package init(
        name: String? = nil, classifier: ErrorClassifier? = nil, condition: RetryCondition? = nil, observer: RetryObserver? = nil,
        onRetry: (@Sendable (any Error, Int) -> Void)? = nil, clock: RetryClock? = nil, random: RandomSource? = nil
    ) {
        self.name = name
        self.classifier = classifier
        self.condition = condition
        self.observer = observer
        self.onRetry = onRetry
        self.clock = clock ?? .system
        self.random = random
    }
}
